package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"valise/bench/shelf"
	"valise/browser"
)

// opening measures what a person waits for: from a stored profile to the first page, beside the same browser on the same
// profile that lies there unpacked. Both start with what the browser has no cache for.
func (b *bench) opening(ctx context.Context) error {
	t, err := b.browsed(ctx)
	if err != nil {
		return err
	}
	at, err := b.dir("opening")
	if err != nil {
		return err
	}
	defer os.RemoveAll(at)
	stored, err := shelf.Open(filepath.Join(at, "vault"), "")
	if err != nil {
		return err
	}
	if _, err := stored.Save(ctx, t.after); err != nil {
		return err
	}

	ways := []struct {
		name    string
		unpack  func(dir string) error // before the clock starts
		restore func(dir string) error // after
		seconds []float64
	}{
		{"Chromium on the unpacked profile", func(dir string) error { return b.mirror(t.after, dir, false) }, func(string) error { return nil }, nil},
		{"restored by Valise, and Chromium", func(dir string) error { return os.MkdirAll(dir, 0o700) }, func(dir string) error {
			_, err := stored.Restore(ctx, dir)
			return err
		}, nil},
	}
	var restored []float64
	// Starts of a browser vary by more than what is looked for.
	for round := range 2*b.rounds + 1 {
		b.out.progress("opening, round %d of %d", round+1, 2*b.rounds+1)
		for i := range ways {
			way := &ways[(i+round)%len(ways)]
			session, err := b.dir("session")
			if err != nil {
				return err
			}
			dir := browser.UserDataDir(session)
			if err := way.unpack(dir); err != nil {
				return err
			}
			began := time.Now()
			if err := way.restore(dir); err != nil {
				return err
			}
			if way == &ways[1] {
				restored = append(restored, time.Since(began).Seconds())
			}
			if err := b.openFirst(ctx, session, fmt.Sprintf("%d-%d", round, i), began, &way.seconds); err != nil {
				return err
			}
			if err := os.RemoveAll(session); err != nil {
				return err
			}
		}
	}
	var ratios []float64
	for i := range ways[0].seconds {
		ratios = append(ratios, ways[1].seconds[i]/ways[0].seconds[i])
	}
	out := table{{"to the first page", "time"}}
	for _, w := range ways {
		out = append(out, []string{w.name, seconds(median(w.seconds))})
	}
	b.out.table(append(out, []string{"– of which restoring", seconds(median(restored))}))
	b.out.goal("opening, time by that of Chromium alone", 1.05, median(ratios), factor)
	return nil
}

// openFirst starts the browser, and notes when the first page says that it is there.
func (b *bench) openFirst(ctx context.Context, session, name string, began time.Time, took *[]float64) error {
	address, there := b.site.first(name)
	p, err := browser.Start(ctx, b.chromium, browser.Options{Dir: session, URLs: []string{address}, Headless: true, Log: io.Discard})
	if err != nil {
		return err
	}
	defer p.Close(ctx)
	select {
	case <-there:
		*took = append(*took, time.Since(began).Seconds())
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return fmt.Errorf("the first page did not come")
	}
	return nil
}
