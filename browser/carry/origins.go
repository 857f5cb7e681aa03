package carry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"valise/browser"

	"golang.org/x/sync/errgroup"
)

// Read reads the cookies, and what the origins keep. Lost is what could not be read or carried, in words.
func (p *Place) Read(ctx context.Context, origins []string) (s State, lost []string, err error) {
	if s.Cookies, err = p.Cookies(ctx); err != nil {
		return s, nil, err
	}
	found := make([]Origin, len(origins))
	err = p.each(ctx, origins, func(g *page, i int) (err error) {
		found[i], err = g.read(ctx)
		if err == nil && found[i].Origin != origins[i] { // where it is brought in follows from this
			found[i] = Origin{}
			err = errors.New("the browser tells of another site")
		}
		return err
	}, func(i int, err error) {
		found[i].Lost = []string{"what it keeps (" + err.Error() + ")"}
	})
	if err != nil {
		return s, nil, err
	}
	for i, o := range found {
		for _, what := range o.Lost {
			lost = append(lost, what+" of "+origins[i])
		}
		if o.Origin != "" {
			s.Origins = append(s.Origins, o)
		}
	}
	return s, lost, nil
}

// atOnce is how many empty pages are at work at a time: each origin gets a process of its own, which takes a while to come.
const atOnce = 4

// each does something in an empty page of every origin. An error that concerns the browser ends it; others go to failed, which is
// called by one goroutine at a time.
func (p *Place) each(ctx context.Context, origins []string, do func(g *page, i int) error, failed func(i int, err error)) error {
	next := make(chan int)
	working, ctx := errgroup.WithContext(ctx)
	working.Go(func() error {
		defer close(next)
		for i := range origins {
			select {
			case next <- i:
			case <-ctx.Done():
				return nil
			}
		}
		return nil
	})
	var telling sync.Mutex
	for n := range min(atOnce, len(origins)) {
		working.Go(func() error {
			g, err := p.carrier(ctx, n)
			if err != nil {
				return err
			}
			for i := range next {
				err := g.goTo(ctx, origins[i]+"/")
				if err == nil {
					err = do(g, i)
				}
				switch {
				case fatal(ctx, err):
					return err
				case err != nil:
					telling.Lock()
					failed(i, err)
					telling.Unlock()
				}
			}
			return nil
		})
	}
	return working.Wait()
}

// fatal says whether an error concerns the browser as a whole.
func fatal(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, ErrGone) || errors.Is(err, browser.ErrLineLost))
}

// read reads what the origin keeps that the page is at.
func (g *page) read(ctx context.Context) (Origin, error) {
	var found struct {
		Origin
		Lost []string `json:"lost"`
	}
	err := g.fetch(ctx, "carry.read()", &found)
	found.Origin.Lost = found.Lost
	return found.Origin, err
}

// carrier is the nth empty page of the place.
func (p *Place) carrier(ctx context.Context, n int) (*page, error) {
	p.mu.Lock()
	g := p.carriers[n]
	p.mu.Unlock()
	if g != nil {
		return g, nil
	}
	g, err := p.open(ctx)
	if err == nil {
		p.mu.Lock()
		p.carriers[n] = g
		p.mu.Unlock()
	}
	return g, err
}

// Leave closes the empty pages. The next reading opens others.
func (p *Place) Leave(ctx context.Context) {
	p.mu.Lock()
	left := p.carriers
	p.carriers = [atOnce]*page{}
	p.mu.Unlock()
	for _, g := range left {
		if g != nil {
			g.close(ctx)
		}
	}
}

// Change makes the difference between two states, and nothing else. What is in neither stays as it is. Lost is what could not
// be brought in, in words.
func (p *Place) Change(ctx context.Context, from, to State) (lost []string, err error) {
	refused, err := p.ChangeCookies(ctx, from.Cookies, to.Cookies)
	if err != nil {
		return nil, err
	}
	for _, c := range refused {
		lost = append(lost, fmt.Sprintf("the cookie %s of %s", c.Name, c.Domain))
	}
	before := map[string]Origin{}
	for _, o := range from.Origins {
		before[o.Origin] = o
	}
	var origins []string
	var changing [][]changes
	for _, o := range to.Origins {
		if all := steps(before[o.Origin], o); len(all) > 0 {
			origins, changing = append(origins, o.Origin), append(changing, all)
		}
	}
	failed := make([][]string, len(origins))
	err = p.each(ctx, origins, func(g *page, i int) error {
		for _, c := range changing[i] {
			could, err := g.change(ctx, c)
			failed[i] = append(failed[i], could...)
			if err != nil {
				return err
			}
		}
		return nil
	}, func(i int, err error) { failed[i] = append(failed[i], "what it keeps ("+err.Error()+")") })
	for i, all := range failed {
		for _, what := range all {
			lost = append(lost, what+" of "+origins[i])
		}
	}
	return lost, err
}

// Merge is a state with the origins of another in the place of its own, and the cookies of that.
func (s State) Merge(newer State) State {
	all := map[string]Origin{}
	for _, o := range s.Origins {
		all[o.Origin] = o
	}
	for _, o := range newer.Origins {
		all[o.Origin] = o
	}
	merged := State{Cookies: newer.Cookies}
	for _, origin := range slices.Sorted(maps.Keys(all)) {
		merged.Origins = append(merged.Origins, all[origin])
	}
	return merged
}
