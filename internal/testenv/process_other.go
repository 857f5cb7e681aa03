//go:build !linux

package testenv

import "os/exec"

// dieWithParent does nothing where the kernel offers no such thing: there the Cleanup of Start alone ends processes.
func dieWithParent(*exec.Cmd) {}
