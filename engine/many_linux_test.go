package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"valise/engine"
	"valise/internal/testenv"
)

// sessionsInTurn is how many there are; VALISE_SESSIONS asks for another number.
func sessionsInTurn(t *testing.T) int {
	if asked := os.Getenv("VALISE_SESSIONS"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return 8
}

func TestManySessionsInTurnAreAllSavedAndLeaveNothing(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	profile := s.logIn("true", site, "person-0").ID
	goroutines, memory := runtime.NumGoroutine(), liveBytes()
	n := sessionsInTurn(t)
	for i := range n {
		v, browser := s.start(quoted(profile))
		person, err := testenv.Cookie(browser, site, "hidden")
		if want := fmt.Sprintf("person-%d", i); err != nil || person != want {
			t.Fatalf("session %d finds %q logged in, want %q: %v", i+1, person, want, err)
		}
		if err := testenv.LogIn(browser, site, fmt.Sprintf("person-%d", i+1)); err != nil {
			t.Fatal(err)
		}
		s.end(v)
	}
	if h := s.history(profile); len(h) != n+1 && n < 20 { // beyond that retention takes the older ones
		t.Errorf("%d sessions made %d snapshots", n, len(h)-1)
	}
	if left, err := os.ReadDir(filepath.Join(s.home.Dir, "sessions")); err != nil || len(left) > 0 {
		t.Errorf("folders of sessions are left: %v, %v", left, err)
	}
	if left := browsersOf(t, s.home.Dir); len(left) > 0 {
		t.Errorf("browsers are left: %v", left)
	}
	// The tests' own connections come and go a little.
	if !testenv.Within(time.Minute, func() bool { return runtime.NumGoroutine() <= goroutines+10 }) {
		t.Errorf("there were %d goroutines, and now there are %d", goroutines, runtime.NumGoroutine())
	}
	const allowance = 16 << 20
	if now := liveBytes(); now > memory+allowance {
		t.Errorf("%d bytes were alive, and now %d are", memory, now)
	}
	t.Logf("%d sessions: %d goroutines before and %d after, %d kB alive before and %d kB after",
		n, goroutines, runtime.NumGoroutine(), memory>>10, liveBytes()>>10)
}

// liveBytes are those that are in use after a collection.
func liveBytes() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// browsersOf are the processes whose command line has a path below a folder.
func browsersOf(t *testing.T, dir string) []string {
	t.Helper()
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range commands {
		if command, err := os.ReadFile(path); err == nil && strings.Contains(string(command), dir) {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}
