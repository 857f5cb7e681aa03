package ui

import (
	"context"
	"time"

	"valise/profiles"

	"fyne.io/fyne/v2"
)

// How long the end of the program may take, where that is not up to the person: at a signal, at the end of the desktop
// session. A saving that has begun is always waited for.
const (
	lastSaving = 90 * time.Second // browsers are closed
	lastSync   = 3 * time.Second  // what was saved then may be sent
	lastWait   = 8 * time.Second  // each other thing
)

// end is the program's last act, when the screen is gone: after a signal there may be sessions left to close and save.
func (p *program) end() {
	p.main.close()
	p.within(lastWait, "keeping the window's size", func() error { return p.home.ChangeSettings(p.window.keepSize) })
	p.within(lastWait, "leaving the library in order", func() error { p.turning.Wait(); return nil })
	lib := p.lib.Swap(nil)
	if lib == nil {
		return
	}
	if p.desk != nil {
		p.desk.leave()
	}
	p.endSessions(lib)
	p.within(lastWait, "closing the library", lib.Close)
}

// endSessions closes and saves the sessions of this process.
func (p *program) endSessions(lib *profiles.Library) {
	ctx, cancel := context.WithTimeout(context.Background(), lastSaving)
	defer cancel()
	running, err := lib.Sessions(ctx)
	if err != nil {
		p.log.Error("the sessions could not be listed at the end", "error", err)
		return
	}
	var here []profiles.SessionInfo
	for _, s := range running {
		if s.Here {
			here = append(here, s)
		}
	}
	if len(here) == 0 {
		return
	}
	if err := stopAll(ctx, lib, here, nil); err != nil {
		p.log.Error("a session could not be saved at the end", "error", err)
	}
	p.lastSync(lib)
}

// lastSync gives what was just saved a chance to be sent.
func (p *program) lastSync(lib *profiles.Library) {
	ctx, cancel := context.WithTimeout(context.Background(), lastSync)
	defer cancel()
	if _, err := lib.Sync(ctx); err != nil {
		p.log.Info("not everything was sent before the end", "error", err)
	}
}

// within does something that the end of the program does not wait for without a limit.
func (p *program) within(limit time.Duration, what string, do func() error) {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		if err != nil {
			p.log.Warn(what, "error", err)
		}
	case <-time.After(limit):
		p.log.Warn(what, "error", "given up after "+limit.String())
	}
}

// turn is later for what opens, closes or exchanges the library. The end of the program waits for it, so that it is not
// cut off in the middle.
func turn[T any](p *program, work func(context.Context) (T, error), then func(T, error)) {
	p.turning.Add(1)
	later(p.main, func(ctx context.Context) (T, error) {
		defer p.turning.Done()
		return work(ctx)
	}, then)
}

// turnDo is turn for work that has no result but its error.
func turnDo(p *program, work func(context.Context) error, then func(error)) {
	turn(p, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) },
		func(_ struct{}, err error) { then(err) })
}

// forgetStopHook takes away the hook that Fyne would call when its loop has ended, and sometimes waits for without end:
// the hook is queued for the main goroutine just before that stops taking from the queue, and where the system lets the
// other goroutine run in between, nobody calls it and Lifecycle.WaitForEvents does not return (v2.8.1, runGL in
// internal/driver/glfw/loop.go). The hook writes Fyne's preferences, of which Valise has none.
func forgetStopHook(l fyne.Lifecycle) {
	if hooks, has := l.(interface{ SetOnStoppedHookExecuted(func()) }); has {
		hooks.SetOnStoppedHookExecuted(nil)
	}
}
