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
func processes(sessionDir string) []process { return unseenProcesses(sessionDir, map[int]bool{}) }

// unseenProcesses are those that are not among seen, and adds every process of the computer to that. A process that was
// looked at stays what it is: a fork begins with the command line of its parent.
func unseenProcesses(sessionDir string, seen map[int]bool) []process {
	profile := []byte("--user-data-dir=" + UserDataDir(sessionDir))
	crashes := []byte("--database=" + crashDir(sessionDir))
	names, _ := readNames("/proc")
	var found []process
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == os.Getpid() || seen[pid] {
			continue
		}
		seen[pid] = true
		line, err := os.ReadFile(filepath.Join("/proc", name, "cmdline")) // empty for a zombie
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

func readNames(directory string) ([]string, error) {
	d, err := os.Open(directory)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
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
