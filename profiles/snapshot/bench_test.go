package snapshot

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// The benchmarks work on a tree of about 100 MB. x/copy is their time as a multiple of copying the tree file by file, as
// tar would, in the same run; x/read, of only reading it. Both are from and to memory: disks vary too much.

const benchMegabytes = 100

func BenchmarkFirstSave(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	measureSave(b, dir, Saving{}, shelf{})
}

func BenchmarkSecondSave(b *testing.B) {
	g := newGenerator(1)
	dir, work := scratch(b), scratch(b)
	g.profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	_, state, err := Restore(b.Context(), testKey, s.open, first.Meta.ID, work, Restoring{})
	must(b, err)
	g.session(b, work, 1)
	measureSave(b, work, Saving{Base: first.Meta.ID, State: state}, s)
}

// As after a crash, or with another profile's blocks: everything is read, and only what is new is stored.
func BenchmarkSecondSaveWithoutState(b *testing.B) {
	g := newGenerator(1)
	dir := scratch(b)
	g.profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	g.session(b, dir, 1)
	measureSave(b, dir, Saving{Base: first.Meta.ID}, s)
}

func BenchmarkNothingChanged(b *testing.B) {
	dir, work := scratch(b), scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	_, state, err := Restore(b.Context(), testKey, s.open, first.Meta.ID, work, Restoring{})
	must(b, err)
	measureSave(b, work, Saving{Base: first.Meta.ID, State: state}, s)
}

func BenchmarkRestore(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, benchMegabytes)
	s := shelf{}
	first, _ := s.save(b, dir, nil, Saving{})
	measureRestore(b, s, dir, first)
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
	measureRestore(b, s, dir, index)
}

func measureSave(b *testing.B, dir string, saving Saving, s shelf) {
	var stored int64
	measure(b, dir, func(string) {
		b.StartTimer()
		index, _, err := Save(b.Context(), io.Discard, testKey, s.open, dir, saving)
		b.StopTimer()
		if err != ErrUnchanged {
			must(b, err)
			stored = index.Stored
		}
	})
	b.ReportMetric(float64(stored)/1e6, "MB-stored")
}

func measureRestore(b *testing.B, s shelf, dir string, index *Index) {
	measure(b, dir, func(empty string) {
		b.StartTimer()
		_, _, err := Restore(b.Context(), testKey, s.open, index.Meta.ID, empty, Restoring{})
		b.StopTimer()
		must(b, err)
	})
}

// measure runs pass again and again, each time beside a copy of the tree. pass starts and stops the timer, and may fill
// the empty directory that it is given.
func measure(b *testing.B, dir string, pass func(empty string)) {
	var reading, copying time.Duration
	b.SetBytes(treeSize(b, dir))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		reading += copyTree(b, dir, "")
		for _, do := range []func(empty string){func(empty string) { copying += copyTree(b, dir, empty) }, pass} {
			empty := scratch(b)
			do(empty)
			must(b, os.RemoveAll(empty))
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(copying), "x/copy")
	b.ReportMetric(float64(b.Elapsed())/float64(reading), "x/read")
}

// copyTree is the measure of things. Without a place to copy to it only reads.
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
			if to != "" {
				err = os.MkdirAll(filepath.Join(to, rel), 0o700)
			}
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || to == "" {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), content, 0o600)
	}))
	return time.Since(started)
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

// scratch is a directory in memory, if there is such a place.
func scratch(t testing.TB) string {
	memory := "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		memory = os.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "valise-bench-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// The stages, each by itself, so that a regression has a name.

func BenchmarkStageWalk(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, 20)
	b.ReportAllocs()
	for b.Loop() {
		_, err := scan(b.Context(), dir, nil)
		must(b, err)
	}
}

func BenchmarkStageHash(b *testing.B) {
	block := newGenerator(1).text(blockSize)
	b.SetBytes(blockSize)
	for b.Loop() {
		hashOf(block)
	}
}

func BenchmarkStageCompress(b *testing.B) {
	plain := newGenerator(1).text(segmentSize)
	var out []byte
	b.SetBytes(segmentSize)
	for b.Loop() {
		out = compress(out[:0], plain)
	}
}

func BenchmarkStageDecompress(b *testing.B) {
	frame := compress(nil, newGenerator(1).text(segmentSize))
	var out []byte
	var err error
	b.SetBytes(segmentSize)
	for b.Loop() {
		out, err = decompress(out, frame, segmentSize)
		must(b, err)
	}
}

func BenchmarkStageSeal(b *testing.B) {
	o := testKey.NewObject(NewID(uuid.Nil), 0)
	plain := newGenerator(1).noise(segmentSize)
	var out []byte
	b.SetBytes(segmentSize)
	for b.Loop() {
		out = o.Seal(out[:0], crypto.Segment(0), plain, nil)
	}
}

func BenchmarkStageDelta(b *testing.B) {
	base, changed := similarPages()
	e := newDeltaEncoder()
	b.SetBytes(databaseBlock)
	for b.Loop() {
		if _, pays := e.encode(changed, base); !pays {
			b.Fatal("no delta")
		}
	}
}

func BenchmarkStageExpandDelta(b *testing.B) {
	base, changed := similarPages()
	frame, _ := newDeltaEncoder().encode(changed, base)
	out := make([]byte, 0, databaseBlock+spare)
	b.SetBytes(databaseBlock)
	for b.Loop() {
		_, err := decompressDelta(out, frame, base, databaseBlock)
		must(b, err)
	}
}

func similarPages() (base, changed []byte) {
	g := newGenerator(1)
	base = g.page()
	changed = bytes.Clone(base)
	g.similar(changed, 0)
	return base, changed
}

func BenchmarkStageReadIndex(b *testing.B) {
	dir := scratch(b)
	newGenerator(1).profile(b, dir, 20)
	s := shelf{}
	index, _ := s.save(b, dir, nil, Saving{})
	b.ReportAllocs()
	for b.Loop() {
		_, err := ReadIndex(testKey, onShelf{bytes.NewReader(s[index.Meta.ID])})
		must(b, err)
	}
}
