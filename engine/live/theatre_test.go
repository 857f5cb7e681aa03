package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/engine/live"
	"valise/internal/testenv"
)

// theatre is a session's browser with a room around it, a website for it, and the address at which viewers find the room.
type theatre struct {
	t       testing.TB
	session *browser.Process
	room    *live.Room
	site    string // the website of the session
	embed   string // the address of the room

	mu    sync.Mutex
	told  []string   // what pages of the website have told
	wires []net.Conn // of viewers
	down  bool       // the engine is out of reach
}

// cut ends the connections of all viewers, as a network does.
func (th *theatre) cut() {
	th.mu.Lock()
	defer th.mu.Unlock()
	for _, wire := range th.wires {
		wire.Close()
	}
	th.wires = nil
}

// reach says whether the engine can be reached.
func (th *theatre) reach(can bool) {
	th.mu.Lock()
	defer th.mu.Unlock()
	th.down = !can
}

const token = "token=from-the-engine"

// open starts a browser on a page of the website and opens a room around it.
func open(t testing.TB, page string, o live.Options) *theatre {
	t.Helper()
	th := &theatre{t: t}
	site := httptest.NewServer(http.HandlerFunc(th.serveSite))
	t.Cleanup(func() {
		site.CloseClientConnections()
		site.Close()
	})
	th.site = site.URL
	th.session = start(t, th.site+page)
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	room, err := live.Open(t.Context(), th.session, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { room.End("request") })
	th.room = room

	engine := httptest.NewUnstartedServer(http.HandlerFunc(th.serveEngine))
	engine.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateHijacked {
			th.mu.Lock()
			defer th.mu.Unlock()
			th.wires = append(th.wires, conn)
		}
	}
	engine.Start()
	t.Cleanup(func() {
		engine.CloseClientConnections()
		engine.Close()
	})
	th.embed = engine.URL + "/vm/one?" + token
	return th
}

func start(t testing.TB, url string) *browser.Process {
	t.Helper()
	b, err := browser.At(t.Context(), testenv.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	p, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir(), Headless: true, URLs: []string{url}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		hurried, cancel := context.WithCancel(context.Background())
		cancel()
		p.Close(hurried)
	})
	return p
}

// serveEngine is what an engine does with the address of a room.
func (th *theatre) serveEngine(w http.ResponseWriter, r *http.Request) {
	who := live.Viewer{ID: r.FormValue("as")}
	th.mu.Lock()
	down := th.down
	th.mu.Unlock()
	switch {
	case down:
		w.WriteHeader(http.StatusGatewayTimeout)
	case "token="+r.FormValue("token") != token:
		http.Error(w, "no", http.StatusUnauthorized)
	case r.URL.Path == "/vm/one" && r.FormValue("no_cbor") != "":
		live.ServeModule(w, r)
	case r.URL.Path == "/vm/one":
		live.ServePage(w, r)
	default:
		th.room.ServeHTTP(w, r, who)
	}
}

// serveSite has pages of testdata, and hears what they tell.
func (th *theatre) serveSite(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/told":
		body, _ := io.ReadAll(r.Body)
		th.mu.Lock()
		th.told = append(th.told, string(body))
		th.mu.Unlock()
	case "/report.txt":
		w.Header().Set("Content-Disposition", `attachment; filename="report über.txt"`)
		io.WriteString(w, "all is well")
	default:
		http.ServeFile(w, r, filepath.Join("testdata", filepath.Base(r.URL.Path)))
	}
}

// hears waits until a page of the session has told something.
func (th *theatre) hears(what string) {
	th.t.Helper()
	defer func() {
		if th.t.Failed() {
			th.mu.Lock()
			defer th.mu.Unlock()
			th.t.Logf("the pages told %q", th.told)
		}
	}()
	testenv.Until(th.t, "the page to tell "+what, func() bool {
		th.mu.Lock()
		defer th.mu.Unlock()
		return slices.Contains(th.told, what)
	})
}

// seat is a viewer: the page of the room in another browser.
type seat struct {
	*theatre
	tab context.Context
}

// watch opens the room in a browser of its own.
func (th *theatre) watch(as string) *seat {
	th.t.Helper()
	return th.sit(start(th.t, "about:blank"), as)
}

// sit opens the room in a tab of a browser.
func (th *theatre) sit(p *browser.Process, as string) *seat {
	th.t.Helper()
	tab, cancel := p.Drive(th.t.Context())
	th.t.Cleanup(cancel)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1360, 860), chromedp.Navigate(th.embed+"&as="+as)); err != nil {
		th.t.Fatal(err)
	}
	s := &seat{th, tab}
	testenv.Until(th.t, "the first picture", func() bool { return s.number(`+(view.querySelector("canvas")?.dataset.shown ?? 0)`) > 0 })
	return s
}

const prologue = `const view = document.querySelector("main").shadowRoot; `

// eval evaluates an expression, in which view is the viewer's root, in the viewer's page.
func eval[T any](s *seat, expression string) T {
	s.t.Helper()
	v, err := chromedp.Run(s.tab, chromedp.Evaluate[T]("(() => { "+prologue+"return "+expression+" })()"))
	if err != nil {
		s.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (s *seat) number(expression string) float64 { s.t.Helper(); return eval[float64](s, expression) }

// sees waits until the picture has a colour, "red" or "rgb(1,2,3)", at a place of the page.
func (s *seat) sees(r, g, b int, x, y float64) {
	s.t.Helper()
	var last []float64
	defer func() {
		if s.t.Failed() {
			s.t.Logf("the picture is %v at %v,%v", last, x, y)
			s.keep("failed")
		}
	}()
	testenv.Until(s.t, fmt.Sprintf("the picture to be %d,%d,%d at %v,%v", r, g, b, x, y), func() bool {
		last = eval[[]float64](s, fmt.Sprintf(`[...view.querySelector("canvas").getContext("2d").getImageData(%v, %v, 1, 1).data]`, x, y))
		near := func(a float64, b int) bool { return a-float64(b) < 24 && float64(b)-a < 24 }
		return near(last[0], r) && near(last[1], g) && near(last[2], b)
	})
}

// at is where in the viewer's window a place of the page is.
func (s *seat) at(x, y float64) (float64, float64) {
	s.t.Helper()
	box := eval[[]float64](s, `(() => { const b = view.querySelector("canvas").getBoundingClientRect(); return [b.left, b.top, b.width, b.height] })()`)
	width, height := s.room.Size()
	return box[0] + x/float64(width)*box[2], box[1] + y/float64(height)*box[3]
}

// click clicks at a place of the page.
func (s *seat) click(x, y float64) {
	s.t.Helper()
	left, top := s.at(x, y)
	s.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, left, top), chromedp.MouseClickXY(left, top))
}

// clickOn clicks on something of the viewer's own, found by a CSS selector.
func (s *seat) clickOn(selector string) {
	s.t.Helper()
	quoted, _ := json.Marshal(selector)
	testenv.Until(s.t, selector+" to be there", func() bool { return eval[bool](s, "!!view.querySelector("+string(quoted)+")") })
	box := eval[[]float64](s, `(() => { const b = view.querySelector(`+string(quoted)+`).getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2] })()`)
	s.do(chromedp.MouseClickXY(box[0], box[1]))
}

// types presses the keys of a text, "\r" for Enter, as a keyboard does: one event for a key that writes.
func (s *seat) types(text string) {
	s.t.Helper()
	for _, c := range text {
		key, code := string(c), int64(0)
		switch {
		case c == '\r':
			key, code = "Enter", 13
		case c < 128 && (unicode.IsLetter(c) || unicode.IsDigit(c)): // the codes of other keys are not those of their signs
			code = int64(unicode.ToUpper(c))
		}
		for _, p := range []input.DispatchKeyEventParams{
			{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: string(c), WindowsVirtualKeyCode: code},
			{Type: input.DispatchKeyEventTypeKeyUp, Key: key, WindowsVirtualKeyCode: code},
		} {
			if _, err := chromedp.Call(s.tab, input.DispatchKeyEvent, p); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *seat) do(actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.tab, actions...); err != nil {
		s.t.Fatal(err)
	}
}

// keep keeps a picture of the viewer where VALISE_SCREENSHOTS says.
func (s *seat) keep(name string) {
	dir := os.Getenv("VALISE_SCREENSHOTS")
	if dir == "" {
		return
	}
	if png, err := chromedp.Run(s.tab, chromedp.CaptureScreenshot()); err == nil {
		os.WriteFile(filepath.Join(dir, strings.ReplaceAll(s.t.Name(), "/", "-")+"-"+name+".png"), png, 0o600)
	}
}
