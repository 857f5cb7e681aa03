package engine_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"valise/engine"
	"valise/internal/testenv"
)

// ended waits until a session has ended by itself.
func (s *service) ended(v session) session {
	s.t.Helper()
	var now session
	if !testenv.Within(time.Minute, func() bool {
		now = call[session](s, "GET", "/v0/vm/"+v.ID, nil)
		return now.Terminated != ""
	}) {
		s.t.Fatalf("session %s does not end", v.ID)
	}
	return now
}

func TestEachTimeoutEndsTheSessionSavesItAndTellsTheWebhook(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	type told struct {
		Session string `json:"session_id"`
		Type    string `json:"type"`
		bearer  string
	}
	calls := make(chan told, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := told{bearer: r.Header.Get("Authorization")}
		json.NewDecoder(r.Body).Decode(&c)
		calls <- c
	}))
	defer hook.Close()
	for _, kind := range []string{"absolute", "inactive", "offline"} {
		v := call[session](s, "POST", "/v0/vm", `{"cdp": true, "profile": true, "timeout": {"webhook": {"url": "`+hook.URL+`", "bearer": "of the hook"}}}`)
		if err := testenv.LogIn(testenv.Attach(t, v.CDP), site, "ada"); err != nil {
			t.Fatal(err)
		}
		body := `{"absolute": null, "inactive": null, "offline": null, "` + kind + `": 0.5}`
		if kind == "offline" { // which counts from the last viewer's leaving: this one has none but the test's DevTools
			body = `{"inactive": null, "offline": 0.5}`
			v2 := call[session](s, "POST", "/v0/vm", `{"profile": true, "timeout": {"offline": 0.5, "webhook": {"url": "`+hook.URL+`", "bearer": "of the hook"}}}`)
			s.end(v)
			v = v2
			body = ""
		}
		if body != "" {
			if status, data := s.send("POST", base(v)+"/timeout", v.Admin, body); status != http.StatusOK {
				t.Fatalf("the timeouts cannot be set: %d %s", status, data)
			}
		}
		s.ended(v)
		if c := <-calls; c.Session != v.ID || c.Type != kind || c.bearer != "Bearer of the hook" {
			t.Errorf("the webhook was told %+v of %s", c, kind)
		}
		if all := s.profiles(); all[v.ID].Snapshots != 1 {
			t.Errorf("a session that ended by its %s timeout is not saved: %+v", kind, all)
		}
	}
}

func TestAChangeOfTheTimeoutsPutsTheEndOff(t *testing.T) {
	s := startService(t, engine.Options{})
	v := call[session](s, "POST", "/v0/vm", `{"timeout": {"absolute": 3600, "offline": 3600}}`)
	for body, want := range map[string]int{
		`{"absolute": "soon"}`: 400, `{"inactive": -1}`: 400, `{`: 400, `{"absolute": 1800, "warning": 30, "reset": false}`: 200, `{"offline": null}`: 200,
	} {
		if status, data := s.send("POST", base(v)+"/timeout", v.Admin, body); status != want {
			t.Errorf("%s answers %d %s", body, status, data)
		}
	}
	if status, data := s.send("POST", base(v)+"/timeout", "wrong", `{"absolute": 0.1}`); status != http.StatusUnauthorized {
		t.Errorf("with a wrong token: %d %s", status, data)
	}
	if now := call[session](s, "GET", "/v0/vm/"+v.ID, nil); now.Terminated != "" {
		t.Error("it has ended")
	}
}
