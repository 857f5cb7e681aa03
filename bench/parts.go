package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"
)

// parts stands where internal/testenv expects a test: it keeps what was started until the end of the run. What is missing
// ends the run with one line that says how to get it.
type parts struct {
	testing.TB // nil: what is not below is not needed
	context    context.Context
	cleanups   []func()
}

// failure is what a part could not do.
type failure string

func (f failure) Error() string { return string(f) }

func (p *parts) Helper()                  {}
func (p *parts) Failed() bool             { return false }
func (p *parts) Context() context.Context { return p.context }
func (p *parts) Cleanup(f func())         { p.cleanups = append(p.cleanups, f) }
func (p *parts) Log(args ...any)          { fmt.Fprintln(os.Stderr, args...) }
func (p *parts) Logf(f string, a ...any)  { fmt.Fprintf(os.Stderr, f+"\n", a...) }
func (p *parts) Errorf(f string, a ...any) {
	p.Logf(f, a...)
}
func (p *parts) Fatal(args ...any)         { panic(failure(fmt.Sprint(args...))) }
func (p *parts) Fatalf(f string, a ...any) { panic(failure(fmt.Sprintf(f, a...))) }

func (p *parts) Setenv(key, value string) {
	if err := os.Setenv(key, value); err != nil {
		p.Fatal(err)
	}
}

// TempDir is in memory where there is such a place: disks vary too much.
func (p *parts) TempDir() string {
	memory := "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		memory = ""
	}
	dir, err := os.MkdirTemp(memory, "valise-bench-")
	if err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func (p *parts) end() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}
