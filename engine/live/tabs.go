package live

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"valise/browser"
	"valise/problem"
)

// tab is an open tab, or a window that a page opened: those are tabs here. Its fields are guarded by the room's lock.
type tab struct {
	id      int
	target  string
	session string
	opener  int // 0: none

	url, title    string
	loading       bool
	back, forward bool
	zoom          float64 // pixels of the picture for one of the page

	attended bool // its wishes for files come to viewers
	casting  bool
	dialog   *dialog // nil: none

	frames []string // sessions with frames of it that run elsewhere
	hand   hand     // of all who have control
}

// ErrNoTab is a tab that is not open.
var ErrNoTab = problem.New("this tab is not open", "Ask for the open ones with tabs.query.")

// begin learns of the tabs that are open, and of all that come.
func (r *Room) begin(ctx context.Context) error {
	pages := []params{{"type": "page"}}
	err := errors.Join(
		r.line.Call(ctx, "", "Target.setDiscoverTargets", params{"discover": true, "filter": pages}, nil),
		r.line.Call(ctx, "", "Browser.setDownloadBehavior", params{"behavior": "allowAndName", "downloadPath": r.dir, "eventsEnabled": true}, nil),
		// New ones wait until all is set up: a dialog that nobody hears of would block a page for good.
		r.line.Call(ctx, "", "Target.setAutoAttach", params{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": pages}, nil),
	)
	if err != nil {
		return err
	}
	var open struct{ TargetInfos []target }
	if err := r.line.Call(ctx, "", "Target.getTargets", params{"filter": pages}, &open); err != nil {
		return err
	}
	tabs := slices.DeleteFunc(open.TargetInfos, func(t target) bool { return !t.isTab() })
	for range 300 { // the events about those that are open are on their way
		r.mu.Lock()
		known := len(r.tabs)
		r.mu.Unlock()
		if known >= len(tabs) || ctx.Err() != nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.findFront(ctx)
	return ctx.Err()
}

// hear takes an event of the browser. It must not wait for an answer.
func (r *Room) hear(e browser.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Session == "" {
		switch e.Method {
		case "Target.attachedToTarget":
			r.attached(e.Params)
		case "Target.detachedFromTarget":
			r.detached(e.Params)
		case "Target.targetInfoChanged":
			r.renamed(e.Params)
		case "Browser.downloadWillBegin":
			r.downloadBegins(e.Params)
		case "Browser.downloadProgress":
			r.downloadGoesOn(e.Params)
		}
		return
	}
	t := r.tabOf(e.Session)
	if t == nil {
		return
	}
	switch e.Method {
	case "Target.attachedToTarget":
		r.framed(t, e.Params)
	case "Target.detachedFromTarget":
		r.unframed(t, e.Params)
	case "Page.screencastFrame":
		r.pictured(t, e.Params)
	case "Page.screencastVisibilityChanged":
		var p struct{ Visible bool }
		if json.Unmarshal(e.Params, &p) == nil && !p.Visible && t == r.front {
			r.errand(r.findFront)
		}
	case "Page.frameStartedLoading", "Page.frameStoppedLoading":
		var p struct{ FrameID string }
		if json.Unmarshal(e.Params, &p) == nil && p.FrameID == t.target {
			r.loads(t, e.Method == "Page.frameStartedLoading")
		}
	case "Page.frameNavigated":
		r.navigated(e.Session, e.Params)
		r.learnWay(t)
	case "Page.navigatedWithinDocument":
		r.learnWay(t)
	case "Page.javascriptDialogOpening":
		r.dialogOpens(t, e.Params)
	case "Page.javascriptDialogClosed":
		r.dialogCloses(t)
	case "Page.fileChooserOpened":
		r.filesWanted(t, e.Session, e.Params)
	case "Input.dragIntercepted":
		r.dragBegins(t, e.Params)
	case "Runtime.bindingCalled":
		r.pageSays(t, e.Session, e.Params)
	}
}

// target is what DevTools tells of a tab.
type target struct {
	TargetID, Type, Subtype, Title, URL, OpenerID string
}

// isTab says whether it is one that people see: none that is rendered in case it is wanted, and no piece of the browser's window.
func (t target) isTab() bool {
	return t.Type == "page" && t.Subtype == "" && !browser.OfTheFrame(t.URL)
}

// attached gets a tab to watch. The lock is held.
func (r *Room) attached(raw []byte) {
	var p struct {
		SessionID          string
		TargetInfo         target
		WaitingForDebugger bool
	}
	if json.Unmarshal(raw, &p) != nil {
		return
	}
	release := func() { r.line.Send(p.SessionID, "Runtime.runIfWaitingForDebugger", nil, nil) }
	if !p.TargetInfo.isTab() {
		release()
		return
	}
	if len(r.tabs) >= mostTabs && p.WaitingForDebugger {
		r.line.Send("", "Target.closeTarget", params{"targetId": p.TargetInfo.TargetID}, nil)
		release()
		return
	}
	r.lastTab++
	t := &tab{id: r.lastTab, target: p.TargetInfo.TargetID, session: p.SessionID, url: p.TargetInfo.URL, title: p.TargetInfo.Title, zoom: 1}
	place := len(r.tabs)
	if opener := r.tabAt(p.TargetInfo.OpenerID); opener != nil {
		t.opener = opener.id
		place = slices.Index(r.tabs, opener) + 1
		for place < len(r.tabs) && r.tabs[place].opener == opener.id {
			place++
		}
	}
	r.tabs = slices.Insert(r.tabs, place, t)
	r.line.Send(t.session, "Page.enable", nil, nil)
	r.line.Send(t.session, "Input.setInterceptDrags", params{"enabled": true}, nil)
	r.watchFrames(t.session)
	r.attend(t)
	release()
	r.fit(t)
	r.learnWay(t)
	r.emit("tabs.onCreated", r.chromeTab(t))
	r.showTabs()
	if p.WaitingForDebugger { // a new one: the browser has put it in front, or not
		r.errand(func(ctx context.Context) {
			if r.seen(ctx, t) != hidden {
				r.bring(t)
			}
		})
	}
}

// detached means that a tab is closed. The lock is held.
func (r *Room) detached(raw []byte) {
	var p struct{ SessionID string }
	json.Unmarshal(raw, &p)
	if t := r.tabOf(p.SessionID); t != nil {
		r.remove(t)
	}
}

func (r *Room) remove(t *tab) {
	r.tabs = slices.DeleteFunc(r.tabs, func(other *tab) bool { return other == t })
	r.dialogCloses(t)
	r.emit("tabs.onRemoved", t.id, params{"windowId": theWindow, "isWindowClosing": false})
	if r.front == t {
		r.front = nil
		r.errand(r.findFront)
	}
	r.showTabs()
}

// renamed gets the title and the address of a tab; a title that comes later is told by the page. The lock is held.
func (r *Room) renamed(raw []byte) {
	var p struct{ TargetInfo target }
	if json.Unmarshal(raw, &p) != nil {
		return
	}
	t := r.tabAt(p.TargetInfo.TargetID)
	if t == nil {
		return
	}
	if !p.TargetInfo.isTab() { // which shows only now
		r.remove(t)
		return
	}
	r.entitled(t, p.TargetInfo.Title, p.TargetInfo.URL)
}

// entitled notes the title and the address of a tab. The lock is held.
func (r *Room) entitled(t *tab, title, url string) {
	changed := params{}
	if t.url != url {
		t.url = url
		changed["url"] = url
	}
	if t.title != title {
		t.title = title
		changed["title"] = title
	}
	if len(changed) > 0 {
		r.emit("tabs.onUpdated", t.id, changed, r.chromeTab(t))
		r.showTabs()
	}
}

// loads notes that a tab begins or ends to load. The lock is held.
func (r *Room) loads(t *tab, loading bool) {
	if t.loading == loading {
		return
	}
	t.loading = loading
	r.emit("tabs.onUpdated", t.id, params{"status": t.status()}, r.chromeTab(t))
	r.learnWay(t)
	r.showTabs()
}

func (t *tab) status() string {
	if t.loading {
		return "loading"
	}
	return "complete"
}

// learnWay asks whether the tab can go back and forward. The lock is held.
func (r *Room) learnWay(t *tab) {
	r.errand(func(ctx context.Context) {
		way, err := r.way(ctx, t)
		if err != nil {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		back, forward := way.CurrentIndex > 0, way.CurrentIndex < len(way.Entries)-1
		if t.back != back || t.forward != forward {
			t.back, t.forward = back, forward
			r.showTabs()
		}
	})
}

// way is where a tab has been and can go.
type way struct {
	CurrentIndex int
	Entries      []struct {
		ID  int
		URL string
	}
}

func (r *Room) way(ctx context.Context, t *tab) (w way, err error) {
	err = r.line.Call(ctx, t.session, "Page.getNavigationHistory", nil, &w)
	return w, err
}

// tabOf finds a tab by its session, tabAt by its target, tabByID by its number. The lock is held.
func (r *Room) tabOf(session string) *tab {
	return r.someTab(func(t *tab) bool { return t.session == session || slices.Contains(t.frames, session) })
}
func (r *Room) tabAt(target string) *tab {
	return r.someTab(func(t *tab) bool { return t.target == target })
}
func (r *Room) tabByID(id int) *tab { return r.someTab(func(t *tab) bool { return t.id == id }) }

func (r *Room) someTab(is func(*tab) bool) *tab {
	if i := slices.IndexFunc(r.tabs, is); i >= 0 {
		return r.tabs[i]
	}
	return nil
}

// shownTab is a tab as viewers get it.
type shownTab struct {
	ID      int    `json:"id"`
	Title   string `json:"title"`
	URL     string `json:"url"`
	Active  bool   `json:"active,omitempty"`
	Loading bool   `json:"loading,omitempty"`
}

// showTabs tells viewers of the tabs. The lock is held.
func (r *Room) showTabs() {
	for _, v := range r.viewers {
		v.showTabs()
	}
}

func (v *viewer) showTabs() {
	m := outgoing{Type: "tabs"}
	for _, t := range v.room.tabs {
		front := t == v.room.front
		m.Tabs = append(m.Tabs, shownTab{t.id, clip(t.title, 200), clip(t.url, 4096), front, t.loading})
		if front {
			m.Back, m.Forward = t.back, t.forward
		}
	}
	v.state(m)
}

// clip bounds what a page chooses.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most]
}
