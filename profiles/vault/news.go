package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// News tell what a Sync is about to send and to remove, so that the others need not list the whole place to find out: small
// objects, news/<uuid>, with a line for each object: its size and its name, or a minus and its name. They are written before
// that is done, so a crash in between leaves nothing that nobody hears of; what is announced and not there yet is looked for
// again.
//
// They are no more than a short cut. A place is listed as a whole when this computer has not done so for a day, and whenever
// something does not fit. So nothing depends on them, and nobody gains by making them up: names and sizes are plain anyway.
const (
	newsPrefix  = "news/"
	newsMost    = 1 << 20 // bytes of one
	newsLines   = 4000    // likewise: of at most maxName and 20 bytes, though ours are half as long
	listedFor   = 24 * time.Hour
	newsKept    = 3 * listedFor  // then nobody needs them any more
	newsBelated = 12 * time.Hour // so long may pass before what was announced is there
	newsWorth   = 200            // so many unread ones cost more than a listing
)

// sizeUnknown stands for the size of an object that was pruned here, and that the place is known to have still.
const sizeUnknown = -1

// readNews is what is known of a place's news: when it was listed as a whole, by its clock, and which ones have been dealt with.
type readNews struct {
	Listed time.Time   `json:"listed"`
	Read   []uuid.UUID `json:"read,omitempty"`
}

func newsFile(ledger string) string { return "news-" + ledger }

func (v *Vault) readNews(ledger string) readNews {
	var n readNews
	if json.Unmarshal([]byte(v.noted(newsFile(ledger))), &n) != nil {
		return readNews{} // a new one, or a torn one: then the place is listed
	}
	return n
}

// hear finds out what the others have announced since. It returns what it knows of the place by that; ok is false where the
// place has to be listed as a whole. gone is what was pruned, as far as is known here.
func (r *syncRun) hear(ctx context.Context, gone map[string]bool) (s sides, ok bool, err error) {
	v, ledger := r.vault, ledgerName(r.remote)
	known := v.readNews(ledger)
	all, err := r.listNews(ctx)
	if err != nil {
		return s, false, err
	}
	now, err := r.remote.Clock(ctx)
	if err != nil {
		return s, false, err
	}
	r.news = readNews{Listed: known.Listed}
	var unread []Info
	for _, info := range all {
		id := newsID(info)
		r.news.Read = append(r.news.Read, id)
		if !slices.Contains(known.Read, id) {
			unread = append(unread, info)
		}
		if now.Sub(info.Modified) > newsKept {
			r.outdated = append(r.outdated, info.Name)
		}
	}
	full := r.whole || known.Listed.IsZero() || now.Sub(known.Listed) > listedFor || known.Listed.Sub(now) > time.Hour || len(unread) > newsWorth
	if full {
		r.news.Listed = now
		// The listing that follows has all that was announced before, but for what is on its way still.
		unread = slices.DeleteFunc(unread, func(i Info) bool { return now.Sub(i.Modified) > newsBelated })
	}
	if r.announced, err = r.read(ctx, unread); err != nil || full {
		return s, false, err
	}
	here, err := listed(v.local.List(ctx, profilesPrefix))
	if err != nil {
		return s, false, fmt.Errorf("list the vault: %w", err)
	}
	held, err := v.readLedger(ledger)
	if err != nil {
		return s, false, err
	}
	s = sides{here: here, there: map[string]Info{}}
	for name := range held {
		info, isHere := here[name]
		if _, _, _, ours := ParseName(name); ours && !isHere && !gone[name] {
			r.news.Listed = now
			return s, false, nil // somebody has taken it away here: its size is to be asked for
		}
		switch {
		case isHere:
			s.there[name] = info
		case gone[name]:
			s.there[name] = Info{Name: name, Size: sizeUnknown}
		}
	}
	for _, a := range r.announced {
		for _, info := range a.objects {
			if _, isHere := here[info.Name]; !isHere {
				s.there[info.Name] = info
			}
		}
	}
	for _, a := range r.announced { // what one removes and another sends again is sent once more: that does no harm
		for _, name := range a.removed {
			delete(s.there, name)
			r.removed = append(r.removed, name)
		}
	}
	return s, true, nil
}

// announcement is what one of the news says.
type announcement struct {
	id      uuid.UUID
	objects []Info
	removed []string
}

// listNews has all news that are at the place.
func (r *syncRun) listNews(ctx context.Context) (all []Info, err error) {
	for info, err := range r.remote.List(ctx, newsPrefix) {
		if err != nil {
			return nil, fmt.Errorf("list the news: %w", err)
		}
		if newsID(info) != uuid.Nil {
			all = append(all, info)
		}
	}
	return all, nil
}

// newsID is the id in the name of one of the news; zero: it is none.
func newsID(info Info) uuid.UUID {
	id, ok := parseID(strings.TrimPrefix(info.Name, newsPrefix))
	if !ok {
		return uuid.Nil
	}
	return id
}

// read reads news, several at a time. Those that cannot be understood say nothing.
func (r *syncRun) read(ctx context.Context, news []Info) ([]announcement, error) {
	read := make([]announcement, len(news))
	var reading errgroup.Group
	reading.SetLimit(atOnce)
	for i, info := range news {
		reading.Go(func() error {
			body, err := r.remote.Get(ctx, info.Name, 0, newsMost)
			if errors.Is(err, ErrNotFound) { // tidied up meanwhile
				return nil
			}
			if err != nil {
				return fmt.Errorf("read the news: %w", err)
			}
			defer body.Close()
			text, err := io.ReadAll(io.LimitReader(body, newsMost))
			if err != nil {
				return fmt.Errorf("read the news: %w", err)
			}
			read[i] = parseNews(newsID(info), string(text))
			return nil
		})
	}
	return read, reading.Wait()
}

func parseNews(id uuid.UUID, text string) announcement {
	a := announcement{id: id}
	for line := range strings.Lines(text) {
		size, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		n, err := strconv.ParseInt(size, 10, 64)
		switch _, _, _, ours := ParseName(name); {
		case !ours:
		case size == "-":
			a.removed = append(a.removed, name)
		case err == nil && n >= 0:
			a.objects = append(a.objects, Info{Name: name, Size: n})
		}
	}
	return a
}

// tell announces what is about to be sent and removed. Where that fails, nothing is sent; what there is to fetch comes all
// the same.
func (r *syncRun) tell(ctx context.Context, moves []move, removed []string) {
	var lines []string
	for _, m := range moves {
		if m.direction == sending {
			lines = append(lines, fmt.Sprintf("%d %s\n", m.Size, m.Name))
		}
	}
	for _, name := range removed {
		lines = append(lines, "- "+name+"\n")
	}
	for piece := range slices.Chunk(lines, newsLines) {
		id, text := uuid.New(), strings.Join(piece, "")
		if err := r.remote.Put(ctx, newsPrefix+id.String(), strings.NewReader(text), int64(len(text))); err != nil {
			r.fail(fmt.Errorf("announce what is sent: %w", err))
			r.halt(sending)
			return
		}
		r.news.Read = append(r.news.Read, id)
	}
}

// heard notes which news have been dealt with: those of which everything is here, or gone. What was removed is in the ledger no
// more.
func (r *syncRun) heard(gone map[string]bool) error {
	if len(r.removed) > 0 {
		held, err := r.vault.readLedger(ledgerName(r.remote))
		if err != nil {
			return err
		}
		for _, name := range r.removed {
			if !r.sent[name] {
				delete(held, name)
			}
		}
		if err := r.vault.settleLedger(ledgerName(r.remote), held); err != nil {
			return err
		}
	}
	if len(r.announced) > 0 {
		here, err := listed(r.vault.local.List(context.Background(), profilesPrefix))
		if err != nil {
			return err
		}
		isMissing := func(info Info) bool {
			_, isHere := here[info.Name]
			return !isHere && !gone[info.Name]
		}
		for _, a := range r.announced {
			if slices.ContainsFunc(a.objects, isMissing) {
				r.news.Read = slices.DeleteFunc(r.news.Read, func(id uuid.UUID) bool { return id == a.id })
			}
		}
	}
	text, err := json.Marshal(r.news)
	if err != nil {
		return err
	}
	file := newsFile(ledgerName(r.remote))
	if r.vault.noted(file) == string(text) {
		return nil
	}
	return r.vault.note(file, string(text))
}

// tidyNews removes those that nobody needs any more. It comes with a listing of the whole place.
func (r *syncRun) tidyNews(ctx context.Context) {
	for _, name := range r.outdated {
		r.remote.Remove(ctx, name) // or the next time
	}
}
