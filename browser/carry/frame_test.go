package carry_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/browser/carry"
	"valise/internal/testenv"
)

// The browser's own window is partly made of web pages. A browser to which chrome: is closed, as an administrator may have it and as a session
// of an engine is, tells of these as of tabs.
func TestPiecesOfTheWindowOfABrowserElsewhereAreNoTabs(t *testing.T) {
	site, screen := newShop(t), testenv.Display(t)
	screen.WindowManager()
	for _, entry := range screen.Env() {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
	far := startAs(t, browser.Options{Port: true, Surroundings: browser.Surroundings{Fenced: true}})
	other := screen.Window("about:blank - Chromium")
	place := elsewhere(t, far)
	desk := site.URL + "/desk"
	if err := place.Open(t.Context(), carry.Tab{URL: desk}); err != nil {
		t.Fatal(err)
	}
	window := screen.Window("Shop - Chromium")
	ctx, cancel := far.Drive(t.Context())
	defer cancel()
	pieces := func() []*target.Info {
		all, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(all, func(x *target.Info) bool { return x.Type != "page" || !browser.OfTheFrame(x.URL) })
	}
	testenv.Until(t, "DevTools to tell of pieces of both windows as of tabs", func() bool {
		of := map[cdp.BrowserContextID]bool{}
		for _, x := range pieces() {
			of[x.BrowserContextID] = true
		}
		return len(of) == 2
	})

	other.Raise()
	if err := place.Show(t.Context()); err != nil {
		t.Fatal(err)
	}
	testenv.Until(t, "the tab to be shown", window.Active)
	for _, x := range pieces() {
		if x.Attached {
			t.Errorf("%s is followed as tabs are", x.URL)
		}
	}

	const inset = 20 // of the × that Chromium draws itself, in the upper right corner
	window.Click(window.Bounds().Dx()-inset, inset)
	testenv.Until(t, "the closing of the last tab to be noticed", func() bool {
		select {
		case <-place.Deserted():
			return true
		default:
			return false
		}
	})
}
