package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"valise/crypto"
	"valise/problem"
)

// passphrase reads one: a line of standard input, or from a terminal what was asked for and is not shown.
func (t *terminal) passphrase(ctx context.Context, prompt string) (string, error) {
	if isTerminal(t.in) {
		return t.secret(ctx, prompt)
	}
	line, err := bufio.NewReader(io.LimitReader(t.in, maxSecret)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if len(line) == maxSecret { // there may be more of it
		err = crypto.ErrOddPassphrase
	}
	return line, err
}

var errPassphrasesDiffer = problem.New("that was not the same passphrase twice",
	"Type it again, or leave it empty: then Valise makes one.")

// newPassphrase reads a passphrase to seal something with, twice where it cannot be seen, or makes one where it is left empty.
func (t *terminal) newPassphrase(ctx context.Context, prompt string) (passphrase string, made bool, err error) {
	passphrase, err = t.passphrase(ctx, prompt+" (empty: one is made)")
	switch {
	case err != nil:
		return "", false, err
	case strings.TrimSpace(passphrase) == "":
		return crypto.NewPassphrase(), true, nil
	case !isTerminal(t.in):
		return passphrase, false, nil
	}
	again, err := t.passphrase(ctx, "Once more")
	if err == nil && again != passphrase {
		err = errPassphrasesDiffer
	}
	return passphrase, false, err
}
