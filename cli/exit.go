package cli

import (
	"errors"
	"fmt"

	"valise/crypto"
	"valise/profiles"
	"valise/profiles/vault"
)

// The exit codes of all verbs but run, which ends with the code of its command.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNotFound = 3
	exitInUse    = 4
	exitSealed   = 5 // wrong key or passphrase, or damaged data
)

// commandExit is the end of the command that run ran.
type commandExit struct {
	code int
	err  error // why it could not be run at all; nil: it ran, and said itself what there was to say
}

func (e *commandExit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("the command ended with code %d", e.code)
	}
	return e.err.Error()
}

func (e *commandExit) Unwrap() error { return e.err }

// failures are those of a verb that was asked for several things and went on after the first that failed.
type failures []error

func (f failures) Error() string { return errors.Join(f...).Error() }

func (f failures) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// exitCode is the code that a verb's error stands for. Among several failures the first decides.
func exitCode(err error) int {
	if several, ok := err.(failures); ok && len(several) > 0 {
		err = several[0]
	}
	if exit, ok := errors.AsType[*commandExit](err); ok {
		return exit.code
	}
	switch {
	case err == nil:
		return exitDone
	case is[*usageError](err):
		return exitUsage
	case is[*profiles.NotFoundError](err), is[*profiles.AmbiguousError](err),
		errors.Is(err, vault.ErrNoVault), errors.Is(err, vault.ErrNoBucket):
		return exitNotFound
	case is[*profiles.InUseError](err):
		return exitInUse
	case is[*crypto.RecoveryCodeError](err),
		errors.Is(err, crypto.ErrWrongKey), errors.Is(err, crypto.ErrDamaged), errors.Is(err, errFlaws),
		errors.Is(err, crypto.ErrWrongPassphrase), errors.Is(err, crypto.ErrNoPassphrase), errors.Is(err, profiles.ErrNotPortable),
		errors.Is(err, profiles.ErrNoWayIn):
		return exitSealed
	}
	return exitFailed
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
