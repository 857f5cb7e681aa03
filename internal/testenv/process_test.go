package testenv

import (
	"os/exec"
	"syscall"
	"testing"
)

func TestStopEndsTheProcessInOrder(t *testing.T) {
	process := Start(t, exec.Command("sh", "-c", "trap 'echo tidied; exit 0' TERM; echo up; while :; do sleep 0.05; done"))
	Until(t, "the script to be up", func() bool { return process.Output() == "up\n" })
	process.Stop()
	if err := process.Wait(); err != nil || process.Output() != "up\ntidied\n" {
		t.Errorf("it ended with %v and printed %q", err, process.Output())
	}
}

func TestSignalReachesTheProcess(t *testing.T) {
	process := Start(t, exec.Command("sleep", "600"))
	process.Signal(t, syscall.SIGKILL)
	if err := process.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Errorf("it ended with %v", err)
	}
}
