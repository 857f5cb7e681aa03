package live_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"valise/browser"
	"valise/engine/live"
	"valise/internal/testenv"
)

func TestOnlyWhoHasControlMayDoSomething(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	alice, bob := th.dial("alice"), th.dial("bob")
	alice.until("picture")
	bob.until("picture")
	if err := th.room.SetRoles(true, []string{"alice"}, []string{"control"}, true); err != nil {
		t.Fatal(err)
	}
	bob.until("roles")
	click := func(l *line, count string) {
		for _, kind := range []string{"down", "up"} {
			if err := l.send(`{"type": "mouse", "kind": "` + kind + `", "button": 0, "count": ` + count + `, "x": 200, "y": 120}`); err != nil {
				t.Fatal(err)
			}
		}
	}
	click(bob, "2")
	bob.send(`{"type": "ping", "sent": 1}`)
	bob.until("pong")
	click(alice, "1")
	th.hears("clicked 1 truly")
	th.mu.Lock()
	told := strings.Join(th.told, "; ")
	th.mu.Unlock()
	if strings.Contains(told, "clicked 2") {
		t.Error("bob clicked")
	}
	if err := th.room.SetRoles(true, []string{"alice"}, []string{"king"}, false); err == nil {
		t.Error("there are kings")
	}
}

func TestTheTabsAnswerCallsAsThoseOfChromeDo(t *testing.T) {
	th := open(t, "/desk.html", live.Options{Admin: func(token string) bool { return token == "secret" }})
	l := th.dial("alice")
	l.until("picture")
	l.send(`{"type": "call", "i": 1, "m": "tabs.query", "a": [{}], "t": "wrong"}`)
	if answer := l.until("answer"); answer["e"] == nil {
		t.Errorf("with a wrong token: %v", answer)
	}
	l.send(`{"type": "call", "i": 2, "m": "tabs.onCreated.addListener", "a": [], "t": "secret"}`)
	if answer := l.until("answer"); answer["e"] != nil || answer["i"] != 2.0 {
		t.Errorf("a listener: %v", answer)
	}
	call := func(method string, args ...string) any {
		t.Helper()
		raw := []json.RawMessage{}
		for _, a := range args {
			raw = append(raw, json.RawMessage(a))
		}
		result, err := th.room.Call(t.Context(), method, raw)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(result)
		var plain any
		json.Unmarshal(text, &plain)
		return plain
	}
	made := call("tabs.create", `{"url": "`+th.site+`/other.html"}`).(map[string]any)
	if pushed := l.until("answer"); pushed["i"] != 2.0 || pushed["r"].([]any)[0].(map[string]any)["id"] != made["id"] {
		t.Errorf("the listener got %v", pushed)
	}
	th.hears("other")
	testenv.Until(t, "the tab to be found by its title", func() bool {
		found := call("tabs.query", `{"title": "Oth*", "active": true}`).([]any)
		return len(found) == 1 && found[0].(map[string]any)["id"] == made["id"]
	})
	all := call("tabs.query", `{}`).([]any)
	if len(all) != 2 {
		t.Fatalf("%v", all)
	}
	first := all[0].(map[string]any)
	id, _ := json.Marshal(first["id"])
	call("tabs.update", string(id), `{"active": true}`)
	if found := call("tabs.query", `{"active": true}`).([]any); found[0].(map[string]any)["id"] != first["id"] {
		t.Errorf("%v is in front", found)
	}
	call("tabs.update", `{"url": "`+th.site+`/other.html?2"}`)
	testenv.Until(t, "a way back", func() bool {
		_, err := th.room.Call(t.Context(), "tabs.goBack", nil)
		return err == nil
	})
	testenv.Until(t, "the first page", func() bool {
		return len(call("tabs.query", `{"active": true, "url": "*://*/desk.html"}`).([]any)) == 1
	})
	madeID, _ := json.Marshal(made["id"])
	call("tabs.remove", string(madeID))
	testenv.Until(t, "one tab", func() bool { return len(call("tabs.query", `{}`).([]any)) == 1 })
	for _, bad := range []struct{ method, args string }{
		{"tabs.fly", `[]`}, {"windows.create", `[]`}, {"tabs.get", `[99]`}, {"tabs.get", `[]`}, {"tabs.remove", `["x"]`}, {"tabs.create", `[{"url": "file:///etc/passwd"}]`},
	} {
		var args []json.RawMessage
		json.Unmarshal([]byte(bad.args), &args)
		if _, err := th.room.Call(t.Context(), bad.method, args); err == nil {
			t.Errorf("%s %s went well", bad.method, bad.args)
		}
	}
}

func TestThePageGetsAnotherSize(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	l := th.dial("alice")
	l.until("picture")
	l.send(`{"type": "resize", "width": 1920, "height": 1080}`)
	th.hears("size 1920 1080")
	l.until("resize")
	if err := th.room.Resize(1921, 1080); err == nil {
		t.Error("it got too large")
	}
	l.send(`{"type": "resize", "width": 500, "height": 900}`)
	th.hears("size 500 900")
}

func TestTheBrowserClosesInOrderWhileTheRoomIsOpen(t *testing.T) {
	th := open(t, "/leaving.html", live.Options{})
	l := th.dial("alice")
	l.until("picture")
	for _, kind := range []string{"down", "up"} { // a page that nobody has touched may not ask
		l.send(`{"type": "mouse", "kind": "` + kind + `", "button": 0, "count": 1, "x": 200, "y": 120}`)
	}
	th.hears("touched")
	if ending := th.session.Close(t.Context()); ending != browser.ClosedByUs {
		t.Errorf("it ended as %v", ending)
	}
	if m := l.until("disconnect"); m["reason"] != "unknown" {
		t.Errorf("the viewer heard %v", m)
	}
	if _, err := th.room.Call(context.Background(), "tabs.create", nil); err == nil {
		t.Error("a room without a browser opens tabs")
	}
}

func TestTheRoomSaysWhyItEnds(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	s := th.watch("alice")
	l, kicked := th.dial("bob"), th.dial("mallory")
	l.until("picture")
	kicked.until("picture")
	if err := th.room.Kick("mallory"); err != nil {
		t.Fatal(err)
	}
	if m := kicked.until("disconnect"); m["reason"] != "kicked" {
		t.Error(m)
	}
	th.room.Tell(map[string]any{"type": "close_warning", "data": map[string]any{"type": "absolute", "deadline": map[string]any{"delay": 60000}}})
	l.until("tell")
	if standing := th.room.Standing(); standing.Viewers != 2 || standing.LastLeft.IsZero() {
		t.Errorf("%+v", standing)
	}
	th.room.End("absolute")
	if m := l.until("disconnect"); m["reason"] != "absolute" {
		t.Error(m)
	}
	testenv.Until(t, "the viewer to say so", func() bool {
		return eval[string](s, `view.querySelector(".what")?.textContent ?? ""`) == "The session has ended"
	})
	s.keep("ended")
	if response, err := http.Get(strings.Replace(th.embed, "/one?", "/one/ws?", 1)); err != nil || response.StatusCode != http.StatusGone {
		t.Errorf("%v, %v", response, err)
	}
}
