package browser

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
)

// join hands the pipes over as inherited handles, named by a flag: Windows has no file descriptors 3 and 4. os.Pipe makes
// handles that every child inherits, so our own ends are taken back first: a pipe that another process holds open would
// not end with this program.
func (w *wire) join(cmd *exec.Cmd) error {
	for _, f := range []*os.File{w.ourCommands, w.ourAnswers, w.ourOutput} {
		if err := syscall.SetHandleInformation(syscall.Handle(f.Fd()), syscall.HANDLE_FLAG_INHERIT, 0); err != nil {
			return err
		}
	}
	in, out := syscall.Handle(w.theirCommands.Fd()), syscall.Handle(w.theirAnswers.Fd())
	cmd.SysProcAttr.AdditionalInheritedHandles = []syscall.Handle{in, out}
	cmd.Args = slices.Insert(cmd.Args, 1, fmt.Sprintf("--remote-debugging-io-pipes=%d,%d", in, out))
	return nil
}
