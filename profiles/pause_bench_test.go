package profiles_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"valise/browser"
	"valise/crypto"
	"valise/internal/testenv"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// BenchmarkPauseOfACheckpoint measures for how long a browser stands still for a checkpoint: a profile with 100 MB of
// kept files in 1,600 files, while a page writes a megabyte a second into every storage. It prints the distribution;
// -benchtime=200x makes 200 checkpoints. idle/op is the control: how long the same processes take to be stopped and
// woken when nothing is done in between.
func BenchmarkPauseOfACheckpoint(b *testing.B) {
	site, dir := testenv.NewSite(b), b.TempDir()
	found, err := browser.At(b.Context(), testenv.Chromium(b))
	must(b, err)
	profileDir := browser.UserDataDir(dir)
	ballast := make([]byte, 64<<10)
	for n := range 1600 {
		rand.Read(ballast)
		file := filepath.Join(profileDir, "Default", "Ballast", fmt.Sprint(n%40), fmt.Sprint(n))
		must(b, os.MkdirAll(filepath.Dir(file), 0o700))
		must(b, os.WriteFile(file, ballast, 0o600))
		long := time.Now().Add(-time.Hour)
		must(b, os.Chtimes(file, long, long))
	}
	// Restored from a snapshot, as a session begins.
	key := crypto.Key(sha256.Sum256([]byte("a benchmark")))
	var object bytes.Buffer
	index, _, err := snapshot.Save(b.Context(), &object, key, nil, profileDir, snapshot.Saving{Keep: browser.Keep})
	must(b, err)
	must(b, os.RemoveAll(profileDir))
	must(b, os.MkdirAll(profileDir, 0o700))
	source := func(_ context.Context, id uuid.UUID) (snapshot.Object, error) {
		if id != index.Meta.ID {
			return nil, errors.New("no such snapshot")
		}
		return inMemory{bytes.NewReader(object.Bytes())}, nil
	}
	_, state, err := snapshot.Restore(b.Context(), key, source, index.Meta.ID, profileDir, snapshot.Restoring{})
	must(b, err)

	p, err := browser.Start(b.Context(), found, browser.Options{Dir: dir, Headless: true, URLs: []string{site.URL + "/busy?kilobytes=100"}})
	must(b, err)
	defer p.Close(context.Background())
	capture, err := snapshot.NewCapture(profileDir, filepath.Join(dir, "mirror"), snapshot.Capturing{
		Base: state, Keep: browser.Keep, Wanted: browser.Inspected})
	must(b, err)

	var pauses, idle []time.Duration
	for b.Loop() {
		must(b, p.Flush(b.Context()))
		_, err := capture.Follow(b.Context())
		must(b, err)
		pause, err := p.Still(func() error { return capture.Take(b.Context()) })
		must(b, err)
		pauses = append(pauses, pause)
		time.Sleep(200 * time.Millisecond) // and the page writes on
		pause, err = p.Still(func() error { return nil })
		must(b, err)
		idle = append(idle, pause)
	}
	report := func(all []time.Duration, part float64, unit string) {
		slices.Sort(all)
		at := all[min(int(part*float64(len(all))), len(all)-1)]
		b.ReportMetric(float64(at.Microseconds())/1000, unit)
	}
	b.ReportMetric(0, "ns/op") // of no interest
	report(pauses, 0.5, "p50-ms")
	report(pauses, 0.9, "p90-ms")
	report(pauses, 0.99, "p99-ms")
	report(pauses, 1, "max-ms")
	report(idle, 0.5, "idle-p50-ms")
	report(idle, 0.99, "idle-p99-ms")
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
