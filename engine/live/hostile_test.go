package live_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"valise/engine/live"
	"valise/internal/testenv"
)

// line is a viewer without a browser: it sends what a test wants it to.
type line struct {
	t    testing.TB
	conn *websocket.Conn
}

// dial connects to the room past the viewer's page.
func (th *theatre) dial(as string) *line {
	th.t.Helper()
	address := strings.Replace(strings.Replace(th.embed, "http", "ws", 1), "/vm/one?", "/vm/one/ws?as="+as+"&", 1)
	conn, _, err := websocket.Dial(th.t.Context(), address, nil)
	if err != nil {
		th.t.Fatal(err)
	}
	conn.SetReadLimit(32 << 20)
	th.t.Cleanup(func() { conn.CloseNow() })
	return &line{th.t, conn}
}

func (l *line) send(text string) error {
	return l.conn.Write(l.t.Context(), websocket.MessageText, []byte(text))
}

// until reads until a message of a type comes, and returns it. Pictures on the way are taken.
func (l *line) until(kind string) map[string]any {
	l.t.Helper()
	for {
		m, err := l.next()
		if err != nil {
			l.t.Fatalf("waiting for %q: %v", kind, err)
		}
		if m["type"] == kind {
			return m
		}
	}
}

// next reads a message; a picture is {"type": "picture"}, and taken.
func (l *line) next() (map[string]any, error) {
	ctx, cancel := context.WithTimeout(l.t.Context(), time.Minute)
	defer cancel()
	kind, data, err := l.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	if kind == websocket.MessageBinary {
		number := binary.BigEndian.Uint32(data[1:])
		text, _ := json.Marshal(map[string]any{"type": "taken", "number": number})
		return map[string]any{"type": "picture", "number": float64(number), "size": len(data)}, l.send(string(text))
	}
	var m map[string]any
	err = json.Unmarshal(data, &m)
	return m, err
}

// ends reads until the connection has ended.
func (l *line) ends() {
	l.t.Helper()
	for {
		if _, err := l.next(); err != nil {
			if l.t.Context().Err() == nil && !strings.Contains(err.Error(), "deadline") {
				return
			}
			l.t.Fatalf("it went on: %v", err)
		}
	}
}

func TestAViewerWhoMisbehavesEndsOnlyTheirOwnConnection(t *testing.T) {
	th := open(t, "/desk.html", live.Options{})
	good := th.dial("good")
	good.until("picture")
	for name, misbehave := range map[string]func(*line){
		"garbage":      func(l *line) { l.send(`{"type": `) },
		"another type": func(l *line) { l.send(`{"type": 7}`) },
		"a giant":      func(l *line) { l.send(`{"type": "text", "text": "` + strings.Repeat("x", 1<<20) + `"}`) },
		"a flood": func(l *line) {
			for range 20000 {
				if l.send(`{"type": "mouse", "kind": "move", "x": 5, "y": 5}`) != nil {
					return
				}
			}
		},
		"a flood of keys": func(l *line) {
			for range 20000 {
				if l.send(`{"type": "key", "kind": "down", "key": "a", "code": "KeyA", "text": "a"}`) != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bad := th.dial("bad")
			bad.until("picture")
			go misbehave(bad)
			bad.ends()
			testenv.Until(t, "the others to be alone", func() bool { return th.room.Standing().Viewers == 1 })
		})
	}
	// What is only odd is left alone.
	for _, odd := range []string{
		`{}`, `{"type": "nothing"}`, `{"type": "mouse", "kind": "down", "button": 99}`, `{"type": "mouse", "kind": "down", "button": -1, "x": -1e300, "y": 1e300}`,
		`{"type": "tab", "tab": -4}`, `{"type": "close", "tab": 12345}`, `{"type": "resize", "width": 100000, "height": -5}`, `{"type": "touch", "kind": "start"}`,
		`{"type": "choose", "id": "7", "index": [1, 2]}`, `{"type": "upload", "id": "0", "files": []}`, `{"type": "dialog", "id": "1"}`, `{"type": "go", "url": "javascript:alert(1)"}`,
		`{"type": "go", "url": "file:///etc/passwd"}`, `{"type": "compose", "text": "x", "start": -9, "end": 999999999}`, `{"type": "call", "m": "tabs.remove", "i": 1}`,
	} {
		if err := good.send(odd); err != nil {
			t.Fatal(err)
		}
	}
	if err := good.send(`{"type": "ping", "sent": 1}`); err != nil {
		t.Fatal(err)
	}
	good.until("pong")
	good.send(`{"type": "mouse", "kind": "down", "button": 0, "count": 1, "x": 200, "y": 120}`)
	good.send(`{"type": "mouse", "kind": "up", "button": 0, "count": 1, "x": 200, "y": 120}`)
	th.hears("clicked 1 truly")
}

func TestAViewerWhoReadsNothingHoldsNobodyUp(t *testing.T) {
	th := open(t, "/moving.html", live.Options{})
	slow := th.dial("slow")
	number := func(l *line) float64 { return l.until("picture")["number"].(float64) }
	begun := number(slow) // and from here on nothing
	quick := th.dial("quick")
	last := number(quick)
	for range 20 {
		last = number(quick)
	}
	// Who reads again gets the one that was on the way, and then the newest; what was between is not made up for.
	if first, second := number(slow), number(slow); first > begun+3 || second < last {
		t.Errorf("the quick one was at %v, the slow one stopped at %v and got %v and %v", last, begun, first, second)
	}
}
