package engine_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"valise/engine"
)

// journal is a log that several write to.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// comer is somebody who comes to see a session, as the viewer's page does.
type comer struct {
	Type, Reason string
	UserID       string `json:"user_id"`
}

// come tells the engine who comes, and returns what it says first after asking.
func (s *service) come(v session, userdata string) (first comer) {
	s.t.Helper()
	address, err := url.Parse(v.Embed)
	if err != nil {
		s.t.Error(err)
		return
	}
	address.Scheme = "ws"
	conn, _, err := websocket.Dial(s.t.Context(), address.JoinPath("ws").String(), &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {"Visitor/1"}}})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer conn.CloseNow()
	for _, into := range []*comer{{}, &first} {
		_, data, err := conn.Read(s.t.Context())
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			s.t.Errorf("%s: %v", userdata, err)
			return
		}
		if into != &first {
			if into.Type != "authorize" {
				s.t.Errorf("%s: the engine begins with %s", userdata, data)
				return
			}
			if err := conn.Write(s.t.Context(), websocket.MessageText, []byte(`{"type": "webhook_auth", "userdata": `+userdata+`}`)); err != nil {
				s.t.Error(err)
			}
		}
	}
	return first
}

func TestTheWebhookOfASessionSaysWhoSeesIt(t *testing.T) {
	type asked struct {
		UserID   string          `json:"user_id"`
		Userdata json.RawMessage `json:"userdata"`
	}
	var mu sync.Mutex
	users := map[string]string{} // by userdata
	var hook *httptest.Server
	hook = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var a asked
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&a); err != nil || r.Method != http.MethodPost || r.Header.Get("Authorization") != "Bearer of the hook" ||
			r.Header.Get("HB-User-Agent") != "Visitor/1" || r.Header.Get("HB-Connection-IP") != "127.0.0.1" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("the webhook is asked %s %s with %v, %v", r.Method, body, r.Header, err)
		}
		mu.Lock()
		users[string(a.Userdata)] = a.UserID
		mu.Unlock()
		yes := `{"authorized": true}`
		switch string(a.Userdata) {
		case `{"name":"ada"}`, `null`, `[1,"two"]`:
			io.WriteString(w, yes)
		case `"no"`:
			io.WriteString(w, `{"authorized": false}`)
		case `"nothing"`:
		case `"something else"`:
			io.WriteString(w, `{"authorised": true}`)
		case `"a word"`:
			io.WriteString(w, `{"authorized": "true"}`)
		case `"too much"`:
			io.WriteString(w, `{"much": "`+strings.Repeat("x", 1<<20)+`", "authorized": true}`)
		case `"wrong key"`:
			w.WriteHeader(http.StatusUnauthorized)
			io.WriteString(w, yes)
		case `"created"`:
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, yes)
		case `"broken"`:
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, yes)
		case `"elsewhere"`:
			http.Redirect(w, r, hook.URL+"/secret-path", http.StatusTemporaryRedirect)
		case `"hung up"`:
			panic(http.ErrAbortHandler)
		case `"never"`:
			<-r.Context().Done()
		default:
			t.Errorf("the webhook is asked of %s", a.Userdata)
		}
	}))
	defer hook.Close()
	defer hook.CloseClientConnections()
	var log journal
	s := startService(t, engine.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	v := call[session](s, "POST", "/v0/vm", `{"auth": {"type": "webhook", "value": {"url": "`+hook.URL+`/secret-path", "bearer": "of the hook"}}}`)

	var all sync.WaitGroup
	for _, userdata := range []string{`{"name":"ada"}`, `null`, `[1,"two"]`} {
		all.Go(func() {
			first := s.come(v, userdata)
			mu.Lock()
			defer mu.Unlock()
			if first.Type != "connection" || first.UserID == "" || first.UserID != users[userdata] {
				t.Errorf("%s is greeted with %+v, and the webhook was asked of %q", userdata, first, users[userdata])
			}
		})
	}
	for _, userdata := range []string{`"no"`, `"nothing"`, `"something else"`, `"a word"`, `"too much"`, `"wrong key"`, `"created"`, `"broken"`,
		`"elsewhere"`, `"hung up"`, `"never"`} {
		all.Go(func() {
			if first := s.come(v, userdata); first.Type != "disconnect" || first.Reason != "unauthorized" {
				t.Errorf("%s is greeted with %+v", userdata, first)
			}
		})
	}
	all.Wait()
	if text := log.String(); strings.Contains(text, "secret-path") || strings.Contains(text, "of the hook") || strings.Count(text, "a viewer was not let in") != 11 {
		t.Errorf("the log says %s", text)
	}

	gone := call[session](s, "POST", "/v0/vm", `{"auth": {"type": "webhook", "value": {"url": "http://127.0.0.1:1/secret-path"}}}`)
	if first := s.come(gone, `null`); first.Reason != "unauthorized" {
		t.Errorf("where the webhook is not there, a viewer is greeted with %+v", first)
	}
	if strings.Contains(log.String(), "secret-path") {
		t.Errorf("the log says %s", log.String())
	}
}

func TestHowViewersAreLetInIsTokenOrWebhook(t *testing.T) {
	var log journal
	s := startService(t, engine.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for auth, want := range map[string]string{
		`"token"`:                            "auth",
		`{}`:                                 "auth.type",
		`{"type": "password"}`:               "auth.type",
		`{"type": "webhook"}`:                "auth.value",
		`{"type": "webhook", "value": "x"}`:  "auth.value",
		`{"type": "webhook", "value": null}`: "auth.value",
		`{"type": "webhook", "value": {"bearer": "x"}}`:             "auth.value.url",
		`{"type": "webhook", "value": {"url": "file:///x"}}`:        "auth.value.url",
		`{"type": "webhook", "value": {"url": "https:///nowhere"}}`: "auth.value.url",
	} {
		if f := s.refused("POST", "/v0/vm", `{"auth": `+auth+`}`, 400, "err_invalid_request"); !strings.Contains(f.Message, want) {
			t.Errorf("%s answers %q", auth, f.Message)
		}
	}
	for auth, says := range map[string]bool{`null`: false, `{"type": "token"}`: false, `{"type": "token", "value": "mine"}`: true} {
		v := call[session](s, "POST", "/v0/vm", `{"auth": `+auth+`}`)
		address, _ := url.Parse(v.Embed)
		address.Scheme = "ws"
		conn, _, err := websocket.Dial(t.Context(), address.JoinPath("ws").String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var first comer
		if _, data, err := conn.Read(t.Context()); err != nil || json.Unmarshal(data, &first) != nil || first.Type != "connection" {
			t.Errorf("%s: a viewer is greeted with %s, %v", auth, data, err)
		}
		conn.CloseNow()
		s.end(v)
		if strings.Contains(log.String(), "auth.value") != says {
			t.Errorf("after %s the log says %s", auth, log.String())
		}
		log.mu.Lock()
		log.text.Reset()
		log.mu.Unlock()
	}
}
