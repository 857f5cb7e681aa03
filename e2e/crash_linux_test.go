package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
)

// Killed with a session running, valise leaves a browser that closes by itself; the next command saves what it left.
func TestAfterACrashTheNextCommandFindsTheLogin(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)

	s := c.open("new", "Shop")
	s.logIn(site, "ada")
	s.kill()
	testenv.Until(t, "the browser to close by itself", func() bool { return len(c.processes()) == 0 })
	if a := c.does("list"); !strings.HasPrefix(a.err, "recovered: Shop: saved 1 site") {
		t.Errorf("the next command says %q", a.err)
	}
	c.leavesNothing()

	// The next command need not wait until the browser is gone: opening comes after recovering.
	s = c.open("open", "Shop")
	s.logIn(site, "bob")
	s.kill()
	s = c.open("open", "Shop")
	if !strings.Contains(s.Output(), "recovered: Shop: saved 1 site") {
		t.Errorf("the next command says %q", s.Output())
	}
	if who := s.loggedIn(site); who != "bob" {
		t.Errorf("after the crash it is logged in as %q", who)
	}
	s.interrupt()

	h := c.history("Shop")
	if len(h) < 2 || h[len(h)-1].Ended != "recovered" || h[len(h)-2].Ended != "recovered" {
		t.Fatalf("the history is %+v", h)
	}
	if who := c.loggedIn(site, "Shop", "--at", h[len(h)-1].ID); who != "ada" {
		t.Errorf("the snapshot before is logged in as %q", who)
	}
	c.leavesNothing()
}

// A throwaway that was killed saves nothing, and is wiped by the next command.
func TestAfterACrashNothingIsLeftOfAThrowaway(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	s := c.open("open", "Shop", "--throwaway")
	s.logIn(site, "bob-4711")
	s.kill()
	if a := c.does("list"); a.err != "" {
		t.Errorf("the next command says %q", a.err)
	}
	c.leavesNothing()
	if found := traces(t, c.dir, "bob-4711"); len(found) > 0 {
		t.Errorf("left of it: %v", found)
	}
	if h := c.history("Shop"); len(h) != 1 {
		t.Errorf("the history is %+v", h)
	}
}

// When the browser is killed too, what it had not written yet is lost. What it had written is kept, and the snapshot
// before is as it was.
func TestAPowerCutHarmsNoEarlierSnapshot(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	ada := c.profile("Shop").Newest

	s := c.open("open", "Shop")
	s.logIn(site, "bob")
	s.Signal(t, syscall.SIGSTOP) // it must not see the browser go
	for pid := range c.processes() {
		if pid != s.Pid() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	s.kill()

	if a := c.does("list"); !strings.HasPrefix(a.err, "recovered: Shop: ") {
		t.Errorf("the next command says %q", a.err)
	}
	c.leavesNothing()
	h := c.history("Shop")
	if len(h) != 2 || h[0].Ended != "recovered" || h[0].Parent != ada {
		t.Fatalf("the history is %+v", h)
	}
	if who := c.loggedIn(site, "Shop"); who != "ada" && who != "bob" {
		t.Errorf("what was recovered is logged in as %q: neither what was there before nor what was done last", who)
	}
	if who := c.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("the snapshot before is logged in as %q", who)
	}
}

// Killed at any moment of closing and saving, valise loses nothing: the browser closes in order by itself, and the next
// command takes up what was not finished.
func TestAKillWhileSavingLosesNothing(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "nobody", "new", "Shop")
	vault, id := filepath.Join(c.home, "vaults", "*"), c.profile("Shop").ID
	snapshots := func() int { return len(files(t, vault, "profiles", id, "*.valise")) }
	halves := func() int { return len(files(t, vault, ".partial", "*")) } // those of earlier kills too

	last, had, hadHalves := "nobody", 0, 0
	for person, moment := range []func() bool{
		func() bool { return true },                 // at once
		func() bool { return !c.runsABrowser() },    // the browser is gone
		func() bool { return c.aSavingHasBegun() },  // the session's folder says so
		func() bool { return halves() > hadHalves }, // the snapshot is half written
		func() bool { return snapshots() > had },    // it is there, and the folder too
	} {
		s := c.open("open", "Shop")
		if who := s.loggedIn(site); who != last {
			t.Errorf("before kill %d it is logged in as %q, want %q", person, who, last)
		}
		last = fmt.Sprintf("person-%d", person)
		s.logIn(site, last)
		had, hadHalves = snapshots(), halves()
		stop := testenv.Start(t, c.command("stop", "Shop"))
		for !moment() && s.running() {
		}
		s.kill()
		stop.Wait() // it may have its receipt or not
		c.does("list")
		c.leavesNothing()
		if p := c.profile("Shop"); p.State != "saved" {
			t.Errorf("after kill %d the profile is %q", person, p.State)
		}
	}
	h := c.history("Shop")
	if second := h[len(h)-2]; second.Ended != "recovered" { // the later ones may have been finished before the kill
		t.Errorf("the first kill came too late for its purpose: the snapshot after it says %q", second.Ended)
	}
	if who := c.loggedIn(site, "Shop"); who != last {
		t.Errorf("in the end it is logged in as %q, want %q", who, last)
	}
	c.does("vault", "check")
}

// A record that a failing disk has spoilt says nothing any more. What the session held is kept as a profile of its own.
func TestASessionWithoutAReadableRecordIsKept(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	s := c.open("open", "Shop")
	s.logIn(site, "bob")
	s.kill()
	for _, record := range files(t, c.home, "sessions", "*", "session.json") {
		if err := os.Truncate(record, 40); err != nil {
			t.Fatal(err)
		}
	}
	if a := c.does("list"); !strings.HasPrefix(a.err, "recovered: Recovered ") {
		t.Errorf("the next command says %q", a.err)
	}
	c.leavesNothing()
	if who := c.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("the profile is logged in as %q", who)
	}
	for _, p := range c.profiles() {
		if p.Name == "Shop" {
			continue
		}
		if who := c.loggedIn(site, p.ID); who != "bob" {
			t.Errorf("%s is logged in as %q", p.Name, who)
		}
	}
	c.does("vault", "check")
}

// kill ends the command, not its browser, without asking.
func (s *session) kill() {
	syscall.Kill(s.Pid(), syscall.SIGKILL) // an error is that it has just ended by itself
	s.Wait()
}

// running says whether the command has not ended; one that has is without a command line until it is waited for.
func (s *session) running() bool {
	line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.Pid()))
	return len(line) > 0
}

// runsABrowser says whether a browser is there, or what is left of one.
func (c *computer) runsABrowser() bool {
	for _, line := range c.processes() {
		if strings.Contains(line, "--user-data-dir=") || strings.Contains(line, "--type=") {
			return true
		}
	}
	return false
}

// aSavingHasBegun says whether the folder of a session has it written down.
func (c *computer) aSavingHasBegun() bool {
	return slices.ContainsFunc(files(c.t, c.home, "sessions", "*", "session.json"), func(path string) bool {
		record, _ := os.ReadFile(path)
		return strings.Contains(string(record), `"saved_as"`)
	})
}
