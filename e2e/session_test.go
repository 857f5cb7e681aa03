package e2e

import (
	"context"
	"os/exec"
	"regexp"
	"syscall"

	"valise/internal/testenv"
)

// session is a valise command that has opened a browser and waits for its end.
type session struct {
	*testenv.Process
	computer *computer
	address  string // of the browser's DevTools
}

// open starts a command that opens a browser without a window, and returns when the browser is there.
func (c *computer) open(args ...string) *session {
	c.t.Helper()
	return c.openWindow(append(args, "--headless")...)
}

// openWindow starts a command that opens a browser with a window; it needs a screen: with(screen.Env()...).
func (c *computer) openWindow(args ...string) *session {
	c.t.Helper()
	return c.session(c.command(append(args, "--cdp")...))
}

var listening = regexp.MustCompile(`(?m)^DevTools listening on (ws://127\.0\.0\.1:\S+)$`)

// session starts a command, and waits for the line in which it says where its browser is.
func (c *computer) session(cmd *exec.Cmd) *session {
	c.t.Helper()
	s := c.attempt(cmd)
	if s.address == "" {
		c.t.Fatalf("the command has ended, with %v: %s", s.Wait(), s.Output())
	}
	return s
}

// attempt is session for a command that may fail: then it has ended, and there is no address.
func (c *computer) attempt(cmd *exec.Cmd) *session {
	c.t.Helper()
	s := c.begin(cmd)
	s.awaitBrowser()
	return s
}

// begin starts a command that opens a browser.
func (c *computer) begin(cmd *exec.Cmd) *session {
	c.t.Helper()
	return &session{Process: testenv.Start(c.t, cmd), computer: c}
}

// awaitBrowser waits until the browser is there; false: the command has ended without.
func (s *session) awaitBrowser() bool {
	s.computer.t.Helper()
	ended := make(chan struct{})
	go func() {
		s.Wait()
		close(ended)
	}()
	testenv.Until(s.computer.t, "the browser", func() bool {
		if line := listening.FindStringSubmatch(s.Output()); line != nil {
			s.address = line[1]
			return true
		}
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	return s.address != ""
}

// browser is a chromedp context that drives the session's browser.
func (s *session) browser() context.Context {
	s.computer.t.Helper()
	return testenv.Attach(s.computer.t, s.address)
}

// logIn has a person log in at the site.
func (s *session) logIn(site *testenv.Site, person string) {
	s.computer.t.Helper()
	if err := testenv.LogIn(s.browser(), site, person); err != nil {
		s.computer.t.Fatal(err)
	}
}

// loggedIn is whom the site takes its visitor for.
func (s *session) loggedIn(site *testenv.Site) string {
	s.computer.t.Helper()
	page, err := testenv.ReadPage(s.browser(), site)
	if err != nil {
		s.computer.t.Fatal(err)
	}
	return page.Cookies()["lasting"]
}

// interrupt presses Ctrl-C, and returns what the command has printed when it is over.
func (s *session) interrupt() string {
	s.computer.t.Helper()
	s.Signal(s.computer.t, syscall.SIGINT)
	return s.over()
}

// over waits for the end of a session that is saved.
func (s *session) over() string {
	s.computer.t.Helper()
	if code := exitCode(s.computer.t, s.Wait()); code != 0 {
		s.computer.t.Fatalf("the session ended with code %d: %s", code, s.Output())
	}
	return s.Output()
}

// logIn is a session in which a person logs in and is gone at once. It returns what the command printed.
func (c *computer) logIn(site *testenv.Site, person string, args ...string) string {
	c.t.Helper()
	s := c.open(args...)
	s.logIn(site, person)
	return s.interrupt()
}

// loggedIn opens a throwaway of a profile, and says whom the site takes its visitor for.
func (c *computer) loggedIn(site *testenv.Site, profile string, flags ...string) string {
	c.t.Helper()
	s := c.open(append([]string{"open", profile, "--throwaway"}, flags...)...)
	defer s.interrupt()
	return s.loggedIn(site)
}
