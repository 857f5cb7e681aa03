package profiles

import (
	"context"
	"errors"
	"fmt"

	"valise/crypto"
	"valise/problem"
	"valise/profiles/vault"
)

// What can go wrong with a vault's passphrase.
var (
	ErrNoPlace = problem.New("the vault is in this computer only",
		"A passphrase is for the vault's other computers: `valise vault connect` gives it a place where they find it.")
	ErrNotSentYet = problem.New("the vault has not been sent to its place yet",
		"`valise sync` sends it. Then try again.")
	ErrNoWayIn = problem.New("that is no recovery code, and the vault has no passphrase",
		"Enter the recovery code, 14 groups of 5 characters. On a computer that has the vault, `valise vault key` prints it, and `valise vault passphrase` sets a passphrase.")
	ErrNotItsPassphrase = problem.New("that is neither the vault's passphrase nor a recovery code",
		"Type the passphrase as it was chosen, capitals and signs included; it may have been changed on another computer. Or enter the recovery code, 14 groups of 5 characters.")
	ErrPassphraseDamaged = problem.New("what the vault's passphrase would open cannot be used",
		"Enter the recovery code, 14 groups of 5 characters. Then `valise vault passphrase` sets the passphrase anew.")
)

// HasPassphrase asks the vault's place whether there is a passphrase that leads into the vault. ErrNoPlace, ErrNotSentYet,
// vault.ErrOtherVault, and what keeps the place from answering.
func (l *Library) HasPassphrase(ctx context.Context) (bool, error) {
	place, err := l.ownPlace(ctx)
	if err != nil {
		return false, fmt.Errorf("asking the vault's place: %w", err)
	}
	_, err = vault.ReadPassphrase(ctx, place)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return false, nil
	case errors.Is(err, crypto.ErrDamaged), errors.Is(err, crypto.ErrNewerFormat):
		return true, nil // there is something to be replaced or removed
	case err != nil:
		return false, fmt.Errorf("asking the vault's place: %w", err)
	}
	return true, nil
}

// SetPassphrase makes a passphrase a way into the vault beside the recovery code, in place of one that there may be. The
// vault's key is sealed under it and put into the vault's place, from where other computers join. Errors: crypto.ErrNoPassphrase,
// crypto.ErrGuessable, crypto.ErrOddPassphrase; those of HasPassphrase; vault.ErrVersionsKept: it is set, and an older one kept.
func (l *Library) SetPassphrase(ctx context.Context, passphrase string) error {
	if err := crypto.MayKeepVault(passphrase); err != nil {
		return err
	}
	if _, err := l.ownPlace(ctx); err != nil {
		return fmt.Errorf("setting the passphrase: %w", err)
	}
	slot, err := crypto.SealKey(passphrase, l.key)
	if err == nil {
		err = l.vault.SetPassphrase(ctx, slot)
	}
	if errors.Is(err, vault.ErrVersionsKept) {
		return fmt.Errorf("the passphrase is set, and an older one not removed: %w", err)
	}
	if err != nil {
		return fmt.Errorf("setting the passphrase: %w", err)
	}
	return nil
}

// RemovePassphrase takes the passphrase away: at once where the vault is kept and here, on other computers with their next sync.
// The errors are those of HasPassphrase; vault.ErrVersionsKept: nobody is let in by it any more, but it is kept.
func (l *Library) RemovePassphrase(ctx context.Context) error {
	_, err := l.ownPlace(ctx)
	if err == nil || errors.Is(err, ErrNoPlace) { // then there may be one here
		err = l.vault.RemovePassphrase(ctx)
	}
	if err != nil {
		return fmt.Errorf("removing the passphrase: %w", err)
	}
	return nil
}

// ownPlace is the vault's place, which answers and is known to be this vault's.
func (l *Library) ownPlace(ctx context.Context) (vault.Store, error) {
	if l.vault.Remote() == nil {
		if err := l.reachPlace(ctx); err != nil {
			return nil, err
		}
	}
	place := l.vault.Remote()
	if place == nil {
		return nil, ErrNoPlace
	}
	there, err := vault.ReadDescription(ctx, place)
	switch own := l.vault.Description(); {
	case errors.Is(err, vault.ErrNoVault):
		return nil, ErrNotSentYet.Because(errors.New(place.String()))
	case err != nil:
		return nil, err
	case there.Vault != own.Vault || there.KeyID != own.KeyID:
		return nil, vault.ErrOtherVault.Because(errors.New(place.String()))
	}
	return place, nil
}

// enteredKey is the key of the vault that d describes, by what a person entered: its recovery code or, where that is none, the
// passphrase whose slot is at the place. Errors: crypto.ErrWrongKey, for a code of another vault; *crypto.RecoveryCodeError, for
// what looks like a code and has errors; ErrNoWayIn, ErrNotItsPassphrase, ErrPassphraseDamaged; what keeps the place from answering.
func enteredKey(ctx context.Context, entered string, d vault.Description, place vault.Store) (crypto.Key, error) {
	key, wrongCode := crypto.ParseRecoveryCode(entered)
	if wrongCode == nil {
		if key.ID() != d.KeyID {
			return crypto.Key{}, crypto.ErrWrongKey
		}
		return key, nil
	}
	slot, err := vault.ReadPassphrase(ctx, place)
	if err == nil {
		key, err = slot.Open(entered)
	}
	if err == nil && key.ID() != d.KeyID {
		err = crypto.ErrDamaged.Because(errors.New("it opens another vault's key"))
	}
	switch {
	case err == nil:
		return key, nil
	case crypto.ResemblesRecoveryCode(entered), errors.Is(err, crypto.ErrNoPassphrase):
		return crypto.Key{}, wrongCode
	case errors.Is(err, vault.ErrNotFound):
		return crypto.Key{}, ErrNoWayIn
	case errors.Is(err, crypto.ErrWrongPassphrase):
		return crypto.Key{}, ErrNotItsPassphrase.Because(err)
	case errors.Is(err, crypto.ErrDamaged):
		return crypto.Key{}, ErrPassphraseDamaged.Because(err)
	}
	return crypto.Key{}, err
}
