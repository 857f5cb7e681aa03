package browser_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"valise/browser"
	"valise/internal/testenv"
)

// doomed names, in the environment of the test program itself, the session directory in which it is to be a program with a browser.
const doomed = "BROWSER_TEST_DOOMED"

func TestMain(m *testing.M) {
	if dir := os.Getenv(doomed); dir != "" {
		waitForDeath(dir, os.Args[1])
	}
	os.Exit(m.Run())
}

// waitForDeath starts a browser, prints "ready", and waits until it is killed.
func waitForDeath(dir, chromium string) {
	p, err := browser.Start(context.Background(), browser.Browser{Path: chromium}, browser.Options{
		Dir: dir, Headless: true, Port: true, Log: io.Discard})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(p.WebSocketURL())
	select {}
}

func TestTheBrowserClosesInOrderWhenThisProgramIsKilled(t *testing.T) {
	path, site := testenv.Chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), doomed+"="+dir)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, _ := bufio.NewReader(output).ReadString('\n')
	if !strings.HasPrefix(address, "ws://") {
		t.Fatal(address)
	}
	if err := testenv.LogIn(testenv.Attach(t, strings.TrimSpace(address)), site, "alice"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()

	how, err := browser.WaitGone(t.Context(), dir, 20*time.Second)
	if err != nil || how != browser.ClosedByUs {
		t.Fatalf("%v, %v", how, err)
	}
	p := start(t, chromium(t), browser.Options{Dir: carryOver(t, dir)})
	page, err := testenv.ReadPage(drive(t, p), site)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := page.CookieHeader, site.Filled("alice").CookieHeader; got != want {
		t.Errorf("cookies %q, want %q", got, want)
	}
}

func TestABrowserThatStaysIsEndedWhenPatienceIsOver(t *testing.T) {
	dir := t.TempDir()
	p := start(t, chromium(t), browser.Options{Dir: dir})
	if how, err := browser.WaitGone(t.Context(), dir, 0); err != nil || !how.Orderly() {
		t.Errorf("%v, %v", how, err)
	}
	<-p.Done()
}

// Valise may have died while it had the browser stopped, for a checkpoint.
func TestAStoppedBrowserGoesOnAndEndsInOrder(t *testing.T) {
	dir := t.TempDir()
	p := start(t, chromium(t), browser.Options{Dir: dir})
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if how, err := browser.WaitGone(t.Context(), dir, 0); err != nil || !how.Orderly() {
		t.Errorf("%v, %v", how, err)
	}
	<-p.Done()
}

func TestABrowserThatRunsIsLeftAloneWhenTheWaitIsCancelled(t *testing.T) {
	dir := t.TempDir()
	p := start(t, chromium(t), browser.Options{Dir: dir})
	if how, err := browser.WaitGone(hurried(), dir, time.Hour); err == nil {
		t.Error(how)
	}
	if how := p.Close(t.Context()); how != browser.ClosedByUs {
		t.Error(how)
	}
}
