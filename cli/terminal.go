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

	mu  sync.Mutex // guards err, and with it the bar
	err io.Writer
	bar bar
}

// say prints a line on standard error, in the place of the bar if there is one.
func (t *terminal) say(format string, a ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bar.clear(t.err)
	fmt.Fprintf(t.err, format+"\n", a...)
}

// explain prints an error and, on a line of its own, what to do about it.
func (t *terminal) explain(err error) {
	if several, ok := err.(failures); ok {
		for _, err := range several {
			t.explain(err)
		}
		return
	}
	var exit *commandExit
	switch {
	case err == nil, errors.As(err, &exit) && exit.err == nil:
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
	if what == "" {
		t.bar.clear(t.err)
	} else {
		t.bar.show(t.err, what, p)
	}
}

// maxSecret is more than any recovery code with all its spaces and line breaks.
const maxSecret = 4096

// secret reads a secret from standard input: the whole of it, or from a terminal one line, asked for and not shown.
func (t *terminal) secret(prompt string) (string, error) {
	if f, ok := t.in.(*os.File); ok && isTerminal(f) {
		t.mu.Lock()
		fmt.Fprintf(t.err, "%s: ", prompt)
		t.mu.Unlock()
		line, err := term.ReadPassword(int(f.Fd()))
		t.say("") // the line break was not shown either
		return string(line), err
	}
	text, err := io.ReadAll(io.LimitReader(t.in, maxSecret))
	return string(text), err
}

// agrees asks the person a question. Where there is no terminal to ask at, the flags are answer enough.
func (t *terminal) agrees(question string) bool {
	if !isTerminal(t.in) || !isTerminal(t.err) {
		return true
	}
	t.mu.Lock()
	fmt.Fprintf(t.err, "%s [y/N] ", question)
	t.mu.Unlock()
	answer, _ := bufio.NewReader(t.in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
