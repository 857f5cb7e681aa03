package snapshot

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The benchmarks work on a tree of about 100 MB, and give their time as a ratio to copying it file by file (walk, read,
// and write again, as tar would) in the same run: x/copy.

const benchMegabytes = 100

// copyTree is the measure of things.
func copyTree(t testing.TB, from, to string) time.Duration {
	t.Helper()
	started := time.Now()
	must(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil || to == os.DevNull {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), content, 0o600)
	}))
	return time.Since(started)
}

// measure runs one pass at a time against a copy of the tree.
func measure(b *testing.B, dir string, pass func()) {
	var own, copying time.Duration
	b.SetBytes(treeSize(b, dir))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		to := filepath.Join(scratch(b), "copy")
		copying += copyTree(b, dir, to)
		must(b, os.RemoveAll(to))
		b.StartTimer()
		started := time.Now()
		pass()
		own += time.Since(started)
	}
	b.ReportMetric(float64(own)/float64(copying), "x/copy")
}

func treeSize(t testing.TB, dir string) int64 {
	all, err := scan(t.Context(), dir, nil)
	must(t, err)
	var n int64
	for _, f := range all {
		n += f.entry.Size
	}
	return n
}

// scratch is a directory in memory, if there is such a place: disks vary too much.
func scratch(t testing.TB) string {
	if _, err := os.Stat("/dev/shm"); err != nil {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "valise-bench-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func BenchmarkFirstSave(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	s := shelf{}
	var stored int64
	measure(b, dir, func() {
		index, _, err := Save(b.Context(), io.Discard, testKey, s.open, dir, Saving{})
		must(b, err)
		stored = index.Stored
	})
	b.ReportMetric(float64(stored)/1e6, "MB-stored")
}

func BenchmarkSecondSave(b *testing.B) {
	g := newGenerator(1)
	dir := scratch(b)
	g.profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	work := scratch(b)
	_, state, err := Restore(b.Context(), testKey, s.open, first.Meta.ID, work, Restoring{})
	must(b, err)
	g.session(b, work, 1)
	var stored int64
	measure(b, work, func() {
		index, _, err := Save(b.Context(), io.Discard, testKey, s.open, work, Saving{Meta: Meta{Parent: first.Meta.ID}, Base: first.Meta.ID, State: state})
		must(b, err)
		stored = index.Stored
	})
	b.ReportMetric(float64(stored)/1e6, "MB-stored")
}

func BenchmarkNothingChanged(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	work := scratch(b)
	_, state, err := Restore(b.Context(), testKey, s.open, first.Meta.ID, work, Restoring{})
	must(b, err)
	measure(b, work, func() {
		if _, _, err := Save(b.Context(), io.Discard, testKey, s.open, work, Saving{Meta: Meta{Parent: first.Meta.ID}, Base: first.Meta.ID, State: state}); err != ErrUnchanged {
			b.Fatal(err)
		}
	})
}

func BenchmarkRestore(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	measureRestore(b, s, dir, first.Meta.ID)
}

// After many sessions the blocks of a file lie in many objects.
func BenchmarkRestoreAfterSessions(b *testing.B) {
	g := newGenerator(1)
	dir := scratch(b)
	g.profile(b, dir, benchMegabytes)
	s := shelf{}
	index, state := s.save(b, dir, nil, Saving{})
	for n := range 20 {
		g.session(b, dir, n)
		index, state = s.save(b, dir, index, Saving{State: state})
	}
	measureRestore(b, s, dir, index.Meta.ID)
}

func measureRestore(b *testing.B, s shelf, dir string, id uuid.UUID) {
	measure(b, dir, func() {
		b.StopTimer()
		to := scratch(b)
		b.StartTimer()
		_, _, err := Restore(b.Context(), testKey, s.open, id, to, Restoring{})
		must(b, err)
		b.StopTimer()
		must(b, os.RemoveAll(to))
		b.StartTimer()
	})
}
