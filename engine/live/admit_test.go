package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"valise/engine/live"
	"valise/internal/testenv"
)

// doorkeeper lets in whoever has a ticket, each of which is good for once.
type doorkeeper struct {
	mu      sync.Mutex
	tickets map[string]bool
	asked   []string // userdata of all who came
	let     []string // who was let in
}

func (d *doorkeeper) admit(_ context.Context, req *http.Request, who live.Viewer, userdata json.RawMessage) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, string(userdata))
	var shown struct{ Ticket string }
	if json.Unmarshal(userdata, &shown) != nil || !d.tickets[shown.Ticket] {
		return false
	}
	delete(d.tickets, shown.Ticket)
	d.let = append(d.let, who.ID)
	return true
}

func (d *doorkeeper) heard() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(d.asked, d.let)
}

// embedded is a viewer in a page of another site, which says of them what userdata has.
func (th *theatre) embedded(as, userdata string) *seat {
	th.t.Helper()
	tab, cancel := start(th.t, "about:blank").Drive(th.t.Context())
	th.t.Cleanup(cancel)
	asked := url.Values{"room": {th.embed + "&as=" + as}, "userdata": {userdata}}
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1360, 860), chromedp.Navigate(th.site+"/embedding.html?"+asked.Encode())); err != nil {
		th.t.Fatal(err)
	}
	s := &seat{th, tab}
	testenv.Until(th.t, "the page to embed the room", func() bool { return eval[bool](s, `!!view?.querySelector("canvas")`) })
	return s
}

// told are the messages of a type that the embedding page got, one after the other.
func (s *seat) told(kind, of string) string {
	s.t.Helper()
	return eval[string](s, fmt.Sprintf("globalThis.told?.filter(m => m.type === %q).map(m => %s).join() ?? ''", kind, of))
}

func TestWhoWasLetInComesBackWithoutBeingAskedAgain(t *testing.T) {
	d := &doorkeeper{tickets: map[string]bool{"one": true}}
	th := open(t, "/desk.html", live.Options{Admit: d.admit})
	s := th.embedded("alice", `{"ticket": "one"}`)
	s.sees(0, 128, 64, 900, 600)
	if who := s.told("connection", "m.data.user_id"); who != "alice" {
		t.Fatalf("the page is told that it is %q", who)
	}

	th.cut()
	testenv.Until(t, "the viewer to be back", func() bool { return s.told("connection", "m.data.user_id") == "alice,alice" })
	if heard := d.heard(); heard != `[{"ticket":"one"}] [alice]` {
		t.Errorf("asked and let in were %s", heard)
	}
	s.click(200, 120)
	th.hears("clicked 1 truly")

	if err := th.room.Kick("alice"); err != nil {
		t.Fatal(err)
	}
	testenv.Until(t, "the viewer to be sent away", func() bool { return s.told("disconnect", "m.data.type") == "kicked" })
	if err := th.room.Kick("alice"); err == nil {
		t.Error("somebody who may not come back is sent away once more")
	}
	s.do(chromedp.Reload())
	testenv.Until(t, "the viewer to be refused", func() bool { return s.told("disconnect", "m.data.type") == "unauthorized" })
	if what := eval[string](s, `view.querySelector(".what").textContent`); what != "You may not come in with this address" {
		t.Errorf("it says %q", what)
	}
}

func TestWhoIsSentAwayWhileTheirConnectionIsLostDoesNotComeBack(t *testing.T) {
	d := &doorkeeper{tickets: map[string]bool{"one": true}}
	th := open(t, "/desk.html", live.Options{Admit: d.admit})
	s := th.embedded("alice", `{"ticket": "one"}`)
	s.sees(0, 128, 64, 900, 600)
	th.reach(false)
	th.cut()
	testenv.Until(t, "the viewer to be gone", func() bool { return th.room.Standing().Viewers == 0 })
	if err := th.room.Kick("alice"); err != nil {
		t.Error(err)
	}
	th.reach(true)
	testenv.Until(t, "the viewer to be refused", func() bool { return s.told("disconnect", "m.data.type") == "unauthorized" })
}

func TestWhoIsNotLetInSeesAndDoesNothing(t *testing.T) {
	d := &doorkeeper{tickets: map[string]bool{"one": true}}
	th := open(t, "/desk.html", live.Options{Admit: d.admit})
	for name, come := range map[string]func(*line){
		"with nothing":        func(l *line) { l.send(`{"type": "webhook_auth"}`) },
		"with a false ticket": func(l *line) { l.send(`{"type": "webhook_auth", "userdata": {"ticket": "two"}}`) },
		"with a false pass":   func(l *line) { l.send(`{"type": "webhook_auth", "pass": "guess", "userdata": "x"}`) },
		"and clicks beforehand": func(l *line) {
			for _, kind := range []string{"down", "up"} {
				l.send(`{"type": "mouse", "kind": "` + kind + `", "button": 0, "count": 1, "x": 200, "y": 120}`)
			}
			l.send(`{"type": "webhook_auth"}`)
		},
	} {
		l := th.dial("mallory")
		come(l)
		for _, want := range []string{"authorize", "disconnect"} {
			if m, err := l.next(); err != nil || m["type"] != want {
				t.Errorf("who comes %s gets %v, %v, want %q", name, m, err, want)
			}
		}
		l.ends()
	}
	for _, nonsense := range []string{`{"type": `, `{"type": "webhook_auth", "userdata": "` + strings.Repeat("x", 70<<10) + `"}`} {
		l := th.dial("mallory")
		l.send(nonsense)
		l.until("authorize")
		l.ends()
	}
	good := th.dial("alice")
	good.send(`{"type": "webhook_auth", "userdata": {"ticket": "one"}}`)
	if m := good.until("connection"); m["user_id"] != "alice" || m["pass"] == nil {
		t.Errorf("who is let in gets %v", m)
	}
	th.mu.Lock()
	defer th.mu.Unlock()
	for _, told := range th.told {
		if told == "clicked 1 truly" {
			t.Error("somebody clicked who was not let in")
		}
	}
}
