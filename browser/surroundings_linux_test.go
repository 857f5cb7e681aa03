package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
	"valise/problem"
)

// mirror is a site that remembers what it was told, page for page, and whose pages say what they see.
type mirror struct {
	URL string

	mu   sync.Mutex
	told map[string]http.Header
}

func newMirror(t *testing.T) *mirror {
	t.Helper()
	m := &mirror{told: map[string]http.Header{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.told[r.URL.Path] = r.Header
		m.mu.Unlock()
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Accept-CH", "Sec-CH-UA-Model")
		fmt.Fprintf(w, `<!doctype html><meta name="viewport" content="width=device-width"><title>%s</title><h1>%[1]s</h1><script>
			const atFirst = {width: innerWidth, height: innerHeight, platform: navigator.platform};
		</script>`, r.URL.Path)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	m.URL = server.URL
	return m
}

// header is what a page was asked for with.
func (m *mirror) header(page string) http.Header {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.told[page]
}

// seen is what a page sees around it.
type seen struct {
	Width, Height       int // from the first moment on
	NowWidth, NowHeight int
	Languages           []string
	Zone, Dates         string
	Dark, WebGL         bool
	Agent, Platform     string
	AtFirst             string // the platform, too
	HintMobile          bool
	HintPlatform        string
	Touch               int
	Coarse              bool
	Above               int // the height of what the window has besides the page
}

const look = `(() => {
	const canvas = document.createElement('canvas'), dates = Intl.DateTimeFormat().resolvedOptions();
	return JSON.stringify({
		width: atFirst.width, height: atFirst.height, nowWidth: innerWidth, nowHeight: innerHeight, languages: navigator.languages,
		zone: dates.timeZone, dates: dates.locale, dark: matchMedia('(prefers-color-scheme: dark)').matches,
		webGL: !!canvas.getContext('webgl'), agent: navigator.userAgent, platform: navigator.platform,
		hintMobile: navigator.userAgentData ? navigator.userAgentData.mobile : false,
		hintPlatform: navigator.userAgentData ? navigator.userAgentData.platform : '',
		atFirst: atFirst.platform, touch: navigator.maxTouchPoints, coarse: matchMedia('(pointer: coarse)').matches,
		above: outerHeight - innerHeight,
	})
})()`

func sees(t *testing.T, tab context.Context) seen {
	t.Helper()
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](look))
	if err != nil {
		t.Fatal(err)
	}
	var s seen
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryPageHasTheSizeThatWasAskedFor(t *testing.T) {
	b, site, dir := chromium(t), newMirror(t), t.TempDir()
	small := browser.Surroundings{Width: 1024, Height: 600}
	p := start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + "/first", site.URL + "/second"}, Surroundings: small})
	opener := tabAt(t, p, site.URL+"/first")
	if err := p.OpenURL(t.Context(), site.URL+"/new"); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(opener, open("/popup", "popup,width=300,height=200"), open("/beside", "")); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/first", "/second", "/new", "/popup", "/beside"} {
		if s := sees(t, tabAt(t, p, site.URL+page)); s.Width != 1024 || s.Height != 600 || s.NowWidth != 1024 || s.NowHeight != 600 {
			t.Errorf("%s is %d by %d at first, then %d by %d", page, s.Width, s.Height, s.NowWidth, s.NowHeight)
		}
	}
	for _, tab := range tabsOf(t, p) {
		if strings.HasPrefix(tab, "about:blank") {
			t.Errorf("%s stayed behind", tab)
		}
	}

	if err := p.Resize(t.Context(), 640, 480); err != nil {
		t.Fatal(err)
	}
	testenv.Until(t, "the pages to be resized", func() bool {
		s := sees(t, opener)
		return s.NowWidth == 640 && s.NowHeight == 480
	})
	if err := p.OpenURL(t.Context(), site.URL+"/late"); err != nil {
		t.Fatal(err)
	}
	if s := sees(t, tabAt(t, p, site.URL+"/late")); s.Width != 640 || s.Height != 480 {
		t.Errorf("a later tab is %d by %d", s.Width, s.Height)
	}

	p.Close(t.Context())
	p = start(t, b, browser.Options{Dir: carryOver(t, dir), Surroundings: browser.Surroundings{Width: 800, Height: 500}})
	for _, page := range []string{"/first", "/new"} {
		if s := sees(t, tabAt(t, p, site.URL+page)); s.NowWidth != 800 || s.NowHeight != 500 {
			t.Errorf("%s came back %d by %d", page, s.NowWidth, s.NowHeight)
		}
	}
}

func TestASiteIsToldLanguagesColoursAndTimeZone(t *testing.T) {
	b, site, dir := chromium(t), newMirror(t), t.TempDir()
	before := sees(t, tabAt(t, start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/before"}}), site.URL+"/before"))

	p := start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + "/during"}, Surroundings: browser.Surroundings{
		Languages: "de-CH, de;q=0.9, en", TimeZone: "Pacific/Auckland", Dark: true,
	}})
	during := sees(t, tabAt(t, p, site.URL+"/during"))
	if strings.Join(during.Languages, " ") != "de-CH de en" {
		t.Errorf("navigator.languages is %q", during.Languages)
	}
	if got := site.header("/during").Get("Accept-Language"); got != "de-CH,de;q=0.9,en;q=0.8" {
		t.Errorf("Accept-Language is %q", got)
	}
	if during.Zone != "Pacific/Auckland" || during.Dates != "de-CH" || !during.Dark {
		t.Errorf("%+v", during)
	}
	if err := p.OpenURL(t.Context(), site.URL+"/new"); err != nil {
		t.Fatal(err)
	}
	if s := sees(t, tabAt(t, p, site.URL+"/new")); !s.Dark || s.Zone != during.Zone || len(s.Languages) != 3 {
		t.Errorf("in a new tab: %+v", s)
	}

	p.Close(t.Context())
	p = start(t, b, browser.Options{Dir: carryOver(t, dir), URLs: []string{site.URL + "/after"}})
	after := sees(t, tabAt(t, p, site.URL+"/after"))
	before.Height, before.NowHeight, before.Above = after.Height, after.NowHeight, after.Above // a bar may hang there for a while
	if fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("a later session sees %+v, before it was %+v", after, before)
	}
	if during, after := site.header("/before").Get("Accept-Language"), site.header("/after").Get("Accept-Language"); during != after {
		t.Errorf("later it says %q", after)
	}
}

func TestWebGLCanBeTakenAway(t *testing.T) {
	b, site := chromium(t), newMirror(t)
	software := []string{"--enable-unsafe-swiftshader", "--use-angle=swiftshader", "--ignore-gpu-blocklist"}
	for _, none := range []bool{false, true} {
		p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/"}, Args: software, Surroundings: browser.Surroundings{NoWebGL: none}})
		if s := sees(t, tabAt(t, p, site.URL+"/")); s.WebGL == none {
			t.Errorf("NoWebGL %v: a page has WebGL: %v", none, s.WebGL)
		}
	}
}

func TestASessionCanPassForATelephone(t *testing.T) {
	b, site := chromium(t), newMirror(t)
	p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/first"}, Surroundings: browser.Surroundings{UserAgent: browser.AndroidChrome}})
	if err := chromedp.Do(tabAt(t, p, site.URL+"/first"), open("/popup", "popup")); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/first", "/popup"} {
		s := sees(t, tabAt(t, p, site.URL+page))
		if !strings.Contains(s.Agent, "; Android 10; K)") || !strings.Contains(s.Agent, " Mobile ") || s.Width != 412 || s.Touch == 0 ||
			!s.Coarse || !strings.HasPrefix(s.Platform, "Linux arm") {
			t.Errorf("%s sees %+v", page, s)
		}
		h := site.header(page)
		if h.Get("User-Agent") != s.Agent || h.Get("Sec-Ch-Ua-Mobile") != "?1" || h.Get("Sec-Ch-Ua-Platform") != `"Android"` {
			t.Errorf("%s is asked for with %v", page, h)
		}
	}
}

func TestExtensionsOfASessionAreOfThatSessionOnly(t *testing.T) {
	b, site, dir := chromium(t), newMirror(t), t.TempDir()
	extension := unpacked(t, map[string]string{
		"manifest.json": `{"manifest_version": 3, "name": "Mark", "version": "1", "permissions": ["storage"],
			"background": {"service_worker": "worker.js"},
			"content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["mark.js"], "run_at": "document_start"}]}`,
		"worker.js": `chrome.storage.local.set({was: 'here'})`,
		"mark.js":   `document.documentElement.dataset.mark = 'was here'`,
	})
	mark := func(p *browser.Process, page string) string {
		t.Helper()
		said, err := chromedp.Run(tabAt(t, p, site.URL+page), chromedp.Evaluate[string]("document.documentElement.dataset.mark || 'nothing'"))
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	p := start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + "/during"}, Surroundings: browser.Surroundings{Extensions: []string{extension}}})
	if said := mark(p, "/during"); said != "was here" {
		t.Errorf("with it the first page has %s", said)
	}
	p.Close(t.Context())
	if err := os.RemoveAll(extension); err != nil {
		t.Fatal(err)
	}
	dir = carryOver(t, dir)
	noTraceOf(t, dir, extension)
	contents, err := browser.Inspect(t.Context(), browser.UserDataDir(dir))
	if err != nil || contents.Extensions != 0 {
		t.Errorf("the profile has %d extensions, %v", contents.Extensions, err)
	}
	p = start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + "/after"}})
	if said := mark(p, "/after"); said != "nothing" {
		t.Errorf("without it a page has %s", said)
	}
	p.Close(t.Context())
	noTraceOf(t, dir, extension)
}

func TestAKioskShowsNothingButThePage(t *testing.T) {
	b, site, screen := chromium(t), newMirror(t), testenv.Display(t)
	screen.WindowManager()
	p := startOn(t, screen, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/"}, Surroundings: browser.Surroundings{Kiosk: true}})
	tab := tabAt(t, p, site.URL+"/")
	testenv.Until(t, "the page to fill the window", func() bool { return sees(t, tab).Above == 0 })
}

func TestOddSurroundingsAreRefused(t *testing.T) {
	b := chromium(t)
	for _, odd := range []browser.Surroundings{
		{Width: 800}, {Width: -1, Height: -1}, {UserAgent: "safari"}, {TimeZone: "Europe/Nowhere"}, {TimeZone: "Local"},
		{Languages: "de\r\nX: y"}, {Languages: "../../etc"}, {Extensions: []string{t.TempDir()}},
	} {
		_, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir(), Headless: true, Surroundings: odd})
		if err == nil || problem.NextStep(err) == "" {
			t.Errorf("%+v: %v", odd, err)
		}
	}
}

// open opens a window from a page, as a click of the person does.
func open(address, features string) chromedp.Action[chromedp.Void] {
	byHand := func(p *runtime.EvaluateParams) { p.UserGesture = new(true) }
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf("!!window.open(%q, '_blank', %q)", address, features), byHand)
}

// tabsOf are the addresses of all tabs.
func tabsOf(t *testing.T, p *browser.Process) []string {
	t.Helper()
	infos, err := chromedp.Targets(drive(t, p))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, info := range infos {
		if info.Type == "page" {
			all = append(all, info.URL)
		}
	}
	return all
}

// unpacked is the directory of an extension with these files.
func unpacked(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// noTraceOf fails where the preferences of a profile know of an extension.
func noTraceOf(t *testing.T, sessionDir, extension string) {
	t.Helper()
	for _, name := range []string{"Preferences", "Secure Preferences"} {
		text, err := os.ReadFile(filepath.Join(browser.UserDataDir(sessionDir), "Default", name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if strings.Contains(string(text), extension) {
			t.Errorf("%s names %s", name, extension)
		}
	}
}
