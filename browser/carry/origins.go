package carry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"valise/browser"
)

// Read reads the cookies, and what the origins keep. Lost is what could not be read or carried, in words.
func (p *Place) Read(ctx context.Context, origins []string) (s State, lost []string, err error) {
	if s.Cookies, err = p.Cookies(ctx); err != nil {
		return s, nil, err
	}
	for _, origin := range origins {
		o, err := p.ReadOrigin(ctx, origin)
		switch {
		case fatal(ctx, err):
			return s, lost, err
		case err != nil:
			lost = append(lost, fmt.Sprintf("what %s keeps (%v)", origin, err))
			continue
		}
		for _, what := range o.Lost {
			lost = append(lost, what+" of "+origin)
		}
		s.Origins = append(s.Origins, o)
	}
	return s, lost, nil
}

// fatal says whether an error concerns the browser as a whole.
func fatal(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, ErrGone) || errors.Is(err, browser.ErrLineLost))
}

// ReadOrigin reads what an origin keeps.
func (p *Place) ReadOrigin(ctx context.Context, origin string) (Origin, error) {
	var found struct {
		Origin
		Lost []string `json:"lost"`
	}
	g, err := p.at(ctx, origin)
	if err == nil {
		err = g.fetch(ctx, "carry.read()", &found)
	}
	found.Origin.Lost = found.Lost
	return found.Origin, err
}

// at is the empty page of the place, at an origin.
func (p *Place) at(ctx context.Context, origin string) (*page, error) {
	if p.carrier == nil {
		g, err := p.open(ctx)
		if err != nil {
			return nil, err
		}
		p.carrier = g
	}
	return p.carrier, p.carrier.goTo(ctx, origin+"/")
}

// Leave closes the empty page, if there is one. The next reading opens it again.
func (p *Place) Leave(ctx context.Context) {
	if p.carrier != nil {
		p.carrier.close(ctx)
		p.carrier = nil
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
	for _, o := range to.Origins {
		all := steps(before[o.Origin], o)
		if len(all) == 0 {
			continue
		}
		failed, err := p.changeOrigin(ctx, o.Origin, all)
		if fatal(ctx, err) {
			return lost, err
		}
		if err != nil {
			failed = append(failed, "what it keeps ("+err.Error()+")")
		}
		for _, what := range failed {
			lost = append(lost, what+" of "+o.Origin)
		}
	}
	return lost, nil
}

func (p *Place) changeOrigin(ctx context.Context, origin string, all []changes) (lost []string, err error) {
	g, err := p.at(ctx, origin)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		failed, err := g.change(ctx, c)
		lost = append(lost, failed...)
		if err != nil {
			return lost, err
		}
	}
	return lost, nil
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
