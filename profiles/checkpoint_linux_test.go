package profiles_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"
)

// Killed while it has the browser stopped, Valise leaves one that goes on and closes by itself: nobody has to wake it.
func TestABrowserDoesNotStayStoppedWhenValiseIsKilled(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	before := c.logIn(site, "ada-4711", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	how := profiles.How{Load: before.Profile, Save: profiles.SaveSame, URLs: []string{site.URL + "/busy"}}
	c.crash(how, func(browser context.Context) {
		if err := testenv.LogIn(browser, site, "bob-4711"); err != nil {
			t.Fatal(err)
		}
		sessions, err := c.Sessions(t.Context())
		if err != nil || len(sessions) != 1 {
			t.Fatalf("%+v, %v", sessions, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		saving := make(chan struct{})
		go func() {
			defer close(saving)
			for ctx.Err() == nil {
				c.SaveNow(ctx, sessions[0].ID)
			}
		}()
		stopped := func(process string) bool { return stateOf(process) == "T" }
		main := browserProcesses(c.home, true)[0]
		testenv.Until(t, "the browser to be stopped for a moment", func() bool {
			for range 1000 {
				if stopped(main) {
					syscall.Kill(sessions[0].PID, syscall.SIGKILL)
					return true
				}
			}
			return false
		})
		stop()
		<-saving
	})
	testenv.Until(t, "the browser to close by itself", func() bool { return len(browserProcesses(c.home, false)) == 0 })
	receipts, err := c.Recover(t.Context())
	if err != nil || len(receipts) != 1 {
		t.Fatalf("recovered %+v, %v", receipts, err)
	}
	if got := c.loggedIn(site, before.Profile); got != "bob-4711" {
		t.Errorf("it is logged in as %q", got)
	}
	c.nothingPlain("bob-4711")
}

// browserProcesses are the directories in /proc of the browsers of a home; main leaves out those of tabs and the like.
func browserProcesses(home profiles.Home, main bool) []string {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var found []string
	for _, line := range lines {
		text, _ := os.ReadFile(line)
		if strings.Contains(string(text), "--user-data-dir="+home.Dir) && !(main && strings.Contains(string(text), "--type=")) {
			found = append(found, filepath.Dir(line))
		}
	}
	return found
}

// stateOf is the letter for the state of a process.
func stateOf(process string) string {
	stat, _ := os.ReadFile(filepath.Join(process, "stat"))
	_, rest, _ := strings.Cut(string(stat), ") ")
	state, _, _ := strings.Cut(rest, " ")
	return state
}
