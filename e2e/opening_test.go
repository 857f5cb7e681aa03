package e2e

import (
	"fmt"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
)

// The ways of opening, on one computer: what each loads, and where it saves to.
func TestWhereSessionsSaveTo(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	before := c.history("Shop")

	t.Run("a throwaway saves nothing", func(t *testing.T) {
		c := c.in(t)
		if printed := c.logIn(site, "bob-4711", "open", "Shop", "--throwaway"); !strings.Contains(printed, "Shop: throwaway closed, nothing saved") {
			t.Errorf("it says %q", printed)
		}
		if now := c.history("Shop"); !reflect.DeepEqual(now, before) {
			t.Errorf("the history is %v, was %v", now, before)
		}
		if found := traces(t, c.dir, "bob-4711"); len(found) > 0 {
			t.Errorf("left of it: %v", found)
		}
	})

	t.Run("a profile is open for saving once", func(t *testing.T) {
		c := c.in(t)
		s := c.open("open", "Shop")
		refused(t, c.valise("open", "Shop", "--headless"), 4, `"Shop" is open on`, `valise stop "Shop"`)
		refused(t, c.valise("trash", "Shop"), 4, `"Shop" is open on`)
		refused(t, c.valise("rollback", "Shop", before[0].ID), 4, `"Shop" is open on`)
		if who := c.loggedIn(site, "Shop"); who != "ada" {
			t.Errorf("a throwaway beside it is logged in as %q", who)
		}
		if who := s.loggedIn(site); who != "ada" {
			t.Errorf("after all that it is logged in as %q", who)
		}
		c.does("stop", "Shop")
		s.over()
	})

	t.Run("saving as new and forking leave the original", func(t *testing.T) {
		c := c.in(t)
		was := c.history("Shop")
		c.logIn(site, "bob", "open", "Shop", "--save-as", "Bob's shop")
		c.does("fork", "Bob's shop", "Copy")
		if now := c.history("Shop"); !reflect.DeepEqual(now, was) {
			t.Errorf("the history of the original is %v, was %v", now, was)
		}
		for name, person := range map[string]string{"Shop": "ada", "Bob's shop": "bob", "Copy": "bob"} {
			if who := c.loggedIn(site, name); who != person {
				t.Errorf("%s is logged in as %q, want %q", name, who, person)
			}
		}
	})

	t.Run("saving over another keeps what that had in its history", func(t *testing.T) {
		c := c.in(t)
		was := c.profile("Copy")
		s := c.open("open", "Shop", "--save-over", "Copy")
		if printed := s.interrupt(); !strings.Contains(printed, "Copy: saved ") {
			t.Errorf("the receipt is %q", printed)
		}
		if now := c.history("Copy"); len(now) != 2 || now[1].ID != was.Newest || now[0].Parent != was.Newest {
			t.Errorf("the history is %+v, the newest was %s", now, was.Newest)
		}
		if who := c.loggedIn(site, "Copy"); who != "ada" {
			t.Errorf("saved over, it is logged in as %q", who)
		}
		if who := c.loggedIn(site, "Copy", "--at", was.Newest); who != "bob" {
			t.Errorf("the snapshot before is logged in as %q", who)
		}
	})
	c.leavesNothing()
}

func TestRollBackBringsTheEarlierLoginBack(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	ada := c.profile("Shop").Newest
	c.logIn(site, "bob", "open", "Shop")
	bob := c.profile("Shop").Newest

	// Nothing of ada's is mixed with bob's, and each is there by the name of the snapshot.
	if who := c.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("opened at the first snapshot, it is logged in as %q", who)
	}
	if who := c.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("opened at the newest snapshot, it is logged in as %q", who)
	}

	c.does("rollback", "Shop", ada)
	if h := c.history("Shop"); len(h) != 3 || h[0].Ended != "rolled back" || h[0].Parent != bob || h[1].ID != bob || h[2].ID != ada {
		t.Errorf("rolled back, the history is %+v", h)
	}
	if who := c.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("rolled back, it is logged in as %q", who)
	}

	c.does("rollback", "Shop", bob)
	if who := c.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("rolled forth, it is logged in as %q", who)
	}
}

// However it is asked to end, the command closes the browser in order and saves: Ctrl-C, kill, a terminal that is closed,
// and stop from another process.
func TestEveryWayToEndASessionSaves(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "nobody", "new", "Shop")
	last := "nobody"
	for name, end := range map[string]func(*session){
		"SIGINT":    func(s *session) { s.Signal(t, syscall.SIGINT) },
		"SIGTERM":   func(s *session) { s.Signal(t, syscall.SIGTERM) },
		"SIGHUP":    func(s *session) { s.Signal(t, syscall.SIGHUP) },
		"stop--all": func(*session) { c.does("stop", "--all") },
	} {
		s := c.open("open", "Shop")
		if who := s.loggedIn(site); who != last {
			t.Errorf("before %s, it is logged in as %q, want %q", name, who, last)
		}
		s.logIn(site, name)
		end(s)
		if printed := s.over(); !strings.Contains(printed, "Shop: saved 1 site") {
			t.Errorf("after %s, the receipt is %q", name, printed)
		}
		c.leavesNothing()
		last = name
	}
	if who := c.loggedIn(site, "Shop"); who != last {
		t.Errorf("in the end, it is logged in as %q, want %q", who, last)
	}
	for _, s := range c.history("Shop") {
		if s.Ended != "clean" {
			t.Errorf("a snapshot says that its session ended %q", s.Ended)
		}
	}
}

// A command gets the logged-in browser by VALISE_CDP_URL, and gives its exit code.
func TestRunGivesACommandTheLoggedInBrowser(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")

	// The command waits until the test, which stands for a driver, has done its work.
	line := `echo "DevTools listening on $VALISE_CDP_URL"; read go; exit 7`
	cmd := c.command("run", "Shop", "--", "sh", "-c", line)
	work, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := c.session(cmd)
	if who := s.loggedIn(site); who != "ada" {
		t.Errorf("the command's browser is logged in as %q", who)
	}
	s.logIn(site, "bob")
	fmt.Fprintln(work, "go")
	if code := exitCode(t, s.Wait()); code != 7 {
		t.Errorf("it ended with code %d: %s", code, s.Output())
	}
	if who := c.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("what the command did is not saved: it is logged in as %q", who)
	}
	refused(t, c.valise("run", "Shop", "--", "no-such-command"), 127, "the command cannot be run", exec.ErrNotFound.Error())
	c.leavesNothing()
}

// refused checks how a command failed: its exit code, and that it says each of the words, in one line and a next step
// on standard error, and nothing on standard output.
func refused(t *testing.T, a answer, code int, says ...string) {
	t.Helper()
	if a.code != code {
		t.Errorf("it ended with code %d, want %d: %s%s", a.code, code, a.out, a.err)
	}
	for _, words := range says {
		if !strings.Contains(a.err, words) {
			t.Errorf("it does not say %q:\n%s", words, a.err)
		}
	}
	what, next, _ := strings.Cut(a.err, "\n")
	if !strings.HasPrefix(what, "valise: ") || strings.TrimSpace(next) == "" {
		t.Errorf("that is no error with a next step:\n%s", a.err)
	}
	if a.out != "" {
		t.Errorf("an error, and yet on standard output:\n%s", a.out)
	}
}
