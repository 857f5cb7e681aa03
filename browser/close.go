package browser

import (
	"context"
	"time"

	"valise/internal/fault"

	"github.com/chromedp/cdproto"
	cdpbrowser "github.com/chromedp/cdproto/browser"
)

// ladder is how a browser is brought to its end: each step is harder than the one before, and has its time.
//
// Browser.close goes first because it alone keeps everything whatever a page does: a signal waits for the person when a page
// asks "leave this site?" or a download runs, and after SIGTERM the cookies of the last half minute are lost.
var ladder = []struct {
	step     Ending
	patience time.Duration
	take     func(*Process) error
}{
	{ClosedByUs, 10 * time.Second, (*Process).askToClose},
	{Interrupted, 5 * time.Second, func(p *Process) error { return interrupt(p.PID()) }},
	{Terminated, 5 * time.Second, func(p *Process) error { return terminate(p.PID()) }},
	{Killed, 0, func(p *Process) error { return p.cmd.Process.Kill() }},
}

// hurriedPatience is what a step gets when the context of Close has ended.
const hurriedPatience = time.Second

// Close ends the browser and returns when its whole process tree is gone: Browser.close, SIGINT or WM_CLOSE, SIGTERM, kill.
// When ctx ends, the steps that are left get a second each.
func (p *Process) Close(ctx context.Context) Ending {
	stop := context.AfterFunc(ctx, func() { p.hurried.Do(func() { close(p.hurry) }) })
	defer stop()
	p.climb.Do(func() { go p.climbLadder() })
	<-p.done
	return p.ending
}

func (p *Process) climbLadder() {
	for _, rung := range ladder {
		select {
		case <-p.done:
			return
		default:
		}
		p.asked.Store(int32(rung.step))
		fault.Point("closing: the browser is about to be asked")
		if err := rung.take(p); err != nil {
			continue // the way is not there on this system, or the process has just gone
		}
		fault.Point("closing: the browser is asked")
		if rung.step == Killed || p.gone(rung.patience) {
			return
		}
	}
}

// gone waits for the end of the browser, for as long as the step has.
func (p *Process) gone(patience time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(patience):
		return false
	case <-p.hurry:
	}
	select {
	case <-p.done:
		return true
	case <-time.After(hurriedPatience):
		return false
	}
}

// askToClose sends Browser.close past the driver, which keeps that command for browsers that it started itself. A stopped
// browser does not empty the pipe, so the write must not hold up the ladder.
func (p *Process) askToClose() error {
	go p.pipe.Write(context.Background(), &cdproto.Message{ID: closeID, Method: cdpbrowser.CommandClose})
	return nil
}

// closeID is a message number that the driver, counting from 1, does not reach.
const closeID = 1<<31 - 1

// watch waits for the end of the browser, whoever brings it about.
func (p *Process) watch() {
	err := p.cmd.Wait()
	fault.Point("closing: the browser has ended")
	endHelpers(p.dir)
	keepSessionStorage(UserDataDir(p.dir))       // an error costs what Chromium drops
	forgetExtensions(UserDataDir(p.dir), p.lent) // an error leaves what the next start clears
	if len(p.taken) > 0 {
		fileAccess(UserDataDir(p.dir), true, p.taken) // an error leaves them without
	}
	clearSocket(p.dir)
	p.ending = p.howItEnded(err == nil)
	p.pipe.Close()
	close(p.done)
}

// howItEnded puts together what was asked of the browser, its exit code, and what it wrote down.
func (p *Process) howItEnded(codeZero bool) Ending {
	asked := Ending(p.asked.Load())
	switch words := lastWords(UserDataDir(p.dir)); {
	case asked == Killed || words == Killed:
		return Killed
	case asked == Terminated || words == Terminated:
		return Terminated
	case !codeZero:
		return Killed
	case asked == 0:
		return ClosedByPerson
	default:
		return asked
	}
}

// helperPatience is how long the processes of tabs, network and crash handling get once the browser itself is gone: they end
// with it, within milliseconds, and hold nothing of the profile that is not written.
const helperPatience = 5 * time.Second

// endHelpers waits until no process of the browser is left. What stays is killed, and waited for once more.
func endHelpers(sessionDir string) {
	if waitForNone(context.Background(), sessionDir, helperPatience) {
		return
	}
	for _, helper := range processes(sessionDir) {
		kill(helper.pid)
	}
	waitForNone(context.Background(), sessionDir, helperPatience)
}

// waitForNone waits until no process of the browser of a session is left, and says whether it came to that.
func waitForNone(ctx context.Context, sessionDir string, patience time.Duration) bool {
	deadline := time.Now().Add(patience)
	for len(processes(sessionDir)) > 0 {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
