package testenv

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the process when the test program dies, by a panic or a time limit for instance.
func dieWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
