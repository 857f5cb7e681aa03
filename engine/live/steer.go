package live

import (
	"context"
	"net/url"

	"valise/problem"
)

const newTab = "about:blank"

// ErrNoWay is a step back or forward where there is none.
var ErrNoWay = problem.New("there is no page to go to in this direction", "Go to an address instead.")

// allowed says whether the room may have the browser go to an address.
func (r *Room) allowed(address string) error {
	if address == newTab {
		return nil
	}
	if u, err := url.Parse(address); err != nil || u.Scheme == "javascript" {
		return ErrBadAddress
	}
	return r.o.Allowed(address)
}

// onlyWeb is what is allowed where nobody says otherwise.
func onlyWeb(address string) error {
	if u, err := url.Parse(address); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	return ErrBadAddress
}

// goTo has a tab go to what somebody typed.
func (r *Room) goTo(ctx context.Context, t *tab, typed string) error {
	to, err := address(typed, r.o.Search)
	if err != nil {
		return err
	}
	if err := r.allowed(to); err != nil {
		return err
	}
	// A page that cannot be reached shows so itself.
	return r.line.Call(ctx, t.session, "Page.navigate", params{"url": to, "transitionType": "typed"}, nil)
}

// openTab opens a tab beside the others.
func (r *Room) openTab(ctx context.Context, typed string, front bool) (*tab, error) {
	to := newTab
	if typed != "" {
		var err error
		if to, err = address(typed, r.o.Search); err != nil {
			return nil, err
		}
	}
	if err := r.allowed(to); err != nil {
		return nil, err
	}
	r.mu.Lock()
	full := len(r.tabs) >= mostTabs
	r.mu.Unlock()
	if full {
		return nil, ErrTooManyTabs
	}
	var made struct{ TargetID string }
	err := r.line.Call(ctx, "", "Target.createTarget", params{"url": to, "background": !front}, &made)
	if err != nil {
		return nil, err
	}
	t, err := r.arrival(ctx, made.TargetID)
	if err == nil && front {
		r.bring(t)
	}
	return t, err
}

// ErrTooManyTabs ends the opening of tabs.
var ErrTooManyTabs = problem.New("too many tabs are open", "Close some of them.")

// closeTab closes a tab; a page may ask whether it is to be left. The last one is followed by an empty one, since the browser would end with
// it, and the session with the browser.
func (r *Room) closeTab(ctx context.Context, t *tab) error {
	r.mu.Lock()
	last := len(r.tabs) == 1 && r.tabs[0] == t
	r.mu.Unlock()
	if last {
		if _, err := r.openTab(ctx, "", true); err != nil {
			return err
		}
	}
	return r.line.Call(ctx, t.session, "Page.close", nil, nil)
}

// step goes back or forward in what a tab has shown.
func (r *Room) step(ctx context.Context, t *tab, by int) error {
	way, err := r.way(ctx, t)
	if err != nil {
		return err
	}
	to := way.CurrentIndex + by
	if to < 0 || to >= len(way.Entries) {
		return ErrNoWay
	}
	return r.line.Call(ctx, t.session, "Page.navigateToHistoryEntry", params{"entryId": way.Entries[to].ID}, nil)
}
