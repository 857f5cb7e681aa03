package engine_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"valise/engine"
	"valise/internal/testenv"
)

// advertised is a site whose page wants two scripts, the first at an address that the list blocks anywhere.
func advertised(t *testing.T) (address string, asked func() string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		if r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte(`<!doctype html><title>News</title><script src="/getAditem.js"></script><script src="/good.js"></script><h1>News</h1>`))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() string {
		mu.Lock()
		defer mu.Unlock()
		all := strings.Join(paths, " ")
		paths = nil
		return all
	}
}

// With an ad blocker advertisements are not even asked for; the profile that was saved has no trace of it.
func TestAdvertisementsAreBlockedWhereThatWasAskedFor(t *testing.T) {
	blocker := filepath.Join(filepath.Dir(testenv.Need(t, "versitygw", "")), "..", "adblock")
	if err := engine.CheckAdblock(blocker); err != nil {
		t.Fatal("the ad blocker is missing: packaging/needs.sh test makes it")
	}
	s := startService(t, engine.Options{Adblock: blocker})
	site, asked := advertised(t)
	visit := func(body string) session {
		t.Helper()
		v := call[session](s, "POST", "/v0/vm", body)
		if err := chromedp.Do(testenv.Attach(t, v.CDP), chromedp.Navigate(site), chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil {
			t.Fatal(err)
		}
		s.end(v)
		return v
	}
	v := visit(`{"profile": true, "cdp": true, "adblock": true}`)
	if paths := asked(); strings.Contains(paths, "getAditem") || !strings.Contains(paths, "/good.js") {
		t.Errorf("with an ad blocker the site is asked for %s", paths)
	}
	visit(`{"cdp": true, "ublock": true}`)
	if paths := asked(); strings.Contains(paths, "getAditem") || !strings.Contains(paths, "/good.js") {
		t.Errorf("with one by the older name it is asked for %s", paths)
	}
	visit(`{"profile": ` + quoted(v.ID) + `, "cdp": true}`)
	if paths := asked(); !strings.Contains(paths, "getAditem") {
		t.Errorf("without one it is asked for %s", paths)
	}
}

// An engine without an ad blocker says so in its log, and starts the session.
func TestWithoutAnAdBlockerTheLogSaysSo(t *testing.T) {
	var log strings.Builder
	s := startService(t, engine.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	s.end(call[session](s, "POST", "/v0/vm", `{"adblock": true}`))
	s.engine.Close(t.Context())
	if !strings.Contains(log.String(), "serve --adblock") {
		t.Errorf("the log is %s", log.String())
	}
}
