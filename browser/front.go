package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// Page is a page that a tab shows.
type Page struct {
	URL, Title string
	tab        target.ID
}

// Web says whether it is one of a site or a file, and none of the browser's own or of an extension.
func (p Page) Web() bool {
	u, err := url.Parse(p.URL)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "file")
}

// OfTheFrame says whether an address is one of the pieces of web page that the browser's own window is made of, such as the
// list under the field for the address (chrome/browser/ui/webui/top_chrome). DevTools tells of them as of tabs.
func OfTheFrame(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "chrome" && strings.HasSuffix(u.Host, ".top-chrome")
}

// mostAsked is how many tabs are asked whether they are in front.
const mostAsked = 24

// Front is the page that the person sees: the one with the keyboard, or, while they are with another program, one that can be seen.
// Private windows do not count. It is the zero Page where there is none.
//
// Only the tabs themselves know. The one that it was last is asked first, which mostly settles it; then all are asked at once, since
// one that sleeps takes its time. They are asked in a world of their own, in which pages see nothing.
func (p *Process) Front(ctx context.Context, last Page) (Page, error) {
	tabs, err := p.tabs(ctx)
	if err != nil {
		return Page{}, fmt.Errorf("looking at the tabs: %w", err)
	}
	if i := slices.IndexFunc(tabs, func(t Page) bool { return t.tab == last.tab }); i >= 0 {
		known := tabs[i]
		if at := p.standing(ctx, known); at == focused || at == visible && known == last {
			return known, nil
		}
	}
	tabs = tabs[:min(len(tabs), mostAsked)]
	type answer struct {
		tab Page
		at  standing
	}
	answers := make(chan answer, len(tabs))
	for _, t := range tabs {
		go func() { answers <- answer{t, p.standing(ctx, t)} }()
	}
	var seen Page
	for range tabs {
		a := <-answers
		switch {
		case a.at == focused:
			return a.tab, nil
		case a.at == visible && (seen == (Page{}) || a.tab.tab == last.tab):
			seen = a.tab
		}
	}
	return seen, ctx.Err()
}

// tabs are those of all windows that are not private.
func (p *Process) tabs(ctx context.Context) ([]Page, error) {
	own, err := cdp.Call(ctx, p.driver, target.GetBrowserContexts, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	all, err := cdp.Call(ctx, p.driver, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return nil, err
	}
	var tabs []Page
	for _, t := range all.TargetInfos {
		private := own.DefaultBrowserContextID != "" && t.BrowserContextID != own.DefaultBrowserContextID
		if t.Type == "page" && t.Subtype == "" && !private && !OfTheFrame(t.URL) {
			tabs = append(tabs, Page{URL: t.URL, Title: t.Title, tab: t.TargetID})
		}
	}
	return tabs, nil
}

// standing is where a tab stands.
type standing string

const (
	visible standing = `"visible"`
	focused standing = `"focused"`
)

// standing asks a tab where it stands. A tab that does not answer is not in front.
func (p *Process) standing(ctx context.Context, of Page) standing {
	ctx, cancel := context.WithTimeout(ctx, hurriedPatience)
	defer cancel()
	tab, err := p.aside(ctx, of.tab)
	if err != nil {
		return ""
	}
	defer tab.leave()
	world, err := cdp.Call(ctx, tab, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: cdp.FrameID(of.tab)})
	if err != nil {
		return ""
	}
	answer, err := cdp.Call(ctx, tab, runtime.Evaluate, runtime.EvaluateParams{
		ContextID: world.ExecutionContextID, Expression: `document.hasFocus() ? "focused" : document.visibilityState`,
	})
	if err != nil || answer.Result == nil {
		return ""
	}
	return standing(answer.Result.Value)
}
