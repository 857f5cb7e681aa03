package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
)

// engine is a valise serve that runs, with a key to call it.
type engine struct {
	*testenv.Process
	t        testing.TB
	url, key string
}

var listeningOn = regexp.MustCompile(`(?m)^Listening on (http://127\.0\.0\.1:\d+)$`)

func (c *computer) serve() *engine {
	c.t.Helper()
	e := &engine{t: c.t, key: strings.TrimSpace(c.does("serve", "key", "new", "test").out)}
	e.Process = testenv.Start(c.t, c.command("serve", "--listen", "127.0.0.1:0"))
	testenv.Until(c.t, "the engine to listen", func() bool {
		if found := listeningOn.FindStringSubmatch(e.Output()); found != nil {
			e.url = found[1]
		}
		return e.url != ""
	})
	return e
}

// vm is what the engine says of a session.
type vm struct {
	ID  string `json:"session_id"`
	CDP string `json:"cdp_url"`
}

func (e *engine) call(method, path, body string) (answer vm) {
	e.t.Helper()
	r, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+e.key)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		e.t.Fatalf("%s %s: %s %s", method, path, response.Status, data)
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		e.t.Fatal(err)
	}
	return answer
}

// Playwright logs in over the engine, which is asked to end while the session still runs: it saves. The profile is then
// opened by a command.
func TestAnEngineIsDrivenByPlaywrightAndSavesWhenItIsAskedToEnd(t *testing.T) {
	t.Parallel()
	c, site := newComputer(t), testenv.NewSite(t)
	e := c.serve()
	session := e.call("POST", "/v0/vm", `{"profile": true, "cdp": true}`)
	said := playwright(t, session.CDP, site.URL, "ada")
	if !strings.Contains(said, `"url":"`+site.URL+`/desk"`) || !strings.Contains(said, `"hidden"`) || strings.Contains(said, "Headless") {
		t.Errorf("Playwright says %s", said)
	}
	if !strings.Contains(said, "http, https, about:blank") {
		t.Errorf("a file of the engine's computer: %s", said)
	}
	e.Signal(t, syscall.SIGTERM)
	if err := e.Wait(); err != nil {
		t.Errorf("the engine ended with %v: %s", err, e.Output())
	}
	opened := c.open("open", session.ID, "--throwaway")
	if person, err := testenv.Cookie(testenv.Attach(t, opened.address), site, "hidden"); err != nil || person != "ada" {
		t.Errorf("opened again, %q is logged in: %v", person, err)
	}
	c.does("stop", "--all")
	opened.over()
	c.leavesNothing()
	if found := traces(t, c.home, e.key); len(found) > 0 {
		t.Errorf("the key is in plain:\n%s", strings.Join(found, "\n"))
	}
}

func TestWhatAnEngineThatWasKilledLeavesBehindIsSavedByTheNext(t *testing.T) {
	t.Parallel()
	c, site := newComputer(t), testenv.NewSite(t)
	e := c.serve()
	session := e.call("POST", "/v0/vm", `{"profile": true, "cdp": true}`)
	if err := testenv.LogIn(testenv.Attach(t, session.CDP), site, "ada"); err != nil {
		t.Fatal(err)
	}
	e.Signal(t, syscall.SIGKILL)
	e.Wait()
	again := c.serve()
	next := again.call("POST", "/v0/vm", `{"profile": {"load": "`+session.ID+`"}, "cdp": true}`)
	if person, err := testenv.Cookie(testenv.Attach(t, next.CDP), site, "hidden"); err != nil || person != "ada" {
		t.Errorf("after the recovery %q is logged in: %v", person, err)
	}
	again.call("DELETE", "/v0/vm/"+next.ID, "")
	again.Signal(t, syscall.SIGTERM)
	if err := again.Wait(); err != nil {
		t.Errorf("the engine ended with %v: %s", err, again.Output())
	}
	c.leavesNothing()
}

// A profile is made on one computer and opened on another's engine, as throwaway and to be saved; back at home it is what
// was saved there.
func TestAProfileIsOpenedOnAnEngineOfAnotherComputer(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	desk := newComputer(t)
	desk.connect(server)
	session := desk.open("new", "shop")
	if err := testenv.LogIn(testenv.Attach(t, session.address), site, "ada"); err != nil {
		t.Fatal(err)
	}
	desk.does("stop", "shop")
	session.over()

	office := newComputer(t)
	office.join(server, desk.recoveryCode())
	e := office.serve()
	desk.well(desk.valiseReading(e.key, "engines", "add", "office", e.url), "engines", "add")
	if a := desk.valiseReading("valise_wrong_key", "engines", "add", "other", e.url); a.code == 0 || !strings.Contains(a.err, "API key") {
		t.Errorf("a wrong key is answered with %+v", a)
	}
	if a := desk.valise("open", "shop", "--remote", "nowhere"); a.code != 3 {
		t.Errorf("an engine that is not known: %+v", a)
	}

	remote := testenv.Start(t, desk.command("open", "shop", "--remote", "office", "--headless"))
	testenv.Until(t, "the session over there", func() bool { return strings.Contains(remote.Output(), "Showing at "+e.url) })
	if a := desk.valise("open", "shop", "--remote", "office", "--headless"); a.code == 0 || !strings.Contains(a.err, "is open on") {
		t.Errorf("a second time: %+v", a)
	}
	remote.Signal(t, syscall.SIGINT)
	if err := remote.Wait(); err != nil || !strings.Contains(remote.Output(), "shop: saved 1 site") {
		t.Errorf("it ended with %v: %s", err, remote.Output())
	}
	if h := desk.history("shop"); len(h) != 2 {
		t.Errorf("the history at home is %+v", h)
	}
	opened := desk.open("open", "shop", "--throwaway")
	if person, err := testenv.Cookie(testenv.Attach(t, opened.address), site, "hidden"); err != nil || person != "ada" {
		t.Errorf("back at home %q is logged in: %v", person, err)
	}
	desk.does("stop", "--all")
	opened.over()
	e.Signal(t, syscall.SIGTERM)
	e.Wait()
	if found := traces(t, desk.home, e.key); len(found) > 0 {
		t.Errorf("the key is in plain:\n%s", strings.Join(found, "\n"))
	}
	desk.leavesNothing()
	office.leavesNothing()
}

// playwright runs the script with Node.js.
func playwright(t testing.TB, args ...string) string {
	t.Helper()
	tools := filepath.Dir(testenv.Need(t, "versitygw", ""))
	if _, err := os.Stat(filepath.Join(tools, "node_modules", "playwright-core")); err != nil {
		t.Fatal("playwright-core is missing: packaging/needs.sh test gets it")
	}
	cmd := exec.CommandContext(t.Context(), testenv.Need(t, "node", "nodejs"), append([]string{"testdata/playwright.mjs"}, args...)...)
	cmd.Env = append(os.Environ(), "PLAYWRIGHT="+tools)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("Playwright: %v: %s", err, out)
	}
	return string(out)
}
