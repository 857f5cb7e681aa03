package engine_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/coder/websocket"

	"valise/engine"
)

// What viewers may do who come, and whether they see a pointer, is what the session was asked for with.
func TestViewersComeAsTheSessionWasAskedFor(t *testing.T) {
	s := startService(t, engine.Options{})
	for body, want := range map[string]struct {
		roles    []string
		noCursor bool
	}{
		`{}`: {[]string{"control", "cursor_data", "chat"}, false},
		`{"control_disable_default": true, "hide_cursor": true}`: {[]string{"cursor_data", "chat"}, true},
		`{"default_roles": ["control"], "kiosk": true}`:          {[]string{"control"}, false},
		`{"default_roles": []}`:                                  {nil, false},
	} {
		v := call[session](s, "POST", "/v0/vm", body)
		address, err := url.Parse(v.Embed)
		if err != nil {
			t.Fatal(err)
		}
		address.Scheme = "ws"
		conn, _, err := websocket.Dial(t.Context(), address.JoinPath("ws").String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, data, err := conn.Read(t.Context())
		var first struct {
			Type     string
			Roles    []string
			NoCursor bool `json:"no_cursor"`
		}
		if err == nil {
			err = json.Unmarshal(data, &first)
		}
		if err != nil || first.Type != "connection" || !slices.Equal(first.Roles, want.roles) || first.NoCursor != want.noCursor {
			t.Errorf("%s: a viewer is greeted with %s, %v", body, data, err)
		}
		conn.CloseNow()
		s.end(v)
	}
}
