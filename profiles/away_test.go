package profiles_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"valise/browser"
	"valise/browser/carry"
	"valise/internal/testenv"
	"valise/profiles"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// chromium starts a browser without a window that knows nothing of Valise, and makes it known as lab.
func (c *computer) chromium() *browser.Process {
	c.t.Helper()
	return c.startElsewhere(browser.Options{Headless: true})
}

func (c *computer) startElsewhere(o browser.Options) *browser.Process {
	c.t.Helper()
	b, err := browser.At(c.t.Context(), testenv.Chromium(c.t))
	if err != nil {
		c.t.Fatal(err)
	}
	o.Dir, o.Port = c.t.TempDir(), true
	p, err := browser.Start(c.t.Context(), b, o)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		hurried, cancel := context.WithCancel(context.Background())
		cancel()
		p.Close(hurried)
	})
	err = c.AddEngine(c.t.Context(), profiles.KnownEngine{Name: "lab", URL: p.WebSocketURL(), Kind: profiles.Chromium}, "")
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// filled makes a profile in which ada has been at work at the site.
func (c *computer) filled(site *testenv.Site) profiles.Receipt {
	c.t.Helper()
	s, browser := c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if err := testenv.FillState(browser, site, "ada"); err != nil {
		c.t.Fatal(err)
	}
	return c.close(s)
}

// away opens a profile in the browser elsewhere.
func (c *computer) away(how profiles.How) *profiles.Session {
	c.t.Helper()
	how.Elsewhere = "lab"
	s, err := c.Open(c.t.Context(), how)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// tabIn finds the tab of a browser that shows an address, once it is loaded, and runs a script there.
func tabIn[T any](t *testing.T, p *browser.Process, address, script string) T {
	t.Helper()
	ctx := testenv.Attach(t, p.WebSocketURL())
	var got T
	testenv.Until(t, "a tab with "+address, func() bool {
		all, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all.TargetInfos, func(x *target.Info) bool { return x.Type == "page" && x.URL == address })
		if i < 0 {
			return false
		}
		tab, leave := chromedp.NewContext(ctx, chromedp.WithTargetID(all.TargetInfos[i].TargetID), chromedp.WithDetachOnCancel())
		defer leave()
		got, err = chromedp.Run(tab, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		return err == nil
	})
	return got
}

func contexts(t *testing.T, p *browser.Process) int {
	t.Helper()
	all, err := chromedp.CallBrowser(testenv.Attach(t, p.WebSocketURL()), target.GetBrowserContexts, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	return len(all.BrowserContextIDs)
}

func TestAProfileIsCarriedToAChromiumElsewhereAndBack(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.filled(site)
	lab := c.chromium()
	s := c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame, URLs: []string{site.URL + "/desk"}})
	if info := s.Info(); info.Engine != "lab" || info.SavesTo != first.Profile {
		t.Errorf("the session is %+v", info)
	}
	if got := tabIn[string](t, lab, site.URL+"/tab/2", "document.querySelector('h1') && sessionStorage.getItem('note') || Promise.reject()"); got != "ada 2" {
		t.Errorf("the tab kept %q", got)
	}
	if got := site.Cookies("/tab/1"); !strings.Contains(got, "session=ada") || !strings.Contains(got, "hidden=ada") || !strings.Contains(got, "strict=ada") {
		t.Errorf("the site got the cookies %q", got)
	}
	found := tabIn[string](t, lab, site.URL+"/desk", `(async () => {
		const before = localStorage.getItem('word') + JSON.stringify({...localStorage})
		await keepState('bob')
		document.cookie = 'lasting=bob; max-age=100000; path=/'
		return before
	})()`)
	if !strings.Contains(found, "ada") {
		t.Errorf("the site found %s in localStorage there", found)
	}
	r := c.close(s)
	if r.Outcome != profiles.Saved || len(r.Warnings) > 0 || len(r.Carried) != 3 {
		t.Errorf("the receipt is %+v", r)
	}
	for _, word := range []string{"5 cookies", "1 site keeps", "1 password", "1 bookmark", "pages of history", "service workers"} {
		if !strings.Contains(strings.Join(r.Carried, " "), word) {
			t.Errorf("the receipt does not tell of %s: %q", word, r.Carried)
		}
	}
	if n := contexts(t, lab); n != 0 {
		t.Errorf("%d contexts are left there", n)
	}
	c.nothingPlain("ada", "bob")
	if h := c.history(first.Profile); len(h) != 2 || h[0].Parent != first.Snapshot || h[0].Ended != "clean" {
		t.Errorf("the history is %+v", h)
	}

	_, here := c.open(profiles.How{Load: first.Profile})
	got, err := testenv.ReadState(here, site)
	if err != nil {
		t.Fatal(err)
	}
	want := site.Filled("ada")
	if got.LocalStorage != "bob" || got.IndexedDB != "bob" || got.Blob != "bob" {
		t.Errorf("back at home the site finds %+v", got.Page)
	}
	if got.Cookies()["lasting"] != "bob" || got.Cookies()["hiddensession"] != "ada" {
		t.Errorf("back at home the site gets the cookies %s", got.CookieHeader)
	}
	if got.Cache != "ada" || got.ServiceWorker != "worker" || got.File != "ada" || got.Password != want.Password || !slices.Equal(got.Bookmarks, want.Bookmarks) {
		t.Errorf("what was not carried did not stay: %+v", got)
	}
	if len(got.Tabs) != 4 || got.Tabs[site.URL+"/tab/3"] != "ada 3" {
		t.Errorf("the tabs are %v", got.Tabs)
	}
}

func TestClosingTheTabsElsewhereSaves(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	lab := c.chromium()
	desk := site.URL + "/desk" // where the login has led
	s := c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	tabIn[bool](t, lab, desk, "document.cookie = 'lasting=bob; max-age=100000; path=/', setTimeout(close), true")
	r, err := s.Result()
	if err != nil || r.Outcome != profiles.Saved || len(r.Warnings) > 0 {
		t.Fatalf("it ended with %+v, %v", r, err)
	}
	if got := c.loggedIn(site, first.Profile); got != "bob" {
		t.Errorf("logged in at home is %q", got)
	}
}

// The browser elsewhere goes on: it has another window, which was there before.
func TestClosingTheWindowElsewhereByHandSaves(t *testing.T) {
	c, site, screen := newComputer(t), testenv.NewSite(t), testenv.Display(t)
	screen.WindowManager()
	for _, entry := range screen.Env() {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	lab := c.startElsewhere(browser.Options{})
	desk := site.URL + "/desk" // where the login has led
	s := c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	tabIn[bool](t, lab, desk, "document.cookie = 'lasting=bob; max-age=100000; path=/', document.title = 'Done', true")
	window := screen.Window("Done - Chromium")
	const inset = 20 // of the × that Chromium draws itself, in the upper right corner
	window.Click(window.Bounds().Dx()-inset, inset)
	r, err := s.Result()
	if err != nil || r.Outcome != profiles.Saved || len(r.Warnings) > 0 {
		t.Fatalf("it ended with %+v, %v", r, err)
	}
	if lab.Ending() != 0 || contexts(t, lab) != 0 {
		t.Errorf("the browser elsewhere has ended as %v, or still has a context", lab.Ending())
	}
	if got := c.loggedIn(site, first.Profile); got != "bob" {
		t.Errorf("logged in at home is %q", got)
	}
}

func TestABrowserElsewhereThatDiesLeavesWhatWasBroughtBack(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	lab := c.chromium()
	s := c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	tabIn[bool](t, lab, site.URL+"/desk", "document.cookie = 'lasting=bob; max-age=100000; path=/', localStorage.setItem('basket', 'pears'), true")
	if r, err := s.SaveNow(t.Context()); err != nil || r.Outcome != profiles.Saved {
		t.Fatalf("the checkpoint: %+v, %v", r, err)
	}
	tabIn[bool](t, lab, site.URL+"/desk", "document.cookie = 'lasting=eve; max-age=100000; path=/', true")
	process, err := os.FindProcess(lab.PID())
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Result()
	if err != nil || r.Outcome != profiles.Saved || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "brought back at") {
		t.Fatalf("it ended with %+v, %v", r, err)
	}
	if got := c.loggedIn(site, first.Profile); got != "bob" {
		t.Errorf("logged in at home is %q", got)
	}
	_, err = c.Open(t.Context(), profiles.How{Load: first.Profile, Save: profiles.SaveSame, Elsewhere: "lab"})
	if !errors.Is(err, carry.ErrUnreachable) {
		t.Errorf("opened on a browser that is gone: %v", err)
	}
	if h := c.history(first.Profile); len(h) != 2 {
		t.Errorf("the history is %+v", h)
	}
	c.nothingPlain("ada", "bob")
}

func TestAThrowawayElsewhereLeavesNothing(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	lab := c.chromium()
	s := c.away(profiles.How{Load: first.Profile})
	cookies, err := chromedp.CallBrowser(testenv.Attach(t, lab.WebSocketURL()), storage.GetCookies, storage.GetCookiesParams{})
	if err != nil || len(cookies.Cookies) > 0 {
		t.Errorf("the profile of the browser elsewhere has %d cookies, %v", len(cookies.Cookies), err)
	}
	tabIn[bool](t, lab, site.URL+"/desk", "document.cookie = 'lasting=bob; max-age=100000; path=/', true")
	if r := c.close(s); r.Outcome != profiles.Discarded {
		t.Errorf("the receipt is %+v", r)
	}
	if got := c.loggedIn(site, first.Profile); got != "ada" {
		t.Errorf("logged in at home is %q", got)
	}
	if n := contexts(t, lab); n != 0 {
		t.Errorf("%d contexts are left there", n)
	}
}

func TestLoginsGoOverNoNetworkInPlainWithoutThePersonsWord(t *testing.T) {
	for address, ok := range map[string]bool{
		"http://127.0.0.1:9222": true, "ws://localhost:9222/devtools/browser/1": true, "ws://[::1]:9222/devtools/browser/1": true,
		"https://lab.example": true, "wss://lab.example/devtools/browser/1": true,
		"http://lab.example:9222": false, "ws://10.0.0.7:9222/devtools/browser/1": false, "http://127.0.0.1.example:9222": false,
		"wss://lab.example/?token=secret": false, "wss://user:secret@lab.example": false, "ftp://127.0.0.1": false,
	} {
		at := profiles.KnownEngine{Name: "lab", URL: address, Kind: profiles.Chromium}
		if err := at.Check(""); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	told := profiles.KnownEngine{Name: "lab", URL: "http://lab.example:9222", Kind: profiles.Chromium, Plain: true}
	if err := told.Check(""); err != nil {
		t.Errorf("where the person knows: %v", err)
	}
}

// line is a way over the network that can be cut without anybody noticing.
type line struct {
	net.Listener
	cut chan struct{}
}

// lineTo makes a line to an address on this computer.
func lineTo(t *testing.T, address string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener, make(chan struct{})}
	t.Cleanup(func() { l.Close() })
	pass := func(to, from net.Conn) {
		buffer := make([]byte, 1<<16)
		for {
			n, err := from.Read(buffer)
			select {
			case <-l.cut:
				return // both ends stay open, and hear nothing
			default:
			}
			if err != nil {
				to.Close()
				return
			}
			to.Write(buffer[:n])
		}
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", address)
			if err != nil {
				near.Close()
				continue
			}
			t.Cleanup(func() { near.Close(); far.Close() })
			go pass(near, far)
			go pass(far, near)
		}
	}()
	return l
}

func TestANetworkElsewhereThatHangsKeepsNoSessionFromBeingSaved(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	there, err := url.Parse(c.chromium().WebSocketURL())
	if err != nil {
		t.Fatal(err)
	}
	l := lineTo(t, there.Host)
	there.Host = l.Addr().String()
	if err := c.AddEngine(t.Context(), profiles.KnownEngine{Name: "lab", URL: there.String(), Kind: profiles.Chromium}, ""); err != nil {
		t.Fatal(err)
	}
	s := c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	close(l.cut)
	checkpoint := make(chan error, 1)
	go func() {
		_, err := s.SaveNow(context.Background())
		checkpoint <- err
	}()
	hurried, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := s.Close(hurried)
	if err != nil || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "Not everything came back") {
		t.Errorf("it ended with %+v, %v", r, err)
	}
	<-checkpoint // whatever came of it
	if got := c.loggedIn(site, first.Profile); got != "ada" {
		t.Errorf("logged in at home is %q", got)
	}
}

func TestNoSiteSeesAProfileTwiceWhileItIsElsewhere(t *testing.T) {
	c := newComputer(t)
	visits := make(chan string, 100)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.SetCookie(w, &http.Cookie{Name: "visitor", Value: "ada"})
			visits <- r.Header.Get("Cookie")
		}
	}))
	defer site.Close()
	s, _ := c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop", URLs: []string{site.URL + "/"}})
	<-visits
	first := c.close(s)

	c.chromium()
	s = c.away(profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	if got := <-visits; got != "visitor=ada" {
		t.Errorf("the visit from elsewhere brought %q", got)
	}
	if _, err := s.SaveNow(t.Context()); err != nil {
		t.Error(err)
	}
	c.close(s)
	if n := len(visits); n > 0 {
		t.Errorf("the site was visited %d times more", n)
	}
}
