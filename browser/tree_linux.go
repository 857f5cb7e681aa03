package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// process is one process of a browser.
type process struct {
	pid  int
	main bool // the browser itself; the others are those of its tabs, its network, its crash handling
}

// processes lists the processes of the browser of a session. Each of them names the profile directory on its command line,
// the crash handler its database; none of them can leave that out, as it can the process group.
func processes(sessionDir string) []process {
	profile := []byte("--user-data-dir=" + UserDataDir(sessionDir))
	crashes := []byte("--database=" + crashDir(sessionDir))
	entries, _ := os.ReadDir("/proc")
	var found []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")) // empty for a zombie
		if err != nil {
			continue
		}
		switch {
		case hasArg(line, profile):
			found = append(found, process{pid, !bytes.Contains(line, []byte("--type="))})
		case hasArg(line, crashes):
			found = append(found, process{pid, false})
		}
	}
	return found
}

// hasArg finds an argument in a command line as /proc has it: arguments end in a zero byte, or, where Chromium has rewritten
// the line of a child, in a blank.
func hasArg(line, arg []byte) bool {
	for {
		i := bytes.Index(line, arg)
		if i < 0 {
			return false
		}
		line = line[i+len(arg):]
		if len(line) == 0 || line[0] == 0 || line[0] == ' ' {
			return true
		}
	}
}
