package profiles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"valise/browser"
	"valise/browser/carry"
	"valise/internal/fault"

	"github.com/google/uuid"
)

// away is where a session is whose browser is a Chromium elsewhere that knows nothing of Valise. At home, a browser without a
// window and without a network opens the profile as any session does; what sites keep is carried from there into a fresh
// context of the other browser, over DevTools, and what has changed comes back the same way: with every checkpoint, and all
// of it at the end. So the profile is locked, checkpointed, saved and recovered like any other, and what cannot be carried
// (passwords, history, extensions) stays in it untouched.
type away struct {
	at    KnownEngine
	link  *carry.Remote
	there *carry.Place
	line  *browser.Line
	home  *carry.Place

	origins  []string // that keep something at home
	embedded int      // storages that are kept apart for embedded pages
	contents browser.Contents

	leaving chan struct{} // closed when the last carrying is due: another gives way to it
	hurry   sync.Once

	turn   sync.Mutex  // one carrying at a time
	state  carry.State // what both had last
	tabs   []string    // that were opened there
	back   time.Time   // something was brought back last
	over   bool
	notes  []string
	losses []string
}

// dial connects to the Chromium that a session is to be in; nil: there is none.
func dial(ctx context.Context, at KnownEngine) (*away, error) {
	if at.Name == "" {
		return nil, nil
	}
	link, err := carry.Dial(ctx, at.URL)
	if err != nil {
		return nil, err
	}
	return &away{at: at, link: link, leaving: make(chan struct{})}, nil
}

// nowhere is a way to the network that leads to none: nobody but the administrator of a computer could listen there.
const nowhere = "127.0.0.1:1"

// athome looks through the profile before its browser starts, and says how that is to be done.
func (a *away) athome(ctx context.Context, o browser.Options) browser.Options {
	dir := browser.UserDataDir(o.Dir)
	a.origins, a.embedded = browser.Origins(ctx, dir)
	a.contents, _ = browser.Inspect(ctx, dir)
	o.URLs, o.Headless, o.Port = nil, true, false
	o.Surroundings = browser.Surroundings{Proxy: nowhere}
	return o
}

// leave carries the state from home to the other browser, and opens the tabs there.
func (a *away) leave(ctx context.Context, b *browser.Process, urls []string, titles map[string]string) (err error) {
	if a.line, err = b.Line(ctx); err != nil {
		return err
	}
	a.home = carry.Own(a.line)
	if a.there, err = carry.Fresh(ctx, a.link); err != nil {
		return err
	}
	tabs, err := a.home.Tabs(ctx, titles)
	if err != nil {
		return err
	}
	state, lost, err := a.home.Read(ctx, a.origins)
	if err != nil {
		return err
	}
	refused, err := a.there.Change(ctx, carry.State{}, state)
	if err != nil {
		return fmt.Errorf("carrying the profile to %s: %w", a.at.Name, err)
	}
	a.state = state
	if a.state.Cookies, err = a.there.Cookies(ctx); err != nil {
		return err
	}
	if len(refused) > 0 { // what is not there must not be taken for something that was deleted there
		if a.state, _, err = a.there.Read(ctx, a.origins); err != nil {
			return err
		}
	}
	a.home.Leave(ctx)
	a.there.Leave(ctx)
	for _, t := range tabs {
		a.tabs = append(a.tabs, t.URL)
	}
	for _, url := range urls {
		tabs = append(tabs, carry.Tab{URL: url})
	}
	if len(tabs) == 0 {
		tabs = []carry.Tab{{URL: "about:blank"}}
	}
	for _, t := range tabs {
		if err := a.there.Open(ctx, t); err != nil {
			return err
		}
	}
	a.notes = append(a.notes, fmt.Sprintf("To %s went %s.", a.at.Name, amount(a.state, len(a.tabs))), a.staying())
	a.losses = append(a.losses, losses("could not be carried to "+a.at.Name, append(lost, refused...))...)
	return nil
}

// amount is what was carried, in words.
func amount(s carry.State, tabs int) string {
	sites, records := 0, 0
	for _, o := range s.Origins {
		if !o.Empty() {
			sites++
		}
		records += o.Records()
	}
	kept := ""
	if sites > 0 {
		kept = fmt.Sprintf(", what %s in localStorage and IndexedDB (%s),", keep(sites), count(records, "record"))
	}
	return fmt.Sprintf("%s%s and %s", count(len(s.Cookies), "cookie"), kept, count(tabs, "tab"))
}

func keep(sites int) string {
	if sites == 1 {
		return "1 site keeps"
	}
	return count(sites, "site") + " keep"
}

// staying is what this way cannot carry, in words.
func (a *away) staying() string {
	var all []string
	for _, c := range []struct {
		n                int
		thing, ofSeveral string
	}{
		{a.contents.Passwords, "password", ""}, {a.contents.Bookmarks, "bookmark", ""}, {a.contents.History, "page", " of history"},
		{a.contents.Extensions, "extension", ""}, {a.embedded, "storage", " of embedded pages"},
	} {
		if c.n > 0 {
			all = append(all, count(c.n, c.thing)+c.ofSeveral)
		}
	}
	all = append(all, "service workers, caches and files of sites, and their permissions")
	return "What cannot be carried stays in the profile as it is: " + strings.Join(all, ", ") + "."
}

// losses puts what was lost into a warning; several of a kind are not all told.
func losses(where string, all []string) []string {
	if len(all) == 0 {
		return nil
	}
	const told = 5
	more := ""
	if len(all) > told {
		more = fmt.Sprintf(" and %d more", len(all)-told)
		all = all[:told]
	}
	return []string{fmt.Sprintf("%s%s %s.", strings.Join(all, ", "), more, where)}
}

// comeBack closes the session when the browser elsewhere, or its last tab, is gone.
func (s *Session) comeBack() {
	select {
	case <-s.away.there.Deserted():
	case <-s.away.there.Gone():
	case <-s.done:
		return
	}
	s.Close(context.Background())
}

// returnPatience bounds the way back: a network that hangs must not keep a session from being saved.
const returnPatience = 2 * time.Minute

// bringBack brings everything back, once, before the browser at home is closed. What goes wrong is for the receipt.
func (s *Session) bringBack(ctx context.Context) {
	a := s.away
	if a == nil {
		return
	}
	a.hurry.Do(func() { close(a.leaving) })
	a.turn.Lock()
	defer a.turn.Unlock()
	if a.over {
		return
	}
	a.over = true
	if s.Info().Throwaway() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, returnPatience)
	defer cancel()
	err := a.fetch(ctx, true)
	fault.Point("closing: the state is back")
	if err == nil {
		return
	}
	s.library.log.Warn("not everything was brought back", "engine", a.at.Name, "error", err)
	kept := "Saved is the profile as it was opened"
	if !a.back.IsZero() {
		kept = "Saved is what had been brought back at " + a.back.Format(time.TimeOnly)
	}
	why := "what was done there last could not be read"
	if errors.Is(err, carry.ErrGone) {
		why = "the browser there was gone before what was done last could be read"
	}
	a.losses = append(a.losses, fmt.Sprintf("Not everything came back from %s: %s. %s.", a.at.Name, why, kept))
}

// bringBackSome brings back what the open tabs there show, for a checkpoint.
func (s *Session) bringBackSome(ctx context.Context) {
	a := s.away
	if a == nil {
		return
	}
	a.turn.Lock()
	defer a.turn.Unlock()
	if a.over {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, returnPatience)
	defer cancel()
	go func() {
		select {
		case <-a.leaving:
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := a.fetch(ctx, false); err != nil {
		s.library.log.Info("nothing was brought back for a checkpoint", "engine", a.at.Name, "error", err)
	}
}

// fetch brings back what has changed: all, or what the open tabs show.
func (a *away) fetch(ctx context.Context, all bool) error {
	defer a.home.Leave(ctx)
	var now carry.State
	var lost []string
	var err error
	if all {
		now, lost, err = a.there.Read(ctx, a.there.Visited()) // no other origin can have changed
	} else {
		now, lost, err = a.there.Read(ctx, a.there.Showing())
		a.there.Leave(ctx)
	}
	if err != nil {
		return err
	}
	merged := a.state.Merge(now)
	refused, err := a.home.Change(ctx, a.state, merged)
	if err != nil {
		return err
	}
	a.state, a.back = merged, time.Now()
	if !all {
		return nil
	}
	a.losses = append(a.losses, losses("could not be brought back from "+a.at.Name, append(lost, refused...))...)
	tabs, err := a.there.Tabs(ctx, nil)
	if err != nil {
		return err
	}
	if len(tabs) > 0 { // else the person ended the session by closing them
		if err := a.home.SetTabs(ctx, tabs); err != nil {
			return err
		}
	}
	a.notes = append(a.notes, fmt.Sprintf("From %s came %s.", a.at.Name, amount(a.state, len(tabs))))
	return nil
}

// end takes away what is left elsewhere.
func (a *away) end() {
	if a == nil {
		return
	}
	if a.there != nil {
		ctx, cancel := context.WithTimeout(context.Background(), quick)
		defer cancel()
		a.there.Dispose(ctx) // an error means that it is gone: the context goes with the connection
	}
	a.link.Close()
	if a.line != nil {
		a.line.Close()
	}
}

// show brings the session to the front there, and opens the URLs.
func (a *away) show(ctx context.Context, urls []string) error {
	for _, url := range urls {
		if err := a.there.Open(ctx, carry.Tab{URL: url}); err != nil {
			return err
		}
	}
	if len(urls) > 0 {
		return nil
	}
	return a.there.Show(ctx)
}

func (a *away) troubles() []string {
	if a == nil {
		return nil
	}
	a.turn.Lock()
	defer a.turn.Unlock()
	return a.losses
}

func (a *away) account() []string {
	if a == nil {
		return nil
	}
	a.turn.Lock()
	defer a.turn.Unlock()
	return slices.Clone(a.notes)
}

// Carried says what went to the browser elsewhere that the session is in, and what did not; nil: it is in one of this computer.
func (s *Session) Carried() []string { return s.away.account() }

// titles are those of the tabs that a snapshot brings back, by address.
func (l *Library) titles(ctx context.Context, r record) map[string]string {
	titles := map[string]string{}
	if r.Loads == uuid.Nil {
		return titles
	}
	index, err := l.index(ctx, r.Loads, r.At)
	if err != nil {
		return titles
	}
	for _, t := range index.Summary.Tabs {
		titles[t.URL] = t.Title
	}
	return titles
}
