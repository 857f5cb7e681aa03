// bench measures Valise beside the programs that people use for the same: restic, borg, and tar with zstd and age. All work on
// the same directories, in turns, in the same run; what counts is how their figures relate. `make bench` builds and starts it;
// docs/performance.md tells what it does and what came of it.
//
// It measures whole processes: beside bench itself lie engine (Valise's saving and restoring as a program), limit (what no
// program could do without), measured (which starts the others and says what they used) and tree (which makes profiles).
//
// Start reading at rounds.go; tools.go has the programs, results.go the goals. Linux only: it is about ratios, and those
// programs are packaged there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"valise/browser"
)

// bench is one run.
type bench struct {
	options
	parts  *parts  // what it has started
	out    *report // what it has found
	tools  []tool
	work   string // a directory in memory
	server *bucket
	site   *site
	// Of the real browsing, which more than one chapter needs.
	chromium browser.Browser
	visited  *trees
}

type options struct {
	rounds, sessions, history int
	seed                      uint64
	scale                     float64
	keep                      bool
	only                      []string
	before, after             string
	largeFiles                int
	largeSize                 int64
}

// chapters are what is measured, in this order.
var chapters = []struct {
	name, about string
	measure     func(*bench, context.Context) error
}{
	{"generated", "a generated profile, to a folder and to S3", (*bench).generated},
	{"real", "a real profile after real browsing, to a folder and to S3", (*bench).real},
	{"opening", "from a stored profile to the first page", (*bench).opening},
	{"sessions", "many sessions in a row, and a long history", (*bench).manySessions},
	{"large", "a large profile", (*bench).large},
}

func main() {
	var o options
	var only, write string
	flag.IntVar(&o.rounds, "rounds", 5, "how often each program takes its turn")
	flag.StringVar(&only, "only", "", "chapters, with commas between: "+strings.Join(chapterNames(), ", ")+"; -folder or -s3 behind the first two takes that place alone")
	flag.StringVar(&write, "write", "", "a file whose measured block is to be written anew (docs/performance.md)")
	flag.Uint64Var(&o.seed, "seed", 1, "of the generated profile")
	flag.Float64Var(&o.scale, "scale", 1, "size of the generated profile, as a multiple of 126 MB")
	flag.BoolVar(&o.keep, "keep", true, "leave out what Valise leaves out, for every program; false: all save the caches too")
	flag.IntVar(&o.sessions, "sessions", 40, "how many sessions in a row")
	flag.IntVar(&o.history, "history", 200, "how many snapshots the long history has")
	flag.StringVar(&o.before, "before", "", "a profile's directory to measure with instead of the generated one")
	flag.StringVar(&o.after, "after", "", "the same profile after a session")
	flag.IntVar(&o.largeFiles, "large-files", 50_000, "files of the large profile")
	flag.Int64Var(&o.largeSize, "large-size", 2<<30, "bytes of the large profile")
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if chapter, place, _ := strings.Cut(name, "-"); !slices.Contains(chapterNames(), chapter) || !slices.Contains([]string{"", "folder", "s3"}, place) {
			fmt.Fprintf(os.Stderr, "bench: there is no chapter %q; there are %s\n", name, strings.Join(chapterNames(), ", "))
			os.Exit(2)
		}
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, write); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func chapterNames() (names []string) {
	for _, c := range chapters {
		names = append(names, c.name)
	}
	return names
}

func run(ctx context.Context, o options, write string) (err error) {
	b := &bench{options: o, parts: new(parts), out: newReport(os.Stdout)}
	defer b.parts.end()
	defer func() { // a part that did not start
		if failure, ok := recover().(failure); ok {
			err = failure
		}
	}()
	b.parts.context = ctx
	b.work = b.parts.TempDir()
	if !o.keep {
		b.parts.Setenv("VALISE_BENCH_EVERYTHING", "1")
	}
	if err := b.findTools(); err != nil {
		return err
	}
	began := time.Now()
	b.introduce()
	for _, c := range chapters {
		if !b.wants(c.name) {
			continue
		}
		b.out.chapter(c.name, c.about)
		if err := c.measure(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, errors.Join(err, context.Cause(ctx)))
		}
	}
	b.out.summary()
	fmt.Printf("\nIt took %v.\n", time.Since(began).Round(time.Second))
	if write != "" {
		return b.out.writeInto(write)
	}
	return nil
}

// wants says whether a chapter, "real", or one place of it, "real-s3", is to be measured.
func (b *bench) wants(name string) bool {
	if len(b.only) == 0 {
		return true
	}
	chapter, place, _ := strings.Cut(name, "-")
	return slices.ContainsFunc(b.only, func(wanted string) bool {
		wantedChapter, wantedPlace, _ := strings.Cut(wanted, "-")
		return chapter == wantedChapter && (place == "" || wantedPlace == "" || place == wantedPlace)
	})
}

// dir makes an empty directory to work in, in memory.
func (b *bench) dir(parts ...string) (string, error) {
	path := filepath.Join(append([]string{b.work}, parts...)...)
	if err := os.RemoveAll(path); err != nil {
		return "", err
	}
	return path, os.MkdirAll(path, 0o700)
}
