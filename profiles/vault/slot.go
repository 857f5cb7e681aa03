package vault

import (
	"context"
	"strings"
	"time"

	"valise/problem"

	"github.com/google/uuid"
)

// Slot is what a place holds under a name whose content is replaced: who has a profile open, what a device says of itself, and
// the passphrase of a vault that has one. All else in a place is written once. Of the slots the local copy has the passphrase's.
type Slot struct {
	Content []byte
	Version string        // of the content, for WriteSlot
	Age     time.Duration // since it was written, by the place's own clock: those of computers differ
}

// ErrOvertaken: a slot was written by somebody else since it was read.
var ErrOvertaken = problem.New("somebody else was faster", "Try again.")

// ErrVersionsKept: a place keeps what was removed from it or replaced in it.
var ErrVersionsKept = problem.New("the bucket keeps old versions, and does not let this one be removed",
	"Remove the old versions of the object in the bucket's console, or with a key that may do so. Under object lock they stay until it ends.")

const (
	// LeasesPrefix is what the names of leases begin with.
	LeasesPrefix = "leases/"
	// DevicesPrefix is likewise that of what devices say of themselves.
	DevicesPrefix = "devices/"
	maxSlot       = 64 << 10 // bytes of a slot's content
)

// LeaseName is the name of the slot that says who has a profile open: leases/<profile>.
func LeaseName(profile uuid.UUID) string { return LeasesPrefix + profile.String() }

// DeviceName is the name of the slot in which a device says that it uses the vault: devices/<device>.
func DeviceName(device uuid.UUID) string { return DevicesPrefix + device.String() }

// ParseLeaseName is the reverse of LeaseName; ok is false for any other name.
func ParseLeaseName(name string) (profile uuid.UUID, ok bool) {
	text, ok := strings.CutPrefix(name, LeasesPrefix)
	if !ok {
		return uuid.Nil, false
	}
	return parseID(text)
}

// slots is the part of Store for them.
type slots interface {
	// ReadSlot reads a slot. ErrNotFound: nobody has written it yet.
	ReadSlot(ctx context.Context, name string) (Slot, error)

	// WriteSlot replaces the content of a slot that still has the version; an empty one stands for a slot that nobody has
	// written yet. It returns the new version. ErrOvertaken: it has another version; nothing was written. Of several who
	// write at once, one succeeds; where a place knows no conditions (Report.Conditions), that is so only if they are not
	// within the same second.
	WriteSlot(ctx context.Context, name string, content []byte, version string) (string, error)

	// EraseSlot removes what a slot held before, where a place keeps such versions, and with all set what it holds too. What is
	// not there is no error. ErrVersionsKept: the slot is as it should be, but the place lets no old version of it be removed.
	EraseSlot(ctx context.Context, name string, all bool) error

	// Clock is the time at the place, as far as its last answer told: what Info.Modified is to be compared with.
	Clock(ctx context.Context) (time.Time, error)
}
