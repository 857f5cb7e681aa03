package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"valise/bench/tree"
)

// mostMemory is what saving and restoring may take, however large the profile is.
const mostMemory = 100 << 20

// large measures the memory that a large profile takes, once: it does not depend on what else the machine does.
func (b *bench) large(ctx context.Context) error {
	dir, err := b.dir("large")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	defer os.RemoveAll(filepath.Join(b.work, "tools"))
	live := filepath.Join(dir, "live")
	b.out.progress("making a large profile")
	if err := tree.Large(ctx, live, b.seed, b.largeFiles, b.largeSize); err != nil {
		return err
	}
	w, err := weigh(live)
	if err != nil {
		return err
	}
	if err := settle(ctx); err != nil {
		return err
	}
	places := map[string]place{}
	tools := []tool{b.tool(valise), b.tool(restic)}
	for _, t := range tools {
		if places[t.name], err = b.at(ctx, t, false); err != nil {
			return err
		}
	}
	out := table{{fmt.Sprintf("%s in %d files", size(w.bytes), w.files), "time", "CPU", "peak", "bytes added"}}
	for _, s := range steps {
		if s == second {
			if err := tree.TouchLarge(live, b.seed); err != nil {
				return err
			}
			if err := settle(ctx); err != nil {
				return err
			}
		}
		for _, t := range tools {
			b.out.progress("a large profile: %s, %s", s, t.name)
			found, err := b.take(ctx, t, places[t.name], live, s, true)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", t.name, s, err)
			}
			out = append(out, []string{string(s) + ", " + t.name, seconds(found.wall), seconds(found.cpu), memory(found.peak), size(found.added)})
			if t.name == valise {
				b.out.goal("large: peak of memory, "+string(s), mostMemory, float64(found.peak), func(n float64) string { return memory(int64(n)) })
			}
		}
	}
	b.out.table(out)
	return nil
}
