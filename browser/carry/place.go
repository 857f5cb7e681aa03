package carry

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"valise/browser"

	"github.com/chromedp/cdproto/network"
)

// Link is a conversation with a browser: a *browser.Line with one of this computer, a *Remote with one elsewhere.
type Link interface {
	// Call sends a command, to a session unless that is empty, and waits for the answer. params and result may be nil.
	Call(ctx context.Context, session, method string, params, result any) error
	Events() <-chan browser.Event
	Close()
}

// Place is where a browser keeps state: its own profile, or a context of its own, which nothing else in the browser shares.
type Place struct {
	link    Link
	context string // "": the browser's own profile
	gone    chan struct{}

	mu       sync.Mutex
	carriers [atOnce]*page // the empty pages, while there are any
	hearing  map[string]func(browser.Event)
	tabs     map[string]*tab // by target
	ours     map[string]bool // targets that are no tabs of the person's
	visited  map[string]bool // origins
	hadTabs  bool
	deserted chan struct{} // closed when the last tab is
}

// tab is one that the person sees.
type tab struct{ url, title, session string }

// Tab is an open tab with what it keeps for itself (sessionStorage).
type Tab struct {
	URL, Title string
	Origin     string
	Storage    []Item
}

// Own is the profile of a browser. The place ends with the link.
func Own(link Link) *Place { return newPlace(link, "") }

// Fresh makes a context in a browser, which knows nothing yet. It goes with the link, and with all that is in it.
func Fresh(ctx context.Context, link Link) (*Place, error) {
	var made struct{ BrowserContextID string }
	if err := link.Call(ctx, "", "Target.createBrowserContext", map[string]any{"disposeOnDetach": true}, &made); err != nil {
		return nil, fmt.Errorf("making a context in the browser: %w", err)
	}
	p := newPlace(link, made.BrowserContextID)
	if err := link.Call(ctx, "", "Target.setDiscoverTargets", map[string]any{"discover": true}, nil); err != nil {
		p.Dispose(ctx)
		return nil, fmt.Errorf("following the tabs of the browser: %w", err)
	}
	return p, nil
}

func newPlace(link Link, context string) *Place {
	p := &Place{
		link: link, context: context, gone: make(chan struct{}), hearing: map[string]func(browser.Event){},
		tabs: map[string]*tab{}, ours: map[string]bool{}, visited: map[string]bool{}, deserted: make(chan struct{}),
	}
	go p.listen()
	return p
}

// Gone is closed when the link to the browser is.
func (p *Place) Gone() <-chan struct{} { return p.gone }

// Deserted is closed when the last tab of a fresh context is closed, and none was opened instead.
func (p *Place) Deserted() <-chan struct{} { return p.deserted }

// Dispose takes a fresh context away, with all that is in it.
func (p *Place) Dispose(ctx context.Context) error {
	return p.link.Call(ctx, "", "Target.disposeBrowserContext", map[string]any{"browserContextId": p.context}, nil)
}

// in adds the context to the parameters of a command.
func (p *Place) in(params map[string]any) map[string]any {
	if p.context != "" {
		params["browserContextId"] = p.context
	}
	return params
}

// targetInfo is what events and answers say of a target.
type targetInfo struct {
	TargetID, Type, URL, Title, BrowserContextID string
}

func (p *Place) listen() {
	defer close(p.gone)
	for e := range p.link.Events() {
		p.mu.Lock()
		hear := p.hearing[e.Session]
		p.mu.Unlock()
		switch {
		case e.Session != "" && hear != nil:
			hear(e)
		case e.Session == "" && p.context != "":
			p.follow(e)
		}
	}
}

// follow keeps account of the tabs of a fresh context.
func (p *Place) follow(e browser.Event) {
	var about struct {
		TargetInfo targetInfo
		TargetID   string
	}
	if json.Unmarshal(e.Params, &about) != nil {
		return
	}
	t := about.TargetInfo
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Method {
	case "Target.targetCreated", "Target.targetInfoChanged":
		if t.BrowserContextID != p.context || p.ours[t.TargetID] {
			return
		}
		if browser.OfTheFrame(t.URL) { // also where that shows only now
			p.ours[t.TargetID] = true
			delete(p.tabs, t.TargetID)
			return
		}
		p.visit(t.URL)
		if t.Type != "page" {
			return
		}
		known := p.tabs[t.TargetID]
		if known == nil {
			known = &tab{}
			p.tabs[t.TargetID] = known
			go p.attend(t.TargetID)
		}
		known.url, known.title = t.URL, t.Title
	case "Target.targetDestroyed":
		p.close(about.TargetID)
	}
}

// close takes a tab out of the account.
func (p *Place) close(target string) {
	if p.tabs[target] == nil {
		return
	}
	delete(p.tabs, target)
	if len(p.tabs) == 0 && p.hadTabs {
		p.hadTabs = false
		close(p.deserted)
	}
}

// visit notes the origin of an address.
func (p *Place) visit(address string) {
	if origin := originOf(address); origin != "" {
		p.visited[origin] = true
	}
}

// attend follows a tab through the pages of its frames.
func (p *Place) attend(target string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p.mu.Lock()
	mine := p.ours[target] // it was made before its maker knew its name
	p.mu.Unlock()
	if mine {
		return
	}
	session, err := p.attach(ctx, target)
	if err != nil {
		return
	}
	p.hear(session, func(e browser.Event) {
		var moved struct{ Frame struct{ URL string } }
		if e.Method == "Page.frameNavigated" && json.Unmarshal(e.Params, &moved) == nil {
			p.mu.Lock()
			p.visit(moved.Frame.URL)
			p.mu.Unlock()
		}
	})
	p.mu.Lock()
	if t := p.tabs[target]; t != nil {
		t.session = session
	}
	p.mu.Unlock()
	p.link.Call(ctx, session, "Page.enable", nil, nil)
	var tree struct{ FrameTree frameTree }
	if p.link.Call(ctx, session, "Page.getFrameTree", nil, &tree) == nil {
		p.mu.Lock()
		tree.FrameTree.each(p.visit)
		p.mu.Unlock()
	}
	var history struct{ Entries []struct{ URL string } }
	if p.link.Call(ctx, session, "Page.getNavigationHistory", nil, &history) == nil {
		p.mu.Lock()
		for _, e := range history.Entries {
			p.visit(e.URL)
		}
		p.mu.Unlock()
	}
}

// frameTree is a frame with those in it.
type frameTree struct {
	Frame       struct{ URL string }
	ChildFrames []frameTree
}

func (t frameTree) each(f func(string)) {
	f(t.Frame.URL)
	for _, child := range t.ChildFrames {
		child.each(f)
	}
}

func (p *Place) attach(ctx context.Context, target string) (session string, err error) {
	var attached struct{ SessionID string }
	err = p.link.Call(ctx, "", "Target.attachToTarget", map[string]any{"targetId": target, "flatten": true}, &attached)
	return attached.SessionID, err
}

func (p *Place) hear(session string, f func(browser.Event)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f == nil {
		delete(p.hearing, session)
	} else {
		p.hearing[session] = f
	}
}

// Visited are the origins whose pages the tabs of a fresh context have shown.
func (p *Place) Visited() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.visited))
}

// originOf is the origin of a web page, "" of any other.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Host)
	if standard := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; strings.HasSuffix(host, standard) {
		host = strings.TrimSuffix(host, standard)
	}
	return u.Scheme + "://" + host
}

// Cookies are all that the place has.
func (p *Place) Cookies(ctx context.Context) ([]Cookie, error) {
	var got network.GetCookiesResult
	if err := p.link.Call(ctx, "", "Storage.getCookies", p.in(map[string]any{}), &got); err != nil {
		return nil, fmt.Errorf("reading the cookies: %w", err)
	}
	var all []Cookie
	for _, c := range got.Cookies {
		if !c.PartitionKeyOpaque { // of a partition that has no name, and cannot outlive its page
			all = append(all, cookieOf(c))
		}
	}
	slices.SortFunc(all, func(a, b Cookie) int {
		return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

// ChangeCookies makes the difference between two lists of cookies, and returns those that the browser did not take.
func (p *Place) ChangeCookies(ctx context.Context, from, to []Cookie) (refused []Cookie, err error) {
	before, after := map[cookieName]Cookie{}, map[cookieName]Cookie{}
	for _, c := range from {
		before[c.id()] = c
	}
	var changes, set []Cookie
	for _, c := range to {
		after[c.id()] = c
		if old, ok := before[c.id()]; !ok || !old.same(c) {
			changes, set = append(changes, c), append(set, c)
		}
	}
	for _, c := range from {
		if _, stays := after[c.id()]; !stays {
			c.Expires = 1 // long ago: there is no other way to delete one by all that it is known by
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	if err := p.setCookies(ctx, changes...); err != nil {
		if fatal(ctx, err) {
			return nil, err
		}
		for _, c := range changes { // one that it does not like spoils them all
			if err := p.setCookies(ctx, c); fatal(ctx, err) {
				return nil, err
			}
		}
	}
	have, err := p.Cookies(ctx)
	if err != nil {
		return nil, err
	}
	now := map[cookieName]Cookie{}
	for _, c := range have {
		now[c.id()] = c
	}
	for _, c := range set {
		if got, ok := now[c.id()]; !ok || got.Value != c.Value {
			refused = append(refused, c)
		}
	}
	return refused, nil
}

func (p *Place) setCookies(ctx context.Context, cookies ...Cookie) error {
	var params []any
	for _, c := range cookies {
		params = append(params, c.param())
	}
	if err := p.link.Call(ctx, "", "Storage.setCookies", p.in(map[string]any{"cookies": params}), nil); err != nil {
		return fmt.Errorf("setting cookies: %w", err)
	}
	return nil
}
