package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// step is one of the things that people wait for.
type step string

const (
	first     step = "first save"
	second    step = "second save"
	unchanged step = "nothing changed"
	restoring step = "restore"
)

var steps = []step{first, second, unchanged, restoring}

// sample is what one program used for one step in one round.
type sample struct {
	wall, inside, cpu float64 // seconds; inside: without the start of the process, where it says so
	peak              int64   // bytes
	added             int64   // bytes in the place
	objects           int     // in the place, afterwards
	requests          int64   // to the bucket
	stages            map[string]float64
}

// generated, and real, compare the tools on one profile.
func (b *bench) generated(ctx context.Context) error {
	t, err := b.generate(ctx)
	if err != nil {
		return err
	}
	return b.compare(ctx, t)
}

func (b *bench) compare(ctx context.Context, t trees) error {
	if b.wants(t.name + "-folder") {
		if err := b.compareAt(ctx, t, false); err != nil {
			return err
		}
	}
	if b.wants(t.name + "-s3") {
		if err := b.startBucket(); err != nil {
			return err
		}
		return b.compareAt(ctx, t, true)
	}
	return nil
}

func (b *bench) compareAt(ctx context.Context, t trees, inBucket bool) error {
	r := newResults()
	for round := range b.rounds {
		b.out.progress("%s, round %d of %d", t.name, round+1, b.rounds)
		if err := b.round(ctx, t, inBucket, round, r); err != nil {
			return err
		}
	}
	b.out.compared(t.name, inBucket, r)
	return nil
}

// round lets every tool save and restore once. Who begins changes from round to round.
func (b *bench) round(ctx context.Context, t trees, inBucket bool, round int, r *results) error {
	var tools []tool
	places := map[string]place{}
	for i := range b.tools {
		tool := b.tools[(i+round)%len(b.tools)]
		if inBucket && !tool.s3 {
			continue
		}
		p, err := b.at(ctx, tool, inBucket)
		if err != nil {
			return err
		}
		tools = append(tools, tool)
		places[tool.name] = p
	}
	for _, s := range steps {
		switch s {
		case first:
			if err := b.become(ctx, t, t.before); err != nil {
				return err
			}
		case second:
			if err := b.become(ctx, t, t.after); err != nil {
				return err
			}
		}
		for _, tool := range tools {
			if s == unchanged && !tool.grows {
				continue // it would do all of it again
			}
			found, err := b.take(ctx, tool, places[tool.name], t.live, s, round == 0)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", tool.name, s, err)
			}
			r.add(s, tool.name, found)
		}
		if inBucket {
			continue
		}
		if err := b.controls(ctx, t, s, r); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return os.RemoveAll(filepath.Join(b.work, "tools"))
}

// take measures one step of one tool.
func (b *bench) take(ctx context.Context, t tool, p place, dir string, s step, check bool) (sample, error) {
	var j job
	switch s {
	case restoring:
		empty, err := b.dir("restored")
		if err != nil {
			return sample{}, err
		}
		defer os.RemoveAll(empty)
		if p, err = b.elsewhere(t, p); err != nil {
			return sample{}, err
		}
		j = t.restore(p, empty)
	default:
		j = t.save(p, dir)
	}
	before, _, err := p.stored()
	if err != nil {
		return sample{}, err
	}
	if !t.grows {
		before = 0
	}
	if p.bucket != nil {
		p.bucket.requests.Store(0)
	}
	o, err := measure(ctx, j)
	if err != nil {
		return sample{}, err
	}
	found := sample{wall: o.Wall, cpu: o.CPU, peak: o.Peak}
	if t.name == valise {
		found.inside = inside(o.Said)
	}
	if p.bucket != nil {
		found.requests = p.bucket.requests.Load()
	}
	var after int64
	if after, found.objects, err = p.stored(); err != nil {
		return sample{}, err
	}
	if found.added = after - before; s == restoring {
		found.added = 0
		if check {
			return found, equal(dir, filepath.Join(b.work, "restored"))
		}
	}
	return found, nil
}

// inside is what the engine says that it took.
func inside(said string) float64 {
	var r struct{ Seconds float64 }
	json.Unmarshal([]byte(said), &r) // or else 0: it is not known
	return r.Seconds
}

// controls are measured in every round as well: a walk of the tree, and the limit.
func (b *bench) controls(ctx context.Context, t trees, s step, r *results) error {
	pack := filepath.Join(b.work, "pack")
	command := []string{beside("limit"), "save", "-", t.live, pack}
	switch s {
	case second: // it must not lose the first one's pack, which holds everything
		command = []string{beside("limit"), "save", t.before, t.live, pack + ".second"}
	case restoring:
		empty, err := b.dir("restored")
		if err != nil {
			return err
		}
		defer os.RemoveAll(empty)
		command = []string{beside("limit"), "restore", pack, empty}
	case unchanged:
		o, err := measure(ctx, job{Commands: [][]string{{beside("engine"), "walk", t.live}}})
		if err != nil {
			return err
		}
		r.add(s, walking, sample{wall: o.Wall, inside: inside(o.Said), cpu: o.CPU, peak: o.Peak})
		return nil
	}
	o, err := measure(ctx, job{Commands: [][]string{command}})
	if err != nil {
		return err
	}
	stages := map[string]float64{}
	if err := json.Unmarshal([]byte(o.Said), &stages); err != nil {
		return err
	}
	var sum float64
	for _, seconds := range stages {
		sum += seconds
	}
	r.add(s, limit, sample{wall: sum / 2, stages: stages})
	return nil
}
