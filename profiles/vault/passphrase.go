package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"valise/crypto"
	"valise/internal/fault"
)

// passphraseName is the slot that has the vault's key, sealed under a passphrase (crypto.Slot): a way in beside the recovery code.
// There need not be one. What the place has counts; the local copy follows with every Sync, and is for whoever has lost the
// keyring of this computer.
const passphraseName = "passphrase"

// ReadPassphrase reads the passphrase's slot of a place. ErrNotFound: there is none; crypto.ErrDamaged; crypto.ErrNewerFormat.
func ReadPassphrase(ctx context.Context, s Store) (crypto.Slot, error) {
	slot, err := s.ReadSlot(ctx, passphraseName)
	if err != nil {
		return crypto.Slot{}, err
	}
	return crypto.ParseSlot(slot.Content)
}

// SetPassphrase puts a slot into the remote place, and into the local copy. Nothing is left of one that was there before, as far
// as the place lets anything be removed (ErrVersionsKept: the new one is set all the same). ErrNoRemote.
func (v *Vault) SetPassphrase(ctx context.Context, slot crypto.Slot) error {
	remote := v.Remote()
	if remote == nil {
		return ErrNoRemote
	}
	kept := replaceSlot(ctx, remote, passphraseName, slot.Bytes())
	if kept != nil && !errors.Is(kept, ErrVersionsKept) {
		return kept
	}
	fault.Point("passphrase: it is at the place")
	return cmp.Or(replaceSlot(ctx, v.local, passphraseName, slot.Bytes()), kept)
}

// RemovePassphrase removes the slot from the remote place, if there is such a place, and from the local copy, with all that a
// bucket that keeps versions has of it. ErrVersionsKept: nobody finds the slot any more, but something of it is kept there.
func (v *Vault) RemovePassphrase(ctx context.Context) error {
	var kept error
	if remote := v.Remote(); remote != nil {
		kept = remote.EraseSlot(ctx, passphraseName, true)
		if kept != nil && !errors.Is(kept, ErrVersionsKept) {
			return kept
		}
		fault.Point("passphrase: it is gone from the place")
	}
	return cmp.Or(v.local.EraseSlot(ctx, passphraseName, true), kept)
}

// replaceSlot writes a slot whatever it holds, and erases what it held.
func replaceSlot(ctx context.Context, s Store, name string, content []byte) error {
	for range attempts { // each time, somebody else was faster
		was, err := s.ReadSlot(ctx, name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if bytes.Equal(was.Content, content) {
			return nil
		}
		_, err = s.WriteSlot(ctx, name, content, was.Version)
		if err == nil {
			return s.EraseSlot(ctx, name, false)
		}
		if !errors.Is(err, ErrOvertaken) {
			return err
		}
	}
	return ErrOvertaken
}

// bringPassphrase takes the slot along to a place that is to become this vault's.
func (v *Vault) bringPassphrase(ctx context.Context, remote Store) error {
	slot, err := v.local.ReadSlot(ctx, passphraseName)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		err = replaceSlot(ctx, remote, passphraseName, slot.Content)
	}
	if err != nil && !errors.Is(err, ErrVersionsKept) {
		return fmt.Errorf("bring the passphrase there: %w", err)
	}
	return nil
}

// followPassphrase makes the slot of the local copy what it is at the place. One that is damaged there is not taken over.
func (v *Vault) followPassphrase(ctx context.Context, remote Store) error {
	there, err := remote.ReadSlot(ctx, passphraseName)
	switch {
	case errors.Is(err, ErrNotFound):
		err = v.local.EraseSlot(ctx, passphraseName, true)
	case err == nil:
		if _, wrong := crypto.ParseSlot(there.Content); errors.Is(wrong, crypto.ErrDamaged) {
			return nil // who joins there is told
		}
		err = replaceSlot(ctx, v.local, passphraseName, there.Content)
	}
	if err != nil {
		return fmt.Errorf("follow the passphrase: %w", err)
	}
	return nil
}
