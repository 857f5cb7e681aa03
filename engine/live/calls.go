package live

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"valise/problem"
)

// theWindow is the number of the only window that there is, for chrome.tabs.
const theWindow = 1

// Problems of calls.
var (
	ErrNoMethod = problem.New("there is no such method here", "tabs.query, get, getCurrent, create, duplicate, update, remove, reload, goBack, goForward, setZoom and getZoom are understood.")
	ErrBadCall  = problem.New("the arguments of this call are not those of chrome.tabs", "Give them as a JSON array, as chrome.tabs has them.")
	ErrNotAdmin = problem.New("this call needs the admin token", "Give the session's admin_token.")
)

// called takes a call of a viewer, or of the page that embeds it. The lock is held.
func (r *Room) called(v *viewer, m incoming) {
	answer := func(result any, err error) {
		reply := outgoing{Type: "answer", I: m.I, R: result}
		if err != nil {
			reply.E, reply.R = explained(err), nil
		}
		v.post(reply)
	}
	if !v.Admin && (m.T == "" || !r.o.Admin(m.T)) {
		answer(nil, ErrNotAdmin)
		return
	}
	if len(m.I) > 32 {
		return
	}
	if event, ok := strings.CutSuffix(m.M, ".addListener"); ok {
		if !events[event] || len(v.listeners[event]) >= mostListeners {
			answer(nil, ErrNoMethod)
			return
		}
		v.listeners[event] = append(v.listeners[event], m.I)
		answer(nil, nil)
		return
	}
	r.errand(func(ctx context.Context) {
		result, err := r.Call(ctx, m.M, m.A)
		r.mu.Lock()
		defer r.mu.Unlock()
		answer(result, err)
	})
}

func explained(err error) string {
	if next := problem.NextStep(err); next != "" {
		return err.Error() + ". " + next
	}
	return err.Error()
}

// mostListeners bounds those of one viewer for one event.
const mostListeners = 20

var events = map[string]bool{"tabs.onCreated": true, "tabs.onUpdated": true, "tabs.onActivated": true, "tabs.onRemoved": true}

// emit tells listeners what has happened. The lock is held.
func (r *Room) emit(event string, args ...any) {
	for _, v := range r.viewers {
		for _, i := range v.listeners[event] {
			v.post(outgoing{Type: "answer", I: i, R: args})
		}
	}
}

// chromeTab is a tab as chrome.tabs has it.
type chromeTab struct {
	ID          int    `json:"id"`
	Index       int    `json:"index"`
	WindowID    int    `json:"windowId"`
	OpenerTabID int    `json:"openerTabId,omitempty"`
	Active      bool   `json:"active"`
	Highlighted bool   `json:"highlighted"`
	Selected    bool   `json:"selected"`
	Pinned      bool   `json:"pinned"`
	Incognito   bool   `json:"incognito"`
	Audible     bool   `json:"audible"`
	Discarded   bool   `json:"discarded"`
	Status      string `json:"status"`
	Title       string `json:"title"`
	URL         string `json:"url"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
}

func (r *Room) chromeTab(t *tab) chromeTab {
	index := 0
	for i, other := range r.tabs {
		if other == t {
			index = i
		}
	}
	front := t == r.front
	return chromeTab{ID: t.id, Index: index, WindowID: theWindow, OpenerTabID: t.opener, Active: front, Highlighted: front, Selected: front,
		Status: t.status(), Title: t.title, URL: t.url, Width: r.width, Height: r.height}
}

// Call does what a method of chrome.tabs does, as far as DevTools can.
func (r *Room) Call(ctx context.Context, method string, args []json.RawMessage) (any, error) {
	name, ok := strings.CutPrefix(method, "tabs.")
	do := methods[name]
	if !ok || do == nil {
		return nil, fmt.Errorf("%q: %w", clip(method, 64), ErrNoMethod)
	}
	result, err := do(r, ctx, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return result, nil
}

var methods = map[string]func(*Room, context.Context, []json.RawMessage) (any, error){
	"query":      (*Room).queryTabs,
	"get":        (*Room).getTab,
	"getCurrent": (*Room).getCurrentTab,
	"create":     (*Room).createTab,
	"duplicate":  (*Room).duplicateTab,
	"update":     (*Room).updateTab,
	"remove":     (*Room).removeTabs,
	"reload":     (*Room).reloadTab,
	"setZoom":    (*Room).setZoom,
	"getZoom":    (*Room).getZoom,
	"goBack": func(r *Room, ctx context.Context, args []json.RawMessage) (any, error) {
		return r.stepTab(ctx, args, -1)
	},
	"goForward": func(r *Room, ctx context.Context, args []json.RawMessage) (any, error) {
		return r.stepTab(ctx, args, +1)
	},
}

// tabArgument takes the optional number of a tab from the front of arguments; without it, it is the tab in front.
func (r *Room) tabArgument(args []json.RawMessage) (*tab, []json.RawMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.front
	if len(args) > 0 {
		var id *int
		if json.Unmarshal(args[0], &id) == nil {
			args = args[1:]
			if id != nil {
				t = r.tabByID(*id)
			}
		}
	}
	if t == nil {
		return nil, nil, ErrNoTab
	}
	return t, args, nil
}

// argument reads an argument into what it is to be; one that is missing leaves that alone.
func argument(args []json.RawMessage, at int, into any) error {
	if at >= len(args) {
		return nil
	}
	if err := json.Unmarshal(args[at], into); err != nil {
		return ErrBadCall
	}
	return nil
}

// told is a tab as it is now.
func (r *Room) told(t *tab) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tabByID(t.id) != t {
		return nil, ErrNoTab
	}
	return r.chromeTab(t), nil
}

func (r *Room) queryTabs(_ context.Context, args []json.RawMessage) (any, error) {
	var q struct {
		Active, Highlighted              *bool
		CurrentWindow, LastFocusedWindow *bool
		Index, WindowID                  *int
		Status, Title                    *string
		URL                              json.RawMessage
	}
	if err := argument(args, 0, &q); err != nil {
		return nil, err
	}
	var patterns []string
	if len(q.URL) > 0 {
		var one string
		if json.Unmarshal(q.URL, &one) == nil {
			patterns = []string{one}
		} else if json.Unmarshal(q.URL, &patterns) != nil {
			return nil, ErrBadCall
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	found := []chromeTab{}
	for _, t := range r.tabs {
		c := r.chromeTab(t)
		if q.Active != nil && *q.Active != c.Active || q.Highlighted != nil && *q.Highlighted != c.Active ||
			q.CurrentWindow != nil && !*q.CurrentWindow || q.LastFocusedWindow != nil && !*q.LastFocusedWindow ||
			q.Index != nil && *q.Index != c.Index || q.WindowID != nil && *q.WindowID > 0 && *q.WindowID != theWindow ||
			q.Status != nil && *q.Status != c.Status || q.Title != nil && !like(*q.Title, c.Title) {
			continue
		}
		if len(patterns) > 0 && !anyLike(patterns, c.URL) {
			continue
		}
		found = append(found, c)
	}
	return found, nil
}

func anyLike(patterns []string, url string) bool {
	for _, p := range patterns {
		if p == "<all_urls>" || like(strings.Replace(p, "*://", "http*://", 1), url) || like(p, url) {
			return true
		}
	}
	return false
}

// like says whether a text fits a pattern in which * stands for anything.
func like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func (r *Room) getTab(_ context.Context, args []json.RawMessage) (any, error) {
	if len(args) == 0 {
		return nil, ErrBadCall
	}
	t, _, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	return r.told(t)
}

func (r *Room) getCurrentTab(context.Context, []json.RawMessage) (any, error) {
	t, _, err := r.tabArgument(nil)
	if err != nil {
		return nil, err
	}
	return r.told(t)
}

func (r *Room) createTab(ctx context.Context, args []json.RawMessage) (any, error) {
	var o struct {
		URL              string
		Active, Selected *bool
	}
	if err := argument(args, 0, &o); err != nil {
		return nil, err
	}
	front := (o.Active == nil || *o.Active) && (o.Selected == nil || *o.Selected)
	t, err := r.openTab(ctx, o.URL, front)
	if err != nil {
		return nil, err
	}
	return r.told(t)
}

func (r *Room) duplicateTab(ctx context.Context, args []json.RawMessage) (any, error) {
	t, _, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	url := t.url
	r.mu.Unlock()
	twin, err := r.openTab(ctx, url, true)
	if err != nil {
		return nil, err
	}
	return r.told(twin)
}

func (r *Room) updateTab(ctx context.Context, args []json.RawMessage) (any, error) {
	t, args, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	var o struct {
		URL                           string
		Active, Highlighted, Selected *bool
	}
	if err := argument(args, 0, &o); err != nil {
		return nil, err
	}
	if o.URL != "" {
		if err := r.goTo(ctx, t, o.URL); err != nil {
			return nil, err
		}
	}
	for _, front := range []*bool{o.Active, o.Highlighted, o.Selected} {
		if front != nil && *front {
			r.bring(t)
		}
	}
	return r.told(t)
}

func (r *Room) removeTabs(ctx context.Context, args []json.RawMessage) (any, error) {
	if len(args) == 0 {
		return nil, ErrBadCall
	}
	var ids []int
	var one int
	if json.Unmarshal(args[0], &one) == nil {
		ids = []int{one}
	} else if json.Unmarshal(args[0], &ids) != nil {
		return nil, ErrBadCall
	}
	var tabs []*tab
	r.mu.Lock()
	for _, id := range ids {
		tabs = append(tabs, r.tabByID(id))
	}
	r.mu.Unlock()
	for _, t := range tabs {
		if t == nil {
			return nil, ErrNoTab
		}
		if err := r.closeTab(ctx, t); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (r *Room) reloadTab(ctx context.Context, args []json.RawMessage) (any, error) {
	t, args, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	var o struct{ BypassCache bool }
	if err := argument(args, 0, &o); err != nil {
		return nil, err
	}
	return nil, r.line.Call(ctx, t.session, "Page.reload", params{"ignoreCache": o.BypassCache}, nil)
}

func (r *Room) stepTab(ctx context.Context, args []json.RawMessage, by int) (any, error) {
	t, _, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	return nil, r.step(ctx, t, by)
}

// arrival waits until a tab that was opened is known.
func (r *Room) arrival(ctx context.Context, target string) (*tab, error) {
	for {
		r.mu.Lock()
		t := r.tabAt(target)
		r.mu.Unlock()
		if t != nil {
			return t, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}
