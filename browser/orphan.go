package browser

import (
	"context"
	"time"
)

// WaitGone is for a session that was left behind by a crash of Valise: its browser closes in order by itself, within a second
// or two, as soon as it notices. WaitGone waits for that, and after patience ends it: by SIGINT, SIGTERM and kill, a few
// seconds each. One that was stopped, as for a checkpoint, goes on first. It says how the browser ended, ClosedByUs for
// every orderly way; when ctx ends first, its error is returned and the browser left alone.
func WaitGone(ctx context.Context, sessionDir string, patience time.Duration) (Ending, error) {
	userDataDir := UserDataDir(sessionDir)
	wake(sessionDir) // the crash may have been in the middle of Still
	for _, next := range []struct {
		signal   func(pid int) error
		patience time.Duration
	}{
		{func(int) error { return nil }, patience},
		{interrupt, 5 * time.Second},
		{terminate, 5 * time.Second},
		{kill, 5 * time.Second},
	} {
		for _, p := range processes(sessionDir) {
			if p.main {
				next.signal(p.pid)
			}
		}
		if waitForNone(ctx, sessionDir, next.patience) {
			keepSessionStorage(userDataDir) // an error costs what Chromium drops
			clearSocket(sessionDir)
			return lastWords(userDataDir), nil
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	endHelpers(sessionDir)
	clearSocket(sessionDir)
	return Killed, nil
}
