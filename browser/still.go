package browser

import (
	"errors"
	"time"
)

// Still calls do while no process of this browser runs, and lets them go on as soon as do returns, whatever it returns
// and if it panics. Meanwhile the profile directory is at rest, as after a crash; the person notices a pause, which is
// as long as Still says.
//
// On Linux the processes are stopped by SIGSTOP. If this program is killed meanwhile, they do not stay so: a process
// group that is orphaned with stopped processes in it gets SIGHUP, which a browser takes as being asked to close, and
// SIGCONT by the kernel (POSIX, _exit); and WaitGone begins with waking them. On other systems do is called while the
// browser runs: what it copies may be of different moments.
func (p *Process) Still(do func() error) (pause time.Duration, err error) {
	select {
	case <-p.done:
		return 0, errGone
	default:
	}
	return still(p.dir, do)
}

var (
	errGone      = errors.New("the browser has ended")
	errRunsOn    = errors.New("the browser could not be stopped for a moment")
	errNoneThere = errors.New("the processes of the browser were not found")
)
