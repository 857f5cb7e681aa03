package browser_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
	"valise/problem"
)

func TestNoPortIsOpenUnlessAskedFor(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	p := start(t, b, browser.Options{Dir: t.TempDir()})
	if open := listening(t, p); len(open) != 0 || p.WebSocketURL() != "" {
		t.Errorf("it listens on %v, %q", open, p.WebSocketURL())
	}

	p = start(t, b, browser.Options{Dir: t.TempDir(), Port: true})
	const loopback = "0100007F:"
	if open := listening(t, p); len(open) != 1 || !strings.HasPrefix(open[0], loopback) {
		t.Errorf("it listens on %v", open)
	}
	if err := testenv.LogIn(testenv.Attach(t, p.WebSocketURL()), site, "alice"); err != nil {
		t.Error(err)
	}
}

func TestToASiteTheBrowserIsAnOrdinaryOne(t *testing.T) {
	b, site, screen := chromium(t), testenv.NewSite(t), testenv.Display(t)
	headless := start(t, b, browser.Options{Dir: t.TempDir()})
	headed := startOn(t, screen, b, browser.Options{Dir: t.TempDir()})
	var agents []string
	for _, p := range []*browser.Process{headless, headed} {
		page, err := testenv.ReadPage(drive(t, p), site)
		if err != nil {
			t.Fatal(err)
		}
		if page.Webdriver {
			t.Error("navigator.webdriver is true")
		}
		agents = append(agents, page.UserAgent)
	}
	if agents[0] != agents[1] {
		t.Errorf("without a window it says %s, with one %s", agents[0], agents[1])
	}
}

func TestANewProfileOpensOneNewTabPageWithoutABarOfWarnings(t *testing.T) {
	b, screen := chromium(t), testenv.Display(t)
	p := startOn(t, screen, b, browser.Options{Dir: t.TempDir()})
	screen.Window("New Tab - Chromium")
	ctx := drive(t, p)
	infos, err := chromedp.Targets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if info.Type != "page" {
			continue
		}
		if !strings.HasPrefix(info.URL, "chrome://newtab") && !strings.HasPrefix(info.URL, "chrome://new-tab-page") {
			t.Errorf("it opened %s", info.URL)
		}
		tab, cancel := chromedp.NewContext(ctx, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
		defer cancel()
		// Tabs and address are 85 pixels high; a bar below them adds 40.
		height, err := chromedp.Run(tab, chromedp.Evaluate[int]("outerHeight - innerHeight"))
		if err != nil || height > 100 {
			t.Errorf("%d pixels above the page, %v", height, err)
		}
	}
}

func TestADirectoryIsOpenOnlyOnce(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	first := start(t, b, browser.Options{Dir: dir})
	byAnotherName := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, byAnotherName); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, byAnotherName} {
		if _, err := browser.Start(t.Context(), b, browser.Options{Dir: name, Headless: true}); !errors.Is(err, browser.ErrInUse) {
			t.Errorf("a second start on %s: %v", name, err)
		}
	}
	if err := testenv.LogIn(drive(t, first), site, "alice"); err != nil {
		t.Errorf("the first was disturbed: %v", err)
	}
}

func TestALockThatIsLeftOverIsNoObstacle(t *testing.T) {
	b := chromium(t)
	for _, owner := range []string{"another-host-1", thisHost(t) + "-999999999", thisHost(t) + "-1"} {
		dir := t.TempDir()
		profile := browser.UserDataDir(dir)
		if err := os.MkdirAll(profile, 0o700); err != nil {
			t.Fatal(err)
		}
		for link, target := range map[string]string{
			"SingletonLock":   owner,
			"SingletonCookie": "123",
			"SingletonSocket": filepath.Join(t.TempDir(), "gone"),
		} {
			if err := os.Symlink(target, filepath.Join(profile, link)); err != nil {
				t.Fatal(err)
			}
		}
		start(t, b, browser.Options{Dir: dir})
	}
}

func thisHost(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAPathMayHaveBlanksAndAnyLetters(t *testing.T) {
	site := testenv.NewSite(t)
	dir := filepath.Join(t.TempDir(), "Über uns", "ein \"Profil\" 日本 %20 #1?")
	p := start(t, chromium(t), browser.Options{Dir: dir})
	if err := testenv.LogIn(drive(t, p), site, "alice"); err != nil {
		t.Fatal(err)
	}
	p.Close(t.Context())
	if contents, err := browser.Inspect(t.Context(), browser.UserDataDir(dir)); err != nil || contents.Cookies != 5 {
		t.Errorf("%+v, %v", contents, err)
	}
	start(t, chromium(t), browser.Options{Dir: dir})
}

func TestABrowserThatDoesNotStartIsQuoted(t *testing.T) {
	testenv.Chromium(t)
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho one\necho 'libnss3.so is missing' >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := browser.Start(t.Context(), browser.Browser{Path: broken}, browser.Options{Dir: t.TempDir(), Headless: true})
	if !errors.Is(err, browser.ErrDidNotStart) || !strings.Contains(err.Error(), "libnss3.so is missing") || problem.NextStep(err) == "" {
		t.Error(err)
	}
	_, err = browser.Start(t.Context(), browser.Browser{Path: broken + "2"}, browser.Options{Dir: t.TempDir(), Headless: true})
	if !errors.Is(err, browser.ErrDidNotStart) {
		t.Error(err)
	}
}

func TestWhatCannotSucceedIsRefusedBeforeTheStart(t *testing.T) {
	b := chromium(t)
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	if _, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir()}); !errors.Is(err, browser.ErrNoScreen) {
		t.Errorf("without a screen: %v", err)
	}
	t.Setenv("VALISE_CHROMIUM_ARGS", "'--lang=de")
	if _, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir()}); !errors.Is(err, browser.ErrBadArguments) {
		t.Errorf("with half an argument: %v", err)
	}
	t.Setenv("VALISE_CHROMIUM_ARGS", "")
	want := browser.ErrNoScreen
	if os.Geteuid() == 0 {
		want = browser.ErrRoot
	}
	if _, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir()}); !errors.Is(err, want) {
		t.Errorf("as user %d: %v", os.Geteuid(), err)
	}
}

func TestAnAddressOpensInATabBesideTheOthers(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/tab/1"}})
	tabAt(t, p, site.URL+"/tab/1")
	if err := p.OpenURL(t.Context(), site.URL+"/tab/2"); err != nil {
		t.Fatal(err)
	}
	tabAt(t, p, site.URL+"/tab/2")
	tabAt(t, p, site.URL+"/tab/1")
}

func TestShowBringsBackAWindowThatWasMinimized(t *testing.T) {
	b, site, screen := chromium(t), testenv.NewSite(t), testenv.Display(t)
	screen.WindowManager()
	p := startOn(t, screen, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/tab/1"}})
	tabAt(t, p, site.URL+"/tab/1")
	minimize(t, p)
	testenv.Until(t, "the window to be minimized", func() bool { return !screen.Shows("Tab 1 - Chromium") })
	if err := p.Show(t.Context()); err != nil {
		t.Fatal(err)
	}
	screen.Window("Tab 1 - Chromium")
}

func TestExtensionsRun(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	extension := t.TempDir()
	for name, content := range map[string]string{
		"manifest.json": `{"manifest_version": 3, "name": "Mark", "version": "1",
			"content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["mark.js"]}]}`,
		"mark.js": `document.documentElement.dataset.mark = 'was here'`,
	} {
		if err := os.WriteFile(filepath.Join(extension, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, b, browser.Options{Dir: t.TempDir(), Args: []string{"--load-extension=" + extension}})
	testenv.Until(t, "the extension to mark a page", func() bool {
		page := site.URL + "/tab/1"
		if err := p.OpenURL(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		mark, err := chromedp.Run(tabAt(t, p, page), chromedp.Evaluate[string]("document.documentElement.dataset.mark || ''"))
		return err == nil && mark == "was here"
	})
}

// minimize puts the window of the only tab into the taskbar.
func minimize(t *testing.T, p *browser.Process) {
	t.Helper()
	ctx := drive(t, p)
	infos, err := chromedp.Targets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if info.Type != "page" {
			continue
		}
		window, err := chromedp.CallBrowser(ctx, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{TargetID: info.TargetID})
		if err != nil {
			t.Fatal(err)
		}
		_, err = chromedp.CallBrowser(ctx, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
			WindowID: window.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: cdpbrowser.WindowStateMinimized}})
		if err != nil {
			t.Fatal(err)
		}
	}
}
