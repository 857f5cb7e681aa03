package browser

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

// process is one process of a browser.
type process struct {
	pid  int
	main bool // the browser itself; the others are those of its tabs, its network, its crash handling
}

// processes lists the processes of the browser of a session: each names the profile directory on its command line.
func processes(sessionDir string) []process {
	profile := []byte("--user-data-dir=" + UserDataDir(sessionDir) + "\x00")
	all, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil {
		return nil
	}
	var found []process
	for _, p := range all {
		pid := int(p.Proc.P_pid)
		args, err := unix.SysctlRaw("kern.procargs2", pid)
		if err != nil || pid == os.Getpid() || !bytes.Contains(args, profile) {
			continue
		}
		found = append(found, process{pid, !bytes.Contains(args, []byte("\x00--type="))})
	}
	return found
}
