package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"valise/problem"
	"valise/profiles"
)

func TestAnErrorIsFollowedByItsNextStep(t *testing.T) {
	wet := problem.New("the disk is wet", "Dry it.")
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("it broke"), "valise: it broke\n"},
		{fmt.Errorf("opening: %w", wet), "valise: opening: the disk is wet\nDry it.\n"},
		{failures{wet, errors.New("it broke")}, "valise: the disk is wet\nDry it.\nvalise: it broke\n"},
		{fmt.Errorf("restoring: %w", context.Canceled), "valise: interrupted\n"},
		{&commandExit{code: 3}, ""},
	} {
		stdout, stderr := printed(func(to *terminal) { to.explain(test.err) })
		if stderr != test.want || stdout != "" {
			t.Errorf("%v is explained as %q", test.err, stderr)
		}
	}
}

func TestAReceiptIsFollowedByItsWarnings(t *testing.T) {
	_, stderr := printed(func(to *terminal) {
		to.receipt(profiles.Receipt{Name: "shop", Outcome: profiles.Discarded, Warnings: []string{"The browser crashed."}})
	})
	if stderr != "shop: throwaway closed, nothing saved\nwarning: The browser crashed.\n" {
		t.Errorf("got %q", stderr)
	}
}

func TestOffATerminalThereIsNoProgressAndNoQuestion(t *testing.T) {
	var out, err bytes.Buffer
	to := &terminal{in: strings.NewReader("no\n"), out: &out, err: &err}
	to.progress("saving", profiles.Progress{Done: 1, Total: 2})
	if !to.agrees(t.Context(), "Save over it?") {
		t.Error("the flag was not answer enough")
	}
	if out.Len()+err.Len() > 0 {
		t.Errorf("printed %q and %q", out.String(), err.String())
	}
}

func TestASecretFromAPipeMayHaveSeveralLinesAndIsNotShown(t *testing.T) {
	var out, err bytes.Buffer
	to := &terminal{in: strings.NewReader("ABCDE-FGHJK\nMNPQR-STVWX\n"), out: &out, err: &err}
	secret, readErr := to.secret(t.Context(), "Recovery code")
	if secret != "ABCDE-FGHJK\nMNPQR-STVWX\n" || readErr != nil {
		t.Errorf("read %q, %v", secret, readErr)
	}
	if out.Len()+err.Len() > 0 {
		t.Errorf("printed %q and %q", out.String(), err.String())
	}
}

func TestABarSaysHowFarSomethingIsAndLeavesNothingBehind(t *testing.T) {
	var screen line
	var b bar
	b.show(&screen, "saving", profiles.Progress{})
	if got := screen.String(); got != "saving ..." {
		t.Errorf("while the total is unknown: %q", got)
	}
	b.show(&screen, "saving", profiles.Progress{Done: 50, Total: 200})
	if got := screen.String(); got != "saving     "+strings.Repeat("█", 7)+strings.Repeat("░", 23)+"  25 %" {
		t.Errorf("after a quarter: %q", got)
	}
	b.show(&screen, "syncing", profiles.Progress{Done: 9, Total: 3})
	if got := screen.String(); got != "syncing    "+strings.Repeat("█", 30)+" 100 %" {
		t.Errorf("beyond the end: %q", got)
	}
	b.clear(&screen)
	if got := screen.String(); got != "" {
		t.Errorf("in the end: %q", got)
	}
}

// line is what one line of a terminal shows: a carriage return goes back to its beginning, and what follows overwrites.
type line struct {
	shown []rune
	at    int
}

var _ io.Writer = (*line)(nil)

func (l *line) Write(p []byte) (int, error) {
	for _, r := range string(p) {
		if r == '\r' {
			l.at = 0
			continue
		}
		l.shown = append(l.shown[:l.at], append([]rune{r}, l.shown[min(l.at+1, len(l.shown)):]...)...)
		l.at++
	}
	return len(p), nil
}

func (l *line) String() string { return strings.TrimRight(string(l.shown), " ") }
