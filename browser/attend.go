package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// attendance is paid to every tab of a browser, popups included, and, where inner is set, to the frames of other sites in it: Chromium
// holds a new one back until it has been told what is to be true in it, so it holds from the first request on. The tabs that
// a start brings back are there before anybody can attend to them; they are told as soon as DevTools answers.
//
// It goes past the driver: nothing is turned on that a page could notice. What was told lasts as long as the session with the tab does, so
// that is kept. Whoever else drives the tab can overrule it.
type attendance struct {
	process *Process
	inner   bool
	tell    func(context.Context, aside, string) error

	mu   sync.Mutex
	tabs map[target.SessionID]*attended
}

// attended is a tab, or a frame of another site in one.
type attended struct {
	aside
	kind string        // "page" or "iframe"
	told chan struct{} // closed when it has been told, and goes on
}

// tellPatience bounds what a tab is told: then it is let go on all the same.
const tellPatience = 10 * time.Second

// attend begins the attendance, and returns when the tabs that there are have been told.
func (p *Process) attend(ctx context.Context, inner bool, tell func(context.Context, aside, string) error) (*attendance, error) {
	whole, err := cdp.Call(ctx, p.driver, target.AttachToBrowserTarget, cdp.Empty{})
	if err != nil {
		return nil, fmt.Errorf("attaching to the browser: %w", err)
	}
	a := &attendance{process: p, inner: inner, tell: tell, tabs: map[target.SessionID]*attended{}}
	if err := a.watch(ctx, aside{p, whole.SessionID}, target.Filter{{Type: "page"}, {Exclude: true}}); err != nil {
		return nil, err
	}
	return a, a.settle(ctx)
}

// settle waits until all tabs have been told that have come so far.
func (a *attendance) settle(ctx context.Context) error {
	for _, tab := range a.all() {
		select {
		case <-tab.told:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (a *attendance) all() []*attended {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Collect(maps.Values(a.tabs))
}

// watch has the browser hold back what begins below a session.
func (a *attendance) watch(ctx context.Context, over aside, what target.Filter) error {
	a.process.pipe.hear(over.session, a.hear)
	_, err := cdp.Call(ctx, over, target.SetAutoAttach, target.SetAutoAttachParams{
		AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true), Filter: what})
	if err != nil {
		return fmt.Errorf("waiting for tabs: %w", err)
	}
	return nil
}

// hear is told when a tab has come or gone.
func (a *attendance) hear(m *cdproto.Message) {
	switch m.Method {
	case "Target.attachedToTarget":
		var e target.EventAttachedToTarget
		if json.Unmarshal(m.Params, &e) != nil || e.TargetInfo == nil {
			return
		}
		tab := &attended{aside{a.process, e.SessionID}, e.TargetInfo.Type, make(chan struct{})}
		a.mu.Lock()
		a.tabs[e.SessionID] = tab
		a.mu.Unlock()
		go a.meet(tab)
	case "Target.detachedFromTarget":
		var e target.EventDetachedFromTarget
		if json.Unmarshal(m.Params, &e) != nil {
			return
		}
		a.mu.Lock()
		delete(a.tabs, e.SessionID)
		a.mu.Unlock()
		a.process.pipe.hear(e.SessionID, nil)
	}
}

// meet tells a new tab, and lets it go on. A tab that is not told, since it has gone meanwhile, is nobody's loss.
func (a *attendance) meet(tab *attended) {
	defer close(tab.told)
	ctx, cancel := context.WithTimeout(context.Background(), tellPatience)
	defer cancel()
	if a.inner {
		a.watch(ctx, tab.aside, target.Filter{{Type: "iframe"}, {Exclude: true}})
	}
	a.tell(ctx, tab.aside, tab.kind)
	cdp.Call(ctx, tab, runtime.RunIfWaitingForDebugger, cdp.Empty{})
}
