// engine saves and restores a directory as Valise does, so that it can be measured as a process of its own beside other
// programs:
//
//	engine save VAULT DIR       what is new in DIR becomes a snapshot; VAULT.state tells what DIR looked like
//	engine restore VAULT DIR    the newest snapshot, into DIR, which is empty
//	engine walk DIR             only looks at every file of DIR
//
// VALISE_BENCH_PLACE is where the vault is kept besides: s3://bucket/prefix?endpoint=URL, with the credentials in AWS_*.
// VALISE_BENCH_WHEN is when the snapshot says it was made; with VALISE_BENCH_EVERYTHING=1 it holds the caches too. It prints
// what it did as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"valise/bench/shelf"
	"valise/profiles"
)

// report is what it prints.
type report struct {
	Seconds float64 // without the start of the process
	Stored  int64   // bytes of the new snapshot; 0: nothing had changed
	Objects int     // that were read
	Files   int
}

func main() {
	profiles.LimitMemory()
	var r report
	began := time.Now()
	err := run(context.Background(), os.Args[1:], &r)
	if err == nil {
		r.Seconds = time.Since(began).Seconds()
		err = json.NewEncoder(os.Stdout).Encode(r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, r *report) error {
	if len(args) == 2 && args[0] == "walk" {
		return walk(args[1], r)
	}
	if len(args) != 3 || args[0] != "save" && args[0] != "restore" {
		return errors.New("usage: engine save VAULT DIR | restore VAULT DIR | walk DIR")
	}
	s, err := shelf.Open(args[1], os.Getenv("VALISE_BENCH_PLACE"))
	if err != nil {
		return err
	}
	s.Everything = os.Getenv("VALISE_BENCH_EVERYTHING") == "1"
	if when := os.Getenv("VALISE_BENCH_WHEN"); when != "" {
		if s.When, err = time.Parse(time.RFC3339, when); err != nil {
			return err
		}
	}
	do := s.Save
	if args[0] == "restore" {
		do = s.Restore
	}
	index, err := do(ctx, args[2])
	r.Objects = s.Opened
	if index != nil {
		r.Stored, r.Files = index.Stored, index.Files()
	}
	return err
}

func walk(dir string, r *report) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			r.Files++
			_, err = os.Lstat(path)
		}
		return err
	})
}
