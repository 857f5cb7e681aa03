package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"valise/engine"
	"valise/engine/client"
	"valise/internal/testenv"
	"valise/profiles"

	"github.com/google/uuid"
)

// openLibrary opens the library of a home of its own. The keys of all go into one file.
func openLibrary(t *testing.T) *profiles.Library {
	t.Helper()
	lib, err := profiles.Open(t.Context(), profiles.Home{Dir: filepath.Join(t.TempDir(), "home")}, profiles.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lib.Close() })
	return lib
}

// service is an engine on another vault, of which only the calls of the contract can be reached.
type service struct {
	url, key string
	lib      *profiles.Library

	mu      sync.Mutex
	bodies  []string // of POST /v0/vm
	others  []string // calls that the contract does not have
	deleted string   // the id of a profile
}

func (s *service) delete(id uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted = id.String()
}

var contract = regexp.MustCompile(`^((POST|GET) /v0/vm|(GET|DELETE) /v0/vm/[0-9a-f-]{36})$`)

func startService(t *testing.T) *service {
	t.Helper()
	s := &service{lib: openLibrary(t)}
	keys := engine.KeysOf(s.lib.Home())
	var err error
	if s.key, _, err = keys.New(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	e := engine.New(s.lib, keys, engine.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := r.Method + " " + r.URL.Path
		s.mu.Lock()
		if !contract.MatchString(call) {
			s.others = append(s.others, call)
			s.mu.Unlock()
			http.NotFound(w, r)
			return
		}
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			s.bodies = append(s.bodies, string(body))
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			if s.deleted != "" && strings.Contains(string(body), s.deleted) {
				s.mu.Unlock()
				w.WriteHeader(http.StatusNotFound)
				io.WriteString(w, `{"code": "err_profile_not_found", "message": "there is no such profile"}`)
				return
			}
		}
		s.mu.Unlock()
		e.ServeHTTP(w, r)
	}))
	e.ListensOn(server.Listener.Addr())
	t.Cleanup(func() {
		e.Close(context.Background())
		server.CloseClientConnections()
		server.Close()
	})
	s.url = server.URL
	return s
}

// asked is what the last POST /v0/vm asked for as profile.
func (s *service) asked(t *testing.T) any {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var body struct{ Profile any }
	if err := json.Unmarshal([]byte(s.bodies[len(s.bodies)-1]), &body); err != nil {
		t.Fatal(err)
	}
	return body.Profile
}

// diary is a website that gives every visitor a cookie, and writes down which they come with.
type diary struct {
	*httptest.Server
	mu      sync.Mutex
	visits  []string
	visited chan struct{}
}

func newDiary(t *testing.T) *diary {
	d := &diary{visited: make(chan struct{}, 100)}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			return
		}
		d.mu.Lock()
		d.visits = append(d.visits, r.Header.Get("Cookie"))
		d.mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: "ada", MaxAge: 100000})
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<title>Diary</title>")
		d.visited <- struct{}{}
	}))
	t.Cleanup(d.Close)
	return d
}

// last waits for a visit, and returns the cookies that it brought.
func (d *diary) last() string {
	<-d.visited
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.visits[len(d.visits)-1]
}

func TestAServiceKeepsAProfileOfItsOwnForOneOfTheVault(t *testing.T) {
	t.Setenv("VALISE_KEY_FILE", filepath.Join(t.TempDir(), "keys"))
	t.Setenv("VALISE_BROWSER", testenv.Chromium(t))
	ctx, lib, service, site := t.Context(), openLibrary(t), startService(t), newDiary(t)
	made, err := lib.Open(ctx, profiles.How{Save: profiles.SaveNew, Name: "Shop", Headless: true})
	if err != nil {
		t.Fatal(err)
	}
	local, err := made.Close(ctx)
	if err != nil {
		t.Fatal(err)
	}

	at := profiles.KnownEngine{Name: "hyper", URL: service.url, Kind: profiles.Service}
	if kind, err := client.Tell(ctx, at); err != nil || kind != profiles.Service {
		t.Errorf("it is taken for %q, %v", kind, err)
	}
	if _, err := client.Add(ctx, lib, at, "wrong"); !errors.Is(err, client.ErrKey) {
		t.Errorf("a wrong key: %v", err)
	}
	if _, err := client.Add(ctx, lib, at, service.key); err != nil {
		t.Fatal(err)
	}
	there, err := client.Known(ctx, lib, "hyper")
	if err != nil {
		t.Fatal(err)
	}
	// use opens the profile there, waits until the site is visited, and closes it.
	use := func(save profiles.Save) (client.Session, profiles.Receipt, string) {
		t.Helper()
		s, err := client.Open(ctx, lib, there, profiles.How{Load: local.Profile, Save: save, URLs: []string{site.URL + "/"}})
		if err != nil {
			t.Fatal(err)
		}
		cookies := site.last()
		receipt, err := there.Close(ctx, lib, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := there.Wait(ctx, s.ID); err != nil { // the contract tells of the end
			t.Fatal(err)
		}
		return s, receipt, cookies
	}

	first, receipt, cookies := use(profiles.SaveSame)
	if service.asked(t) != true || cookies != "" {
		t.Errorf("the first session asked for %v, and brought %q", service.asked(t), cookies)
	}
	if receipt.Outcome != profiles.KeptThere || len(receipt.Carried) == 0 || len(receipt.Warnings) > 0 {
		t.Errorf("the receipt is %+v", receipt)
	}
	second, _, cookies := use(profiles.SaveSame)
	if service.asked(t) != first.ID.String() || cookies != "visitor=ada" || second.ID == first.ID {
		t.Errorf("the second session asked for %v, and brought %q", service.asked(t), cookies)
	}
	if _, receipt, cookies := use(profiles.SaveNowhere); receipt.Outcome != profiles.Discarded || cookies != "visitor=ada" {
		t.Errorf("the throwaway brought %q and ended with %+v", cookies, receipt)
	}
	if h, err := lib.History(ctx, local.Profile); err != nil || len(h) != 1 {
		t.Errorf("the history at home is %+v, %v", h, err)
	}

	// Another key does not change what is known.
	if _, err := client.Add(ctx, lib, at, service.key); err != nil {
		t.Fatal(err)
	}
	// The service deletes what was not opened for long.
	service.delete(first.ID)
	_, receipt, cookies = use(profiles.SaveSame)
	if service.asked(t) != true || cookies != "" || len(receipt.Warnings) != 1 {
		t.Errorf("it asked for %v, brought %q, and ended with %+v", service.asked(t), cookies, receipt)
	}
	_, err = client.Open(ctx, lib, there, profiles.How{Load: local.Profile, Save: profiles.SaveOver, Over: uuid.New()})
	if err == nil {
		t.Error("it saved over another profile")
	}
	if len(service.others) > 0 {
		t.Errorf("it made calls that the contract does not have: %q", service.others)
	}
}
