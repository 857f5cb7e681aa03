package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valise/engine"
	"valise/internal/testenv"
)

// Pages have the size that was asked for, those that come back with a profile too, also when it was saved at another size.
func TestPagesHaveTheSizeThatWasAskedFor(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	v := call[session](s, "POST", "/v0/vm", `{"profile": true, "cdp": true, "start_url": `+quoted(site.URL+"/desk")+`}`)
	tabAt(t, testenv.Attach(t, v.CDP), site.URL+"/desk")
	s.end(v)
	for _, size := range []string{"", `, "width": 1000, "height": 600`, ""} {
		width, height := 1280, 720
		if size != "" {
			width, height = 1000, 600
		}
		opened := call[session](s, "POST", "/v0/vm", `{"profile": `+quoted(v.ID)+size+`, "cdp": true}`)
		page := tabAt(t, testenv.Attach(t, opened.CDP), site.URL+"/desk")
		want, got := fmt.Sprintf("%dx%d", width, height), ""
		if !testenv.Within(10*time.Second, func() bool {
			got, _ = chromedp.Run(page, chromedp.Evaluate[string]("innerWidth + 'x' + innerHeight"))
			return got == want
		}) {
			t.Errorf("asked for %s, the page that came back has %s", want, got)
		}
		s.end(opened)
	}
}

func tabAt(t *testing.T, browser context.Context, address string) (tab context.Context) {
	t.Helper()
	testenv.Until(t, "the tab with "+address, func() bool {
		all, err := chromedp.CallBrowser(browser, target.GetTargets, target.GetTargetsParams{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all.TargetInfos, func(of *target.Info) bool { return of.URL == address })
		if i < 0 {
			return false
		}
		var leave context.CancelFunc
		tab, leave = chromedp.NewContext(browser, chromedp.WithTargetID(all.TargetInfos[i].TargetID), chromedp.WithDetachOnCancel())
		t.Cleanup(leave)
		return true
	})
	return tab
}
