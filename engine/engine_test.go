package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valise/engine"
	"valise/internal/testenv"
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// service is an engine that serves a home nothing was ever kept in, and a caller who has a key.
type service struct {
	t      testing.TB
	lib    *profiles.Library
	home   profiles.Home
	keys   engine.Keys
	engine *engine.Engine
	url    string
	key    string
}

func startService(t testing.TB, o engine.Options) *service {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("VALISE_KEY_FILE", filepath.Join(dir, "key"))
	t.Setenv("VALISE_BROWSER", testenv.Chromium(t))
	return serveHome(t, profiles.Home{Dir: filepath.Join(dir, "home")}, o)
}

// serveHome serves a home that may have been there before.
func serveHome(t testing.TB, home profiles.Home, o engine.Options) *service {
	t.Helper()
	lib, err := profiles.Open(t.Context(), home, profiles.Options{Background: true})
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, lib: lib, home: home, keys: engine.KeysOf(home)}
	if s.key, _, err = s.keys.New(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	s.engine = engine.New(lib, s.keys, o)
	server := httptest.NewServer(s.engine)
	s.engine.ListensOn(server.Listener.Addr())
	s.url = server.URL
	t.Cleanup(func() {
		s.engine.Close(context.Background())
		server.CloseClientConnections()
		server.Close()
		lib.Close()
	})
	return s
}

// session is what POST /v0/vm answers.
type session struct {
	ID         string `json:"session_id"`
	Embed      string `json:"embed_url"`
	Admin      string `json:"admin_token"`
	CDP        string `json:"cdp_url"`
	Created    string `json:"creation_date"`
	Terminated string `json:"termination_date"`
}

// failure is how the API tells an error.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// send sends a request, whose body is JSON as it stands or a reader, and returns the status and the body of the answer.
func (s *service) send(method, url, token string, body any, change ...func(*http.Request)) (int, []byte) {
	s.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	case io.Reader:
		reader = b
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, reader)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if reader != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, data
}

// call makes a call of the API that succeeds.
func call[T any](s *service, method, path string, body any) T {
	s.t.Helper()
	status, data := s.send(method, s.url+path, s.key, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s %s answers %d %s", method, path, status, data)
	}
	var answer T
	if err := json.Unmarshal(data, &answer); err != nil {
		s.t.Fatalf("%s %s answers %s: %v", method, path, data, err)
	}
	return answer
}

// refused makes a call that does not succeed.
func (s *service) refused(method, path string, body any, status int, code string) failure {
	s.t.Helper()
	got, data := s.send(method, s.url+path, s.key, body)
	return s.isRefusal(method+" "+path, got, data, status, code)
}

func (s *service) isRefusal(what string, got int, data []byte, status int, code string) failure {
	s.t.Helper()
	var f failure
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil || got != status || f.Code != code || f.Message == "" {
		s.t.Errorf("%s answers %d %s, want %d %s", what, got, data, status, code)
	}
	return f
}

// start starts a session that the test can drive.
func (s *service) start(profile string) (session, context.Context) {
	s.t.Helper()
	v := call[session](s, "POST", "/v0/vm", `{"cdp": true, "profile": `+profile+`}`)
	return v, testenv.Attach(s.t, v.CDP)
}

func (s *service) end(v session) {
	s.t.Helper()
	if gone := call[session](s, "DELETE", "/v0/vm/"+v.ID, nil); gone.ID != v.ID {
		s.t.Errorf("the end of %s answers %+v", v.ID, gone)
	}
}

// logIn starts a session in which a person logs in, and ends it.
func (s *service) logIn(profile string, site *testenv.Site, person string) session {
	s.t.Helper()
	v, browser := s.start(profile)
	if err := testenv.LogIn(browser, site, person); err != nil {
		s.t.Fatal(err)
	}
	s.end(v)
	return v
}

// loggedIn is whom the site takes for the visitor, in a session that ends then.
func (s *service) loggedIn(profile string, site *testenv.Site) string {
	s.t.Helper()
	v, browser := s.start(profile)
	defer s.end(v)
	person, err := testenv.Cookie(browser, site, "hidden")
	if err != nil {
		s.t.Fatal(err)
	}
	return person
}

func (s *service) profiles() map[string]profiles.Profile {
	s.t.Helper()
	list := call[struct{ Results []profiles.Profile }](s, "GET", "/v0/profiles", nil)
	all := map[string]profiles.Profile{}
	for _, p := range list.Results {
		all[p.ID.String()] = p
	}
	return all
}

func (s *service) history(profile string) []profiles.Snapshot {
	s.t.Helper()
	return call[struct{ Results []profiles.Snapshot }](s, "GET", "/v0/profiles/"+profile+"/history", nil).Results
}

func quoted(id string) string { return `"` + id + `"` }

func TestWhatIsLoadedAndSavedIsWhatTheContractSays(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)

	if s.logIn("false", site, "nobody"); len(s.profiles()) != 0 {
		t.Error("a session without a profile is saved")
	}
	a := s.logIn("true", site, "ada").ID
	b := s.logIn(`{"save": true}`, site, "bob").ID
	if all := s.profiles(); len(all) != 2 || all[a].Snapshots != 1 || all[b].Snapshots != 1 {
		t.Fatalf("after two sessions with new profiles there are %+v", all)
	}

	if person := s.loggedIn(`{"load": "`+a+`"}`, site); person != "ada" || len(s.history(a)) != 1 {
		t.Errorf("loaded without saving, %q is logged in, and there are %d snapshots", person, len(s.history(a)))
	}
	if s.logIn(`{"load": "`+a+`", "save": false}`, site, "eve"); s.loggedIn(`{"load": "`+a+`"}`, site) != "ada" {
		t.Error("a session with save: false is saved")
	}
	if s.logIn(quoted(a), site, "cleo"); s.loggedIn(quoted(a), site) != "cleo" || len(s.history(a)) < 2 {
		t.Error("a session with an id does not save to it")
	}
	fork := s.logIn(`{"load": "`+a+`", "save": true}`, site, "dora").ID
	if s.loggedIn(`{"load": "`+fork+`"}`, site) != "dora" || s.loggedIn(`{"load": "`+a+`"}`, site) != "cleo" {
		t.Error("load and save: true is no fork")
	}
	s.end(call[session](s, "POST", "/v0/vm", `{"profile": {"load": "`+a+`", "save": "`+b+`"}}`))
	if s.loggedIn(`{"load": "`+b+`"}`, site) != "cleo" || s.history(b)[1].Parent != uuid.Nil {
		t.Errorf("saved over, %s has %+v", b, s.history(b))
	}
	if s.logIn(`{"save": "`+b+`"}`, site, "fay"); s.loggedIn(`{"load": "`+b+`"}`, site) != "fay" {
		t.Error("save to an id without loading is not saved there")
	}
	if s.loggedIn(`{"load": "`+a+`", "save": "`+a+`"}`, site) != "cleo" {
		t.Error("load and save of one id is not that profile")
	}
	if len(s.profiles()) != 3 {
		t.Errorf("in the end there are %+v", s.profiles())
	}
}

func TestAProfileIsOpenOnlyOnceForSaving(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	a := s.logIn("true", site, "ada").ID
	holder := call[session](s, "POST", "/v0/vm", `{"profile": "`+a+`"}`)
	for _, profile := range []string{quoted(a), `{"save": "` + a + `"}`} {
		f := s.refused("POST", "/v0/vm", `{"profile": `+profile+`}`, http.StatusConflict, "err_profile_in_use")
		if !strings.Contains(f.Message, holder.ID) {
			t.Errorf("it is not said who holds it: %q", f.Message)
		}
	}
	if s.loggedIn(`{"load": "`+a+`"}`, site) != "ada" {
		t.Error("beside it, it cannot be loaded")
	}
	s.end(holder)
	s.end(call[session](s, "POST", "/v0/vm", `{"profile": "`+a+`"}`))
}

func TestASessionCanBeAskedAboutUntilLongAfterItsEnd(t *testing.T) {
	s := startService(t, engine.Options{})
	first := call[session](s, "POST", "/v0/vm", nil)
	second := call[session](s, "POST", "/v0/vm", "{}")
	type list struct {
		Results []struct {
			ID      string `json:"id"`
			Created string `json:"creation_date"`
		}
		Next *string
	}
	if l := call[list](s, "GET", "/v0/vm", nil); len(l.Results) != 2 || l.Results[0].ID != first.ID || l.Next != nil {
		t.Errorf("the list is %+v", l)
	}
	if l := call[list](s, "GET", "/v0/vm?after_id="+first.ID, nil); len(l.Results) != 1 || l.Results[0].ID != second.ID {
		t.Errorf("after the first the list is %+v", l)
	}
	running := call[session](s, "GET", "/v0/vm/"+first.ID, nil)
	if running.Embed != first.Embed || running.Admin != first.Admin || running.Terminated != "" {
		t.Errorf("it runs as %+v, and began as %+v", running, first)
	}
	s.end(first)
	ended := call[session](s, "GET", "/v0/vm/"+first.ID, nil)
	created, err1 := time.Parse(time.RFC3339, ended.Created)
	terminated, err2 := time.Parse(time.RFC3339, ended.Terminated)
	if err1 != nil || err2 != nil || !terminated.After(created) {
		t.Errorf("it ran from %q to %q", ended.Created, ended.Terminated)
	}
	s.end(first) // once more is no error: the answer may have been lost
	if l := call[list](s, "GET", "/v0/vm", nil); len(l.Results) != 1 {
		t.Errorf("the list has an ended session: %+v", l)
	}
}

func TestATagIsOneSession(t *testing.T) {
	s := startService(t, engine.Options{})
	type result struct {
		status int
		data   []byte
	}
	results := make(chan result)
	for range 3 {
		go func() {
			status, data := s.send("POST", s.url+"/v0/vm", s.key, `{"tag": "one", "profile": true}`)
			results <- result{status, data}
		}()
	}
	ids := map[string]bool{}
	var last session
	for range 3 {
		r := <-results
		if err := json.Unmarshal(r.data, &last); err != nil || r.status != http.StatusOK {
			t.Fatalf("%d %s", r.status, r.data)
		}
		ids[last.ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("three requests with a tag started %d sessions", len(ids))
	}
	s.end(last)
	if next := call[session](s, "POST", "/v0/vm", `{"tag": "one"}`); next.ID == last.ID {
		t.Error("an ended session still has its tag")
	}
}

func TestWhatIsWrongWithARequestIsSaid(t *testing.T) {
	s := startService(t, engine.Options{})
	missing := uuid.NewString()
	for body, want := range map[string]struct {
		status int
		code   string
		says   string
	}{
		`{`:                                              {400, "err_invalid_request", "JSON"},
		`[]`:                                             {400, "err_invalid_request", "object"},
		`{"width": "wide"}`:                              {400, "err_invalid_request", "width"},
		`{"default_roles": ["owner"]}`:                   {400, "err_invalid_request", "default_roles"},
		`{"width": 800}`:                                 {400, "err_invalid_request", "both"},
		`{"width": 1921, "height": 1080}`:                {400, "err_invalid_request", "1080"},
		`{"width": 3, "height": 3}`:                      {400, "err_invalid_request", "at least"},
		`{"width": -800, "height": -600}`:                {400, "err_invalid_request", "at least"},
		`{"fps": 61}`:                                    {400, "err_invalid_request", "fps"},
		`{"timeout": {"absolute": 0}}`:                   {400, "err_invalid_request", "timeout"},
		`{"timeout": {"inactive": "x"}}`:                 {400, "err_invalid_request", "timeout"},
		`{"timeout": {"webhook": {"url": "x"}}}`:         {400, "err_invalid_request", "webhook"},
		`{"start_url": "file:///etc/passwd"}`:            {400, "err_invalid_request", "start_url"},
		`{"start_url": "chrome://settings"}`:             {400, "err_invalid_request", "start_url"},
		`{"user_agent": "netscape"}`:                     {400, "err_invalid_request", "user_agent"},
		`{"quality": {"mode": "best"}}`:                  {400, "err_invalid_request", "quality"},
		`{"profile": 7}`:                                 {400, "err_invalid_request", "profile"},
		`{"profile": {"lode": "x"}}`:                     {400, "err_invalid_request", "lode"},
		`{"profile": {"load": true}}`:                    {400, "err_invalid_request", "profile.load"},
		`{"profile": {"save": 3}}`:                       {400, "err_invalid_request", "profile.save"},
		`{"profile": "nonsense"}`:                        {404, "err_profile_not_found", "nonsense"},
		`{"profile": "` + missing + `"}`:                 {404, "err_profile_not_found", missing},
		`{"profile": {"load": "` + missing + `"}}`:       {404, "err_profile_not_found", missing},
		`{"profile": {"save": "` + missing + `"}}`:       {404, "err_profile_not_found", missing},
		`{"tag": "` + strings.Repeat("x", 70<<10) + `"}`: {413, "err_too_large", "larger"},
	} {
		if f := s.refused("POST", "/v0/vm", body, want.status, want.code); !strings.Contains(f.Message, want.says) {
			t.Errorf("%.60s answers %q", body, f.Message)
		}
	}
	for _, request := range [][2]string{
		{"GET", "/v0/vm/" + missing}, {"DELETE", "/v0/vm/" + missing}, {"GET", "/v0/vm/nonsense"}, {"POST", "/v0/vm/" + missing + "/save"},
	} {
		s.refused(request[0], request[1], nil, 404, "err_session_not_found")
	}
	s.refused("GET", "/v0/vm?after_id=nonsense", nil, 400, "err_invalid_request")
	s.refused("GET", "/v0/nonsense", nil, 404, "err_not_found")
	s.refused("PUT", "/v0/vm", nil, 404, "err_not_found")
	if len(s.profiles()) != 0 || len(call[struct{ Results []any }](s, "GET", "/v0/vm", nil).Results) != 0 {
		t.Error("something was left of the refused requests")
	}
}

func TestNoMoreSessionsThanAllowed(t *testing.T) {
	s := startService(t, engine.Options{MaxSessions: 1})
	only := call[session](s, "POST", "/v0/vm", nil)
	s.refused("POST", "/v0/vm", nil, http.StatusTooManyRequests, "err_too_many_sessions")
	s.end(only)
	s.end(call[session](s, "POST", "/v0/vm", nil))
}

func TestTwoEnginesServeOneVault(t *testing.T) {
	bucket, site := testenv.S3(t), testenv.NewSite(t)
	here := startService(t, engine.Options{})
	place, keys := vault.Location{Bucket: bucket.Bucket, Prefix: "engines", Endpoint: bucket.Endpoint, Region: bucket.Region}, vault.Credentials{AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey}
	if _, err := here.lib.Connect(t.Context(), place, keys); err != nil {
		t.Fatal(err)
	}
	if _, err := here.lib.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := profiles.Home{Dir: filepath.Join(t.TempDir(), "home")}
	if err := profiles.Join(t.Context(), there, place, keys, here.lib.RecoveryCode(), false); err != nil {
		t.Fatal(err)
	}
	other := serveHome(t, there, engine.Options{})

	a := here.logIn("true", site, "ada").ID
	if person := other.logIn(quoted(a), site, "bob"); person.ID == "" || len(other.history(a)) != 2 {
		t.Errorf("the second engine has the profile as %+v", other.history(a))
	}
	if person := here.loggedIn(`{"load": "`+a+`"}`, site); person != "bob" {
		t.Errorf("back on the first engine %q is logged in", person)
	}
}
