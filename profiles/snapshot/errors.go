package snapshot

import (
	"errors"
	"fmt"

	"valise/crypto"
	"valise/problem"
)

// ErrUnchanged: the directory is what the parent already holds; nothing was written.
var ErrUnchanged = errors.New("nothing has changed since the last snapshot")

// What else can go wrong here; what a bad key or bad data does, is in package crypto.
var (
	ErrChanging = problem.New("the profile changed while it was being saved",
		"Make sure that no browser has it open, then save again.")
	ErrName = problem.New("a file has a name that cannot be kept",
		"Rename it, or open the snapshot on the kind of computer that it was made on.")
	ErrTooLarge = problem.New("the profile is too large for one snapshot",
		"Remove what is not needed from the profile directory, then save again.")
	ErrNotEmpty = problem.New("the directory to restore into is not empty",
		"Choose an empty directory.")
)

// damaged is crypto.ErrDamaged with what is wrong.
func damaged(format string, args ...any) error {
	return crypto.ErrDamaged.Because(fmt.Errorf(format, args...))
}
