package browser

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// stopPatience is how long a process may take to stop: one that waits for the disk goes on until that has answered.
const stopPatience = 500 * time.Millisecond

func still(sessionDir string, do func() error) (pause time.Duration, err error) {
	stopped := map[int]bool{}
	seen := map[int]bool{}
	found := unseenProcesses(sessionDir, seen)
	began := time.Now()
	defer func() {
		for pid := range stopped {
			syscall.Kill(pid, syscall.SIGCONT)
		}
		pause = time.Since(began)
	}()
	// What was forked before its parent stopped is found by the next look, which has only new processes to look at.
	for ; len(found) > 0; found = unseenProcesses(sessionDir, seen) {
		for _, p := range found {
			if syscall.Kill(p.pid, syscall.SIGSTOP) == nil {
				stopped[p.pid] = true
			}
		}
		for _, p := range found {
			if !waitUntilStopped(p.pid, began.Add(stopPatience)) {
				return 0, errRunsOn
			}
		}
	}
	if len(stopped) == 0 {
		return 0, errNoneThere
	}
	return 0, do()
}

// waitUntilStopped waits until every thread of a process has stopped, or is gone.
func waitUntilStopped(pid int, deadline time.Time) bool {
	directory := "/proc/" + strconv.Itoa(pid) + "/task/"
	resting := map[string]bool{}
	for {
		threads, err := readNames(directory)
		if err != nil {
			return true // the process has ended
		}
		all := true
		for _, thread := range threads {
			if resting[thread] {
				continue
			}
			if resting[thread] = restsNow(directory + thread + "/stat"); !resting[thread] {
				all = false
			}
		}
		if all {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// restsNow reads the state of a thread: the letter behind the name, which may itself have any letter and parenthesis.
func restsNow(stat string) bool {
	line, err := os.ReadFile(stat)
	if err != nil {
		return true
	}
	_, state, ok := bytes.Cut(line[max(bytes.LastIndexByte(line, ')'), 0):], []byte(") "))
	if !ok || len(state) == 0 {
		return true
	}
	switch state[0] {
	case 'T', 't', 'Z', 'X':
		return true
	}
	return false
}

// wake lets the processes of a session go on that a Valise which was killed had stopped.
func wake(sessionDir string) {
	for _, p := range processes(sessionDir) {
		syscall.Kill(p.pid, syscall.SIGCONT)
	}
}
