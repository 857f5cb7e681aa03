package e2e

import (
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
)

// A browser that is saved while it runs can be opened as it was then, also when everything is killed afterwards.
func TestSavingARunningBrowser(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	s := c.open("new", "Shop")
	s.logIn(site, "ada")
	if a := c.does("save", "Shop"); !strings.HasPrefix(a.err, "Shop: checkpointed 1 site, ") {
		t.Errorf("saving says %q", a.err)
	}
	h := c.history("Shop")
	if len(h) != 1 || h[0].Ended != "checkpoint" || h[0].Newest || h[0].Branch {
		t.Fatalf("the history is %+v", h)
	}
	s.Signal(t, syscall.SIGSTOP) // it must not see the browser go
	for pid := range c.processes() {
		if pid != s.Pid() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	s.kill()
	c.does("list")
	if h := c.history("Shop"); len(h) != 2 || h[0].Ended != "recovered" || h[1].Ended != "checkpoint" {
		t.Errorf("after a crash the history is %+v", h)
	}
	if who := c.loggedIn(site, "Shop", "--at", h[0].ID); who != "ada" {
		t.Errorf("the checkpoint is logged in as %q", who)
	}
	c.leavesNothing()
	if a := c.valise("save", "Shop"); a.code != 3 {
		t.Errorf("saving what does not run ends with code %d: %s", a.code, a.err)
	}
}
