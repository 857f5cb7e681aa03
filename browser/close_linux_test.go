package browser_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
)

func TestClosingEndsInOrderWhateverThePageDoes(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	for _, page := range []string{"/desk", "/unload"} {
		dir := t.TempDir()
		p := start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + page}})
		tab := tabAt(t, p, site.URL+page)
		// Without a click, a page may not ask before it is left.
		if err := chromedp.Do(tab, chromedp.Click(chromedp.CSS("h1"))); err != nil {
			t.Fatal(err)
		}
		if how := p.Close(t.Context()); how != browser.ClosedByUs || !how.Orderly() || p.Ending() != how {
			t.Errorf("%s: %v", page, how)
		}
		if left := treeOf(p); len(left) > 0 {
			t.Errorf("%s: processes are left: %v", page, left)
		}
	}
}

func TestABrowserThatHangsIsKilled(t *testing.T) {
	p := start(t, chromium(t), browser.Options{Dir: t.TempDir()})
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if how := p.Close(hurried()); how != browser.Killed || how.Orderly() {
		t.Errorf("the browser was %v", how)
	}
	if left := treeOf(p); len(left) > 0 {
		t.Errorf("processes are left: %v", left)
	}
}

func TestTheEndingTellsHowABrowserEndedByItself(t *testing.T) {
	b := chromium(t)
	for signal, want := range map[syscall.Signal]browser.Ending{
		syscall.SIGINT:  browser.ClosedByPerson, // in order
		syscall.SIGTERM: browser.Terminated,
		syscall.SIGKILL: browser.Killed,
		syscall.SIGSEGV: browser.Killed,
	} {
		p := start(t, b, browser.Options{Dir: t.TempDir()})
		if p.Ending() != 0 {
			t.Errorf("it runs, and was %v", p.Ending())
		}
		if err := syscall.Kill(p.PID(), signal); err != nil {
			t.Fatal(err)
		}
		<-p.Done()
		if how := p.Ending(); how != want {
			t.Errorf("%v: %v, want %v", signal, how, want)
		}
	}
}

func TestManyMayCloseAtOnce(t *testing.T) {
	p := start(t, chromium(t), browser.Options{Dir: t.TempDir()})
	endings := make(chan browser.Ending)
	for range 3 {
		go func() { endings <- p.Close(context.Background()) }()
	}
	for range 3 {
		if how := <-endings; how != browser.ClosedByUs {
			t.Error(how)
		}
	}
}

// tabAt waits for a tab that shows an address and attaches to it.
func tabAt(t *testing.T, p *browser.Process, address string) context.Context {
	t.Helper()
	ctx := drive(t, p)
	var tab context.Context
	testenv.Until(t, "a tab with "+address, func() bool {
		infos, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range infos {
			if info.Type == "page" && info.URL == address {
				var cancel context.CancelFunc
				tab, cancel = chromedp.NewContext(ctx, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
				t.Cleanup(cancel)
				return true
			}
		}
		return false
	})
	ready, cancel := context.WithTimeout(tab, 30*time.Second)
	t.Cleanup(cancel)
	if err := chromedp.Do(ready, chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil {
		t.Fatal(err)
	}
	return tab
}
