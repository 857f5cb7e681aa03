package carry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"valise/browser"
)

// Tabs are the tabs that the person sees, with what each keeps. In the browser's own profile each becomes an empty page at its
// address, with the title that titles has for it; in a fresh context they stay as they are.
func (p *Place) Tabs(ctx context.Context, titles map[string]string) ([]Tab, error) {
	if p.context != "" {
		return p.liveTabs(ctx), nil
	}
	targets, err := p.targets(ctx)
	if err != nil {
		return nil, err
	}
	var all []Tab
	for _, t := range targets {
		if t.URL == "" {
			if t.URL, err = p.addressOf(ctx, t.TargetID); err != nil {
				return all, err
			}
		}
		if originOf(t.URL) == "" {
			continue
		}
		tab, err := p.emptyTab(ctx, t.TargetID, Tab{URL: t.URL, Title: titles[t.URL]}, nil)
		if fatal(ctx, err) {
			return all, err
		}
		all = append(all, tab) // without its storage, if that cannot be had
	}
	return all, nil
}

// targets are the person's tabs.
func (p *Place) targets(ctx context.Context) ([]targetInfo, error) {
	var got struct{ TargetInfos []targetInfo }
	if err := p.link.Call(ctx, "", "Target.getTargets", nil, &got); err != nil {
		return nil, fmt.Errorf("looking for tabs: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(got.TargetInfos, func(t targetInfo) bool {
		return t.Type != "page" || browser.OfTheFrame(t.URL) || p.ours[t.TargetID]
	}), nil
}

// addressPatience bounds the wait for the address of a tab.
const addressPatience = 15 * time.Second

// addressOf waits until a tab has an address again: one that is being restored, and whose page no network leads to, has none between its
// first try and the page that tells of it. It is "" if that takes too long.
func (p *Place) addressOf(ctx context.Context, target string) (string, error) {
	p.link.Call(ctx, "", "Target.activateTarget", map[string]any{"targetId": target}, nil) // else it may be restored only seconds later
	for deadline := time.Now().Add(addressPatience); ; time.Sleep(20 * time.Millisecond) {
		var is struct{ TargetInfo targetInfo }
		err := p.link.Call(ctx, "", "Target.getTargetInfo", map[string]any{"targetId": target}, &is)
		switch {
		case fatal(ctx, err):
			return "", err
		case err != nil, is.TargetInfo.URL != "", time.Now().After(deadline):
			return is.TargetInfo.URL, nil
		}
	}
}

// emptyTab makes a tab an empty page at its address, and brings in what it keeps. It returns what it keeps then.
//
// The tab is brought to the front first: one that was restored behind others loads only seconds later, and answers nothing before.
func (p *Place) emptyTab(ctx context.Context, target string, t Tab, storage []Item) (Tab, error) {
	if p.context == "" {
		p.link.Call(ctx, "", "Target.activateTarget", map[string]any{"targetId": target}, nil) // an error shows with the next call
	}
	g, err := p.take(ctx, target)
	if err != nil {
		return t, err
	}
	defer g.leave(ctx)
	g.title = t.Title
	if err := g.goTo(ctx, t.URL); err != nil {
		return t, err
	}
	if len(storage) > 0 {
		if _, err := g.change(ctx, changes{Session: &storageChanges{Set: storage}}); err != nil {
			return t, err
		}
	}
	return g.kept(ctx, t)
}

// kept reads what a tab keeps.
func (g *page) kept(ctx context.Context, t Tab) (Tab, error) {
	var kept Origin
	err := g.fetch(ctx, "carry.tab()", &kept)
	t.Origin, t.Storage = kept.Origin, kept.LocalStorage
	return t, err
}

// liveTabs reads the tabs of a fresh context in the pages that they show, which do not notice.
func (p *Place) liveTabs(ctx context.Context) []Tab {
	p.mu.Lock()
	live := map[string]tab{}
	for target, t := range p.tabs {
		live[target] = *t
	}
	p.mu.Unlock()
	var all []Tab
	for target, t := range live {
		if originOf(t.url) == "" {
			continue
		}
		shown := Tab{URL: t.url, Title: t.title}
		if t.session != "" {
			g := &page{place: p, target: target, session: t.session}
			if g.enter(ctx, target) == nil {
				shown, _ = g.kept(ctx, shown)
			}
		}
		all = append(all, shown)
	}
	slices.SortFunc(all, func(a, b Tab) int { return strings.Compare(a.URL, b.URL) })
	return all
}

// Showing are the origins that tabs of a fresh context show just now.
func (p *Place) Showing() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]bool{}
	for _, t := range p.tabs {
		if origin := originOf(t.url); origin != "" {
			all[origin] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Open opens a tab with what it keeps. In a fresh context it then goes to its page; in the browser's own profile it stays empty.
func (p *Place) Open(ctx context.Context, t Tab) error {
	var made struct{ TargetID string }
	p.mu.Lock()
	p.hadTabs = true
	p.mu.Unlock()
	direct := p.context != "" && len(t.Storage) == 0
	first := "about:blank"
	if direct {
		first = t.URL
	}
	if err := p.link.Call(ctx, "", "Target.createTarget", p.in(map[string]any{"url": first}), &made); err != nil {
		return fmt.Errorf("opening a tab: %w", err)
	}
	if direct {
		return nil
	}
	_, err := p.emptyTab(ctx, made.TargetID, t, t.Storage)
	if fatal(ctx, err) || p.context == "" {
		return err
	}
	session, err := p.attach(ctx, made.TargetID)
	if err != nil {
		return err
	}
	defer p.link.Call(ctx, "", "Target.detachFromTarget", map[string]any{"sessionId": session}, nil)
	return p.link.Call(ctx, session, "Page.navigate", map[string]any{"url": t.URL}, nil)
}

// SetTabs makes the tabs of the browser's own profile those given: what is open stays, the rest is closed, what is missing is opened.
func (p *Place) SetTabs(ctx context.Context, tabs []Tab) error {
	targets, err := p.targets(ctx)
	if err != nil {
		return err
	}
	left := slices.Clone(tabs)
	var closing []string
	for _, t := range targets {
		i := slices.IndexFunc(left, func(w Tab) bool { return w.URL == t.URL })
		if i < 0 {
			closing = append(closing, t.TargetID)
			continue
		}
		if _, err := p.emptyTab(ctx, t.TargetID, left[i], left[i].Storage); fatal(ctx, err) {
			return err
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, t := range left {
		if err := p.Open(ctx, t); fatal(ctx, err) {
			return err
		}
	}
	for _, target := range closing { // last: a browser without a tab ends
		if err := p.link.Call(ctx, "", "Target.closeTarget", map[string]any{"targetId": target}, nil); fatal(ctx, err) {
			return err
		}
	}
	return nil
}

// Show brings a tab to the front.
func (p *Place) Show(ctx context.Context) error {
	targets, err := p.targets(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	targets = slices.DeleteFunc(targets, func(t targetInfo) bool { return p.tabs[t.TargetID] == nil })
	p.mu.Unlock()
	if len(targets) == 0 {
		return nil
	}
	return p.link.Call(ctx, "", "Target.activateTarget", map[string]any{"targetId": targets[0].TargetID}, nil)
}
