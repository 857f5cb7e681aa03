//go:build faults

package fault

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// What the environment may ask of the process.
const (
	logVariable   = "VALISE_FAULT_LOG"   // a file that gets a line for each point that is passed, and one for a death
	pointVariable = "VALISE_FAULT"       // "POINT#N": something dies at the N-th passing of this point
	killsVariable = "VALISE_FAULT_KILLS" // what: "app" (this process), "browser" (all processes of the home's sessions), "both"
)

var (
	mu     sync.Mutex
	passed = map[string]int{}
)

// Point is a step between two others, named as a part of the story: "saving: the snapshot is written".
func Point(name string) {
	mu.Lock()
	defer mu.Unlock()
	passed[name]++
	here := fmt.Sprintf("%s#%d", name, passed[name])
	if os.Getenv(logVariable) != "" {
		with := "alone"
		if len(browsers()) > 0 {
			with = "browser"
		}
		note("passed", here, with)
	}
	if os.Getenv(pointVariable) == here {
		die(here, os.Getenv(killsVariable))
	}
}

func die(here, who string) {
	note("died", here, who)
	if who == "browser" || who == "both" {
		for all := browsers(); len(all) > 0; all = browsers() { // until nobody has been started meanwhile
			for _, pid := range all {
				syscall.Kill(pid, syscall.SIGKILL)
			}
			if who == "both" {
				break // before this process can see its browser go
			}
		}
	}
	if who == "app" || who == "both" {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// note writes a line of what, where and who, with tabs between them.
func note(what, where, who string) {
	log, err := os.OpenFile(os.Getenv(logVariable), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return
	}
	defer log.Close()
	fmt.Fprintf(log, "%s\t%s\t%s\n", what, where, who)
}

// browsers are all processes of the browsers that run in sessions of this home, by their command lines. One that is dead and
// not yet waited for has none.
func browsers() []int {
	sessions := filepath.Join(os.Getenv("VALISE_HOME"), "sessions") + "/"
	entries, _ := os.ReadDir("/proc")
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if bytes.Contains(line, []byte("--user-data-dir="+sessions)) || bytes.Contains(line, []byte("--database="+sessions)) {
			found = append(found, pid)
		}
	}
	return found
}
