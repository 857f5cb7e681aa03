package browser_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
)

func TestWhileItIsStillNoProcessRunsAndAfterwardsAllDo(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/busy"}})
	tab := tabAt(t, p, site.URL+"/busy")

	failure := errors.New("a failure")
	for name, do := range map[string]func() error{
		"it ends well": func() error { return nil },
		"it fails":     func() error { return failure },
		"it panics":    func() error { panic(failure) },
	} {
		tree := treeOf(p)
		err := stillAndCaught(p, func() error {
			for _, pid := range tree {
				if state := stateOf(pid); state != "T" {
					t.Errorf("%s: process %s is in state %s", name, pid, state)
				}
			}
			return do()
		})
		if (err == nil) != (name == "it ends well") || err != nil && !errors.Is(err, failure) {
			t.Errorf("%s: %v", name, err)
		}
		before := turns(t, tab)
		testenv.Until(t, "the page to go on", func() bool { return turns(t, tab) > before })
		for _, pid := range treeOf(p) {
			if stateOf(pid) == "T" {
				t.Errorf("%s: process %s stays stopped", name, pid)
			}
		}
	}
	if how := p.Close(t.Context()); how != browser.ClosedByUs {
		t.Errorf("afterwards it was %v", how)
	}
	if _, err := p.Still(func() error { return nil }); err == nil {
		t.Error("a browser that is gone was still")
	}
}

// stillAndCaught is Still with a panic as its error.
func stillAndCaught(p *browser.Process, do func() error) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = caught.(error)
		}
	}()
	_, err = p.Still(do)
	return err
}

func turns(t *testing.T, tab context.Context) int {
	t.Helper()
	n, err := chromedp.Run(tab, chromedp.Evaluate[int]("turn"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// stateOf is the letter for the state of a process; "" when it is gone.
func stateOf(pid string) string {
	raw, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := strings.Cut(string(raw), ") ")
	state, _, _ := strings.Cut(rest, " ")
	return state
}

func TestABrowserThatWasLeftStoppedIsWokenAndCloses(t *testing.T) {
	dir := t.TempDir()
	p := start(t, chromium(t), browser.Options{Dir: dir})
	for _, pid := range treeOf(p) {
		signal(t, pid, syscall.SIGSTOP)
	}
	// The pipe is still open, so it closes when it is told to.
	how, err := browser.WaitGone(t.Context(), dir, 0)
	if err != nil || !how.Orderly() {
		t.Errorf("it was %v, %v", how, err)
	}
}

func TestFlushedCookiesSurviveAKill(t *testing.T) {
	b, site, dir := chromium(t), testenv.NewSite(t), t.TempDir()
	p := start(t, b, browser.Options{Dir: dir})
	if err := testenv.LogIn(drive(t, p), site, "ada"); err != nil {
		t.Fatal(err)
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, pid := range treeOf(p) {
		signal(t, pid, syscall.SIGKILL)
	}
	<-p.Done()
	page, err := testenv.ReadPage(drive(t, start(t, b, browser.Options{Dir: dir})), site)
	if err != nil || page.Cookies()["lasting"] != "ada" {
		t.Errorf("it is logged in as %q, %v", page.Cookies()["lasting"], err)
	}
}

func signal(t *testing.T, pid string, s syscall.Signal) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err == nil {
		err = syscall.Kill(n, s)
	}
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
}
