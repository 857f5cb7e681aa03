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

// howManySessions is how many there are, in turn or at once; VALISE_SESSIONS asks for another number.
func howManySessions(t testing.TB) int {
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
	n := howManySessions(t)
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
	// The first saving makes the coders of zstd, one for each processor, which stay and keep hold of the memory that they were last given:
	// 14 to 26 MB on two processors, after 6 sessions as after 50. What every session leaves behind is to be seen beside that.
	allowance := uint64(24<<20) * uint64(runtime.GOMAXPROCS(0))
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
func browsersOf(t testing.TB, dir string) []string {
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

// BenchmarkSessions starts sessions of a profile with a login, one after the other, and lets them all run, a page open in each. It tells
// how long the first and the last took from the request to its answer, what memory the browser of each has (its share of what processes
// share counted once, as PSS), and how long the last took to end and be saved. VALISE_SESSIONS says how many.
//
//	VALISE_SESSIONS=30 go test ./engine -run XXX -bench Sessions -benchtime 1x
func BenchmarkSessions(b *testing.B) {
	s, site := startService(b, engine.Options{MaxSessions: 1000}), testenv.NewSite(b)
	profile := s.logIn("true", site, "ada").ID
	n := howManySessions(b)
	for b.Loop() {
		var all []session
		var took []time.Duration
		for range n {
			begun := time.Now()
			all = append(all, call[session](s, "POST", "/v0/vm", fmt.Sprintf(`{"profile": {"load": %q}, "start_url": %q}`, profile, site.URL+"/desk")))
			took = append(took, time.Since(begun))
		}
		time.Sleep(5 * time.Second) // for the pages to be there, and the starts to be over
		memory := proportional(b, browsersOf(b, s.home.Dir))
		begun := time.Now()
		s.end(all[n-1])
		ended := time.Since(begun)
		for _, v := range all[:n-1] {
			s.end(v)
		}
		b.ReportMetric(float64(took[0].Milliseconds()), "first-ms")
		b.ReportMetric(float64(took[n-1].Milliseconds()), "last-ms")
		b.ReportMetric(float64(ended.Milliseconds()), "end-ms")
		b.ReportMetric(float64(memory)/float64(n)/(1<<20), "MiB/session")
		b.ReportMetric(float64(liveBytes())/(1<<20), "MiB-engine")
	}
}

// proportional is the memory of processes in bytes, what they share with others divided by the number of those.
func proportional(t testing.TB, processes []string) (sum int64) {
	t.Helper()
	for _, id := range processes {
		rollup, err := os.ReadFile(filepath.Join("/proc", id, "smaps_rollup"))
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(rollup)) {
			if kB, found := strings.CutPrefix(line, "Pss:"); found {
				n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kB), " kB"), 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				sum += n << 10
			}
		}
	}
	return sum
}
