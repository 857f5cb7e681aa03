package engine_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"log/slog"
	"mime/multipart"
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

// adBlocker is the one that the build makes.
func adBlocker(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(testenv.Need(t, "versitygw", "")), "..", "adblock")
	if err := engine.CheckAdblock(dir); err != nil {
		t.Fatal("the ad blocker is missing: packaging/needs.sh test makes it")
	}
	return dir
}

// With an ad blocker advertisements are not even asked for; the profile that was saved has no trace of it.
func TestAdvertisementsAreBlockedWhereThatWasAskedFor(t *testing.T) {
	s := startService(t, engine.Options{Adblock: adBlocker(t)})
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

// The extension of a caller and the ad blocker work side by side.
func TestAnAdBlockerComesBesideAnExtension(t *testing.T) {
	s := startService(t, engine.Options{Adblock: adBlocker(t)})
	site, asked := advertised(t)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	w.WriteField("body", `{"cdp": true, "adblock": true, "extension": {"field": "mine"}}`)
	part, err := w.CreateFormFile("mine", "mine.zip")
	if err != nil {
		t.Fatal(err)
	}
	mine := zip.NewWriter(part)
	for name, content := range map[string]string{
		"manifest.json": `{"manifest_version": 3, "name": "Mark", "version": "1",
			"content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["mark.js"], "run_at": "document_start"}]}`,
		"mark.js": `document.documentElement.dataset.mark = 'marked'`,
	} {
		file, err := mine.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		file.Write([]byte(content))
	}
	mine.Close()
	w.Close()
	status, data := s.send("POST", s.url+"/v0/vm", s.key, &form, func(r *http.Request) { r.Header.Set("Content-Type", w.FormDataContentType()) })
	var v session
	if err := json.Unmarshal(data, &v); err != nil || status != http.StatusOK {
		t.Fatalf("it is answered with %d %s", status, data)
	}
	tab := testenv.Attach(t, v.CDP)
	if err := chromedp.Do(tab, chromedp.Navigate(site), chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil {
		t.Fatal(err)
	}
	mark, err := chromedp.Run(tab, chromedp.Evaluate[string]("document.documentElement.dataset.mark || 'nothing'"))
	if err != nil || mark != "marked" {
		t.Errorf("the extension of the caller left %s, %v", mark, err)
	}
	if paths := asked(); strings.Contains(paths, "getAditem") || !strings.Contains(paths, "/good.js") {
		t.Errorf("the site is asked for %s", paths)
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
