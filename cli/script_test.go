package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// TestScripts runs the real command, in homes of its own and with the real browser. Each script in testdata tells one
// story.
func TestScripts(t *testing.T) {
	chromium, site := testenv.Chromium(t), testenv.NewSite(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_RUNTIME_DIR", e.WorkDir)
			e.Setenv("VALISE_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("VALISE_KEY_FILE", filepath.Join(e.WorkDir, "keys"))
			e.Setenv("VALISE_BROWSER", chromium)
			e.Setenv("VALISE_CHROMIUM_ARGS", testenv.ChromiumArgs())
			e.Setenv("SITE", site.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"until":   until,
			"keep":    keep,
			"mistype": mistype,
			"damage":  damage,
			"login":   func(ts *testscript.TestScript, neg bool, args []string) { login(t, site, ts, neg, args) },
			"seen":    func(ts *testscript.TestScript, neg bool, args []string) { seen(t, site, ts, neg, args) },
		},
	})
}

// exits CODE COMMAND... runs a command that has to end with this code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("it ended with code %d", code)
	}
}

// until PATTERN COMMAND... runs a command again and again until its standard output has the pattern. ! until waits until
// it no longer has.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] until PATTERN COMMAND...")
	}
	pattern := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		ts.Check(ts.Exec(args[1], args[2:]...))
		if pattern.MatchString(ts.ReadFile("stdout")) != neg {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("waited a minute in vain for %q", args[0])
		}
	}
}

// keep VARIABLE PATTERN COMMAND... runs a command and keeps what the first group of the pattern finds in its standard
// output.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: keep VARIABLE PATTERN COMMAND...")
	}
	ts.Check(ts.Exec(args[2], args[3:]...))
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("%q is not in the output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// login PERSON logs in at the website, in the one session that runs with --cdp.
func login(t *testing.T, site *testenv.Site, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: login PERSON")
	}
	ts.Check(testenv.LogIn(theSession(t, ts), site, args[0]))
}

// seen PERSON makes sure that the website takes the visitor for them, in the one session that runs with --cdp.
func seen(t *testing.T, site *testenv.Site, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: seen PERSON")
	}
	page, err := testenv.ReadPage(theSession(t, ts), site)
	ts.Check(err)
	if person := page.Cookies()["lasting"]; person != args[0] {
		ts.Fatalf("the website takes the visitor for %q", person)
	}
}

// theSession drives the one session that runs with --cdp.
func theSession(t *testing.T, ts *testscript.TestScript) context.Context {
	ts.Check(ts.Exec("valise", "sessions", "--json"))
	var running []profiles.SessionInfo
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &running))
	if len(running) != 1 {
		ts.Fatalf("%d sessions are running", len(running))
	}
	return testenv.Attach(t, running[0].DevTools)
}

// mistype FILE N makes a typing error in the Nth group of the recovery code in a file.
func mistype(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	groups := strings.Split(ts.ReadFile(args[0]), "-")
	wrong := "7"
	if groups[n-1][0] == '7' {
		wrong = "8"
	}
	groups[n-1] = wrong + groups[n-1][1:]
	ts.Check(os.WriteFile(path, []byte(strings.Join(groups, "-")), 0o600))
}

// damage PATTERN flips a bit in the middle of every file whose path matches.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(files) == 0 {
		ts.Fatalf("no file is named like %s", args[0])
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		ts.Check(err)
		data[len(data)/2] ^= 1
		ts.Check(os.Chmod(path, 0o600))
		ts.Check(os.WriteFile(path, data, 0o600))
	}
}
