//go:build unix

package browser

import "syscall"

// ownGroup keeps the signals of a terminal away from the browser.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// interrupt asks a browser to close as if its last window were closed.
func interrupt(pid int) error { return syscall.Kill(pid, syscall.SIGINT) }

// terminate asks a browser to end at once, as the end of a desktop session does.
func terminate(pid int) error { return syscall.Kill(pid, syscall.SIGTERM) }

func kill(pid int) error { return syscall.Kill(pid, syscall.SIGKILL) }
