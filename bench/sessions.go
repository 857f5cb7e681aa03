package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"valise/bench/tree"
)

// chain is what a tool keeps of one profile after each of many sessions.
type chain struct {
	tool
	place   place
	seconds float64
	first   int64 // bytes after the first save
}

// manySessions saves a profile again and again: what the history takes in all, and how many objects a restoration needs.
func (b *bench) manySessions(ctx context.Context) error {
	whole, err := b.dir("long", "whole")
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(whole))
	live := filepath.Join(filepath.Dir(whole), "live")
	if err := tree.Profile(ctx, whole, b.seed, b.scale); err != nil {
		return err
	}
	var chains []*chain
	for _, name := range []string{valise, restic} {
		c := &chain{tool: b.tool(name)}
		if c.place, err = b.at(ctx, c.tool, false); err != nil {
			return err
		}
		chains = append(chains, c)
	}
	var plain, packed int64 // what copies of all states would take
	var copies int          // of which packed is the sum
	for n := range b.history {
		b.out.progress("session %d of %d", n, b.history)
		if n > 0 {
			if err := tree.Session(ctx, whole, b.seed, n); err != nil {
				return err
			}
		}
		if err := b.mirror(whole, live, b.keep); err != nil {
			return err
		}
		w, err := weigh(live)
		if err != nil {
			return err
		}
		plain += w.bytes
		if n%20 == 0 { // they differ little: some stand for all
			bytes, err := b.copySize(ctx, live)
			if err != nil {
				return err
			}
			packed, copies = packed+bytes, copies+1
		}
		for _, c := range chains {
			if c.name != valise && n > b.sessions {
				continue // it would take an hour; what one saving adds is known by now
			}
			j := c.save(c.place, live)
			// Two sessions a day, for a retention that counts in days.
			j.Env = append(j.Env, "VALISE_BENCH_WHEN="+time.Now().Add(time.Duration(n+1-b.history)*12*time.Hour).Format(time.RFC3339))
			o, err := measure(ctx, j)
			if err != nil {
				return err
			}
			c.seconds += o.Wall
			if n == 0 {
				if c.first, _, err = c.place.stored(); err != nil {
					return err
				}
			}
		}
		if n == b.sessions {
			if err := b.afterSessions(ctx, chains, live); err != nil {
				return err
			}
		}
	}
	if b.history > b.sessions {
		return b.longHistory(ctx, chains, live, plain, packed/int64(copies)*int64(b.history))
	}
	return nil
}

// copySize is what one compressed and encrypted copy takes.
func (b *bench) copySize(ctx context.Context, dir string) (int64, error) {
	t := b.tool(piped)
	p, err := b.at(ctx, t, false)
	if err != nil {
		return 0, err
	}
	if err := do(ctx, t.save(p, dir)); err != nil {
		return 0, err
	}
	bytes, _, err := p.stored()
	return bytes, err
}

// restored is what a restoration of the last state takes.
func (b *bench) restored(ctx context.Context, c *chain, live string) (outcome, error) {
	empty, err := b.dir("restored")
	if err != nil {
		return outcome{}, err
	}
	defer os.RemoveAll(empty)
	o, err := measure(ctx, c.restore(c.place, empty))
	if err != nil {
		return o, err
	}
	return o, equal(live, empty)
}

// needed is how many objects the engine says that it read; other programs do not say it.
func needed(o outcome) int {
	var r struct{ Objects int }
	json.Unmarshal([]byte(o.Said), &r) // or else 0: it is not known
	return r.Objects
}

func (b *bench) afterSessions(ctx context.Context, chains []*chain, live string) error {
	t := table{{fmt.Sprintf("a first save and %d sessions", b.sessions), "bytes in all", "objects", "time in all", "restore", "from objects"}}
	totals := map[string]int64{}
	for _, c := range chains {
		bytes, objects, err := c.place.stored()
		if err != nil {
			return err
		}
		totals[c.name] = bytes
		o, err := b.restored(ctx, c, live)
		if err != nil {
			return err
		}
		from := ""
		if n := needed(o); n > 0 {
			from = strconv.Itoa(n)
			b.out.goal(fmt.Sprintf("%d sessions: objects that a restore needs", b.sessions), 25, float64(n), count)
		}
		t = append(t, []string{c.name, size(bytes), strconv.Itoa(objects), seconds(c.seconds), seconds(o.Wall), from})
		c.seconds = 0
	}
	b.out.table(t)
	b.out.goal(fmt.Sprintf("%d sessions: bytes by those of restic", b.sessions), 0.2, float64(totals[valise])/float64(totals[restic]), factor)
	return nil
}

func (b *bench) longHistory(ctx context.Context, chains []*chain, live string, plain, packed int64) error {
	ours, theirs := chains[0], chains[1]
	bytes, objects, err := ours.place.stored()
	if err != nil {
		return err
	}
	resticBytes, _, err := theirs.place.stored()
	if err != nil {
		return err
	}
	o, err := b.restored(ctx, ours, live)
	if err != nil {
		return err
	}
	t := table{{fmt.Sprintf("%d snapshots of one profile", b.history), "bytes", "Valise by it", "objects", "restore, from objects"}}
	row := func(name string, other int64, more ...string) {
		by := ""
		if name != valise {
			by = factor(float64(bytes) / float64(other))
		}
		t = append(t, append([]string{name, size(other), by}, more...))
	}
	row(valise, bytes, strconv.Itoa(objects), fmt.Sprintf("%s, %d", seconds(o.Wall), needed(o)))
	p, found, err := b.pruned(ctx, ours, live)
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	left, leftObjects, err := p.stored()
	if err != nil {
		return err
	}
	t = append(t, []string{fmt.Sprintf("– pruned to %d snapshots", b.history-len(found.Snapshots)), size(left), "", strconv.Itoa(leftObjects), ""})
	row(fmt.Sprintf("restic, reckoned from its first %d", b.sessions),
		theirs.first+(resticBytes-theirs.first)/int64(b.sessions)*int64(b.history-1), "", "")
	row("each as tar, zstd, age (reckoned from every twentieth)", packed, "", "")
	row("each as it is", plain, "", "")
	b.out.table(t)
	return nil
}
