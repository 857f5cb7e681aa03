package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"valise/problem"
	"valise/profiles"

	"golang.org/x/term"
)

// terminal is where a verb reads and prints: results on out, all else on err. It may be used by several goroutines.
type terminal struct {
	in  io.Reader
	out io.Writer

	mu    sync.Mutex // guards what follows: nothing is printed into the line of the bar
	err   io.Writer
	bar   bar
	quiet bool // no bar: another program prints on the terminal
}

// print prints a line of results on standard output.
func (t *terminal) print(format string, a ...any) { t.line(t.out, format, a...) }

// say prints a line of anything else on standard error.
func (t *terminal) say(format string, a ...any) { t.line(t.err, format, a...) }

func (t *terminal) line(w io.Writer, format string, a ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bar.clear(t.err)
	fmt.Fprintf(w, format+"\n", a...)
}

// lend leaves the terminal to another program for as long as do takes.
func (t *terminal) lend(do func() error) error {
	t.setQuiet(true)
	defer t.setQuiet(false)
	return do()
}

func (t *terminal) setQuiet(quiet bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bar.clear(t.err)
	t.quiet = quiet
}

// explain prints an error and, on a line of its own, what to do about it.
func (t *terminal) explain(err error) {
	if several, ok := err.(failures); ok {
		for _, err := range several {
			t.explain(err)
		}
		return
	}
	exit, ok := errors.AsType[*commandExit](err)
	switch {
	case err == nil, ok && exit.err == nil:
		return
	case errors.Is(err, context.Canceled):
		t.say("valise: interrupted")
		return
	}
	t.tell("valise", err)
}

// warn prints what is no failure, and what to do about it.
func (t *terminal) warn(err error) { t.tell("warning", err) }

func (t *terminal) tell(kind string, err error) {
	t.say("%s: %v", kind, err)
	if next := problem.NextStep(err); next != "" {
		t.say("%s", next)
	}
}

// receipt prints what a saving did.
func (t *terminal) receipt(r profiles.Receipt) {
	t.say("%v", r)
	for _, sentence := range r.Carried {
		t.say("%s", sentence)
	}
	for _, warning := range r.Warnings {
		t.say("warning: %s", warning)
	}
}

// follow shows events of the library: how far a session or a sync has come, and trouble that no call reports.
func (t *terminal) follow(e profiles.Event) {
	switch {
	case e.Session != nil && (e.Session.Stage == profiles.StageRunning || e.Session.Stage == profiles.StageEnded):
		t.progress("", profiles.Progress{})
	case e.Session != nil:
		t.progress(string(e.Session.Stage), e.Session.Progress)
	case e.Sync != nil && e.Sync.Syncing:
		t.progress("syncing", e.Sync.Progress)
	case e.Sync != nil:
		t.progress("", profiles.Progress{})
	case e.Branched != nil:
		t.say("%q was saved on %q too: both savings are kept, one of them as a branch. `valise history %s` shows it.",
			e.Branched.Name, e.Branched.Device, e.Branched.Profile.String()[:shortProfile])
	case e.Trouble != nil:
		t.warn(e.Trouble)
	}
}

// progress shows how far something has come; an empty what takes the bar away. Off a terminal nothing is shown.
func (t *terminal) progress(what string, p profiles.Progress) {
	if !isTerminal(t.err) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if what == "" || t.quiet {
		t.bar.clear(t.err)
	} else {
		t.bar.show(t.err, what, p)
	}
}

// maxSecret is more than any recovery code with all its spaces and line breaks.
const maxSecret = 4096

// secret reads a secret from standard input: the whole of it, or from a terminal one line, asked for and not shown.
func (t *terminal) secret(ctx context.Context, prompt string) (string, error) {
	f, ok := t.in.(*os.File)
	if !ok || !isTerminal(f) {
		text, err := io.ReadAll(io.LimitReader(t.in, maxSecret))
		return string(text), err
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return "", err
	}
	fmt.Fprintf(t.err, "%s: ", prompt)
	line, err := interruptible(ctx, func() ([]byte, error) { return term.ReadPassword(int(f.Fd())) })
	if ctx.Err() != nil {
		term.Restore(int(f.Fd()), before) // ReadPassword waits still, and has the echo off
	}
	t.say("") // the line break was not shown either
	return string(line), err
}

// agrees asks the person a question. Where there is no terminal to ask at, the flags are answer enough.
func (t *terminal) agrees(ctx context.Context, question string) bool {
	if !isTerminal(t.in) || !isTerminal(t.err) {
		return true
	}
	fmt.Fprintf(t.err, "%s [y/N] ", question)
	answer, err := interruptible(ctx, func() (string, error) { return bufio.NewReader(t.in).ReadString('\n') })
	if err != nil {
		t.say("") // the person has not ended the line
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// interruptible reads from a terminal, which knows no context, until ctx ends.
func interruptible[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
