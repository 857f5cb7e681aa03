package browser

import (
	"context"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Process is a running browser. Its methods may be called from several goroutines.
type Process struct {
	cmd          *exec.Cmd
	dir          string   // of the session
	lent         []string // extensions that are not the profile's
	taken        []string // extensions that get the access to files back
	pipe         *bypass
	driver       *chromedp.Browser
	output       *output
	webSocketURL string
	attendance   *attendance // nil: there is nothing to tell the tabs

	mu      sync.Mutex
	options Options // of the start; its size may change

	climb   sync.Once     // the ladder of Close is climbed once
	hurry   chan struct{} // closed: the patience of every further step is short
	hurried sync.Once
	asked   atomic.Int32 // the last step of the ladder that was taken, an Ending; 0: none

	done   chan struct{}
	ending Ending // valid after done
}

// PID is the process id of the browser itself, of which the processes of its tabs are children.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the whole process tree is gone: from then on the profile directory is at rest.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ending says how it ended; 0 while it runs.
func (p *Process) Ending() Ending {
	select {
	case <-p.done:
		return p.ending
	default:
		return 0
	}
}

// WebSocketURL is the address of DevTools for other tools, "ws://127.0.0.1:...", with Options.Port; else "".
func (p *Process) WebSocketURL() string { return p.webSocketURL }

// Show brings the browser's window to the front, from the taskbar too. The tab in it stays the one that it was.
func (p *Process) Show(ctx context.Context) error {
	some, err := p.page(ctx)
	if err != nil {
		return err
	}
	if some == "" { // no tab to show, but the browser runs: a window of an extension, or one that is about to open
		return p.OpenURL(ctx, "")
	}
	front, err := p.Front(ctx, Page{})
	if err != nil {
		return err
	}
	if front.tab == "" { // all windows are minimized: no tab is to be seen
		if front, err = p.unfold(ctx, some); err != nil {
			return err
		}
	}
	_, err = cdp.Call(ctx, p.driver, target.ActivateTarget, target.ActivateTargetParams{TargetID: front.tab})
	return err
}

// unfold brings the window of a tab back from the taskbar, and returns the tab that is in front then.
func (p *Process) unfold(ctx context.Context, tab target.ID) (Page, error) {
	window, err := cdp.Call(ctx, p.driver, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{TargetID: tab})
	if err != nil {
		return Page{}, err
	}
	if window.Bounds.WindowState == cdpbrowser.WindowStateMinimized {
		_, err := cdp.Call(ctx, p.driver, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
			WindowID: window.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: cdpbrowser.WindowStateNormal}})
		if err != nil {
			return Page{}, err
		}
	}
	for range 20 { // its tab learns in a moment that it is seen again
		if front, err := p.Front(ctx, Page{}); err != nil || front.tab != "" {
			return front, err
		}
		time.Sleep(50 * time.Millisecond)
	}
	return Page{tab: tab}, nil
}

// OpenURL opens a tab, in front; an empty URL gives a new-tab page, or an empty one where that is closed.
func (p *Process) OpenURL(ctx context.Context, url string) error {
	switch {
	case url == "" && p.options.Fenced:
		url = emptyPage
	case url == "":
		url = "chrome://newtab/"
	}
	return p.open(ctx, url, false)
}

// open opens a tab. What a browser says it is goes into a request before the tab of that request is there to be told, unless the tab is
// there first.
func (p *Process) open(ctx context.Context, url string, behind bool) error {
	first := url
	if p.options.UserAgent != "" {
		first = emptyPage
	}
	created, err := cdp.Call(ctx, p.driver, target.CreateTarget, target.CreateTargetParams{URL: first, Background: new(behind)})
	if err != nil || first == url {
		return err
	}
	if err := p.attendance.settle(ctx); err != nil {
		return err
	}
	tab, err := p.aside(ctx, created.TargetID)
	if err != nil {
		return err
	}
	defer tab.leave()
	_, err = cdp.Call(ctx, tab, page.Navigate, page.NavigateParams{URL: url})
	return err
}

// Navigate sends some tab to an address: the one tab, where the browser has just started.
func (p *Process) Navigate(ctx context.Context, url string) error {
	tab, err := p.page(ctx)
	if err != nil {
		return err
	}
	beside, err := p.aside(ctx, tab)
	if err != nil {
		return err
	}
	defer beside.leave()
	_, err = cdp.Call(ctx, beside, page.Navigate, page.NavigateParams{URL: url})
	return err
}

// page is some tab; "" when there is none.
func (p *Process) page(ctx context.Context) (target.ID, error) {
	all, err := cdp.Call(ctx, p.driver, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return "", err
	}
	for _, t := range all.TargetInfos {
		if t.Type == "page" && !OfTheFrame(t.URL) {
			return t.TargetID, nil
		}
	}
	return "", nil
}

// Drive returns a chromedp context for this browser, for whoever wants to do more with it. Give it
// chromedp.WithTargetID to attach to an open tab; a tab that it opens itself is closed with it. It never ends the browser.
func (p *Process) Drive(ctx context.Context, opts ...chromedp.ContextOption) (context.Context, context.CancelFunc) {
	ctx, cancelAllocator := chromedp.NewAllocatorContext(ctx, attached{p})
	ctx, cancel := chromedp.NewContext(ctx, append([]chromedp.ContextOption{chromedp.WithNewWindow(false)}, opts...)...)
	return ctx, func() {
		cancel()
		cancelAllocator()
	}
}

// attached tells chromedp that the browser runs already and is not its to end.
type attached struct{ p *Process }

func (a attached) Allocate(context.Context, ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	return a.p.driver, nil
}
func (a attached) Attaches() bool { return true }
func (a attached) Wait()          {}
