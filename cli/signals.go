package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that ask a program to end. A terminal window that is closed sends SIGHUP: the browser is then
// closed in order like any other time. Under nohup SIGHUP is ignored, and stays so.
func endings() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
