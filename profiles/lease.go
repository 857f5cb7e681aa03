package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"valise/crypto"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// lease is what the vault's place knows of who has a profile open for saving: one for each profile, replaced on condition
// that nobody else has replaced it (vault.Slot). A session renews it while it runs, and gives it back when its saving has
// arrived at the place; that of a device which is gone runs out.
//
// A lease keeps nobody from saving: what a device has to save it saves, whatever it knows of the others. It ranks savings.
// Each holder has a larger token than the one before, snapshots bear the token that they were saved under, and of two beside
// each other that with the larger one is the newest; the other is a branch.
type lease struct {
	Profile uuid.UUID `json:"profile"`
	Token   uint32    `json:"token"`
	Device  uuid.UUID `json:"device"`
	Name    string    `json:"name"`             // the device's
	Session uuid.UUID `json:"session,omitzero"` // zero: it was given back
	Since   time.Time `json:"since,omitzero"`   // by the device's clock
	Newest  uuid.UUID `json:"newest,omitzero"`  // the profile's newest snapshot when it was given back
}

// flagLease marks a sealed object as a lease (docs/format.md).
const flagLease = 8

const (
	renewEvery = time.Minute
	runsOut    = 5 * time.Minute // without renewal: a computer that sleeps, crashed, or lost the network
)

// Elsewhere says which other device has a profile open.
type Elsewhere struct {
	Device string    `json:"device"`
	Since  time.Time `json:"since"`
	Seen   time.Time `json:"seen"` // when it was last heard of, by this computer's clock
}

func (e *Elsewhere) inUse(name string) *InUseError {
	return &InUseError{Name: name, Device: e.Device, Since: e.Since, Seen: e.Seen, Elsewhere: true}
}

func (l *Library) sealLease(has lease) ([]byte, error) {
	plaintext, err := json.Marshal(has)
	if err != nil {
		return nil, err
	}
	return l.key.SealWhole(has.Profile, flagLease, plaintext), nil
}

// readLease reads a profile's lease. Nobody's (the zero lease) is one that was never taken, or that cannot be read: whoever
// can write to the place could take it away as well.
func (l *Library) readLease(ctx context.Context, place vault.Store, profile uuid.UUID) (lease, vault.Slot, error) {
	slot, err := place.ReadSlot(ctx, vault.LeaseName(profile))
	if errors.Is(err, vault.ErrNotFound) {
		return lease{}, vault.Slot{}, nil
	}
	if err != nil {
		return lease{}, vault.Slot{}, fmt.Errorf("reading the lease: %w", err)
	}
	plaintext, err := l.openWhole(slot.Content, profile, flagLease)
	var has lease
	if err == nil && (json.Unmarshal(plaintext, &has) != nil || has.Profile != profile) {
		err = crypto.ErrDamaged
	}
	if err != nil {
		l.log.Warn("a lease cannot be read, and counts as nobody's", "profile", profile, "error", err)
		return lease{}, slot, nil
	}
	return has, slot, nil
}

// elsewhere says who else has the profile by a lease that was written age ago; nil: nobody.
func (l *Library) elsewhere(has lease, age time.Duration) *Elsewhere {
	if has.Session == uuid.Nil || has.Device == l.deviceID || age > runsOut {
		return nil
	}
	return &Elsewhere{Device: has.Name, Since: has.Since, Seen: l.now().Add(-age)}
}
