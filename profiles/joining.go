package profiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Join makes this computer use an existing vault, by what a person entered: its recovery code, or its passphrase where it has one.
// Zero credentials: the AWS_* of the environment. A zero location gives the vault that is here its key again.
//
// Where this computer has a vault with profiles already, it is set aside (its folder and its key stay) only if setAside
// allows it; else ErrVaultInUse. Nothing is changed before the place, what was entered and the vault are known to be right.
func Join(ctx context.Context, h Home, at vault.Location, c vault.Credentials, entered string, setAside bool) error {
	if strings.TrimSpace(entered) == "" {
		_, err := crypto.ParseRecoveryCode("")
		return err
	}
	if err := h.make(); err != nil {
		return err
	}
	settings, err := h.Settings()
	if err != nil {
		return err
	}
	keyring := crypto.OpenKeyring()
	if at == (vault.Location{}) {
		return giveKey(ctx, h, settings, keyring, entered)
	}
	if c == (vault.Credentials{}) && at.Folder == "" {
		c, _ = vault.CredentialsFromEnv() // without any the place says what it misses
	}
	place, err := at.Store(c)
	if err != nil {
		return err
	}
	d, err := vault.ReadDescription(ctx, place)
	if err != nil {
		return fmt.Errorf("looking for the vault: %w", err)
	}
	key, err := enteredKey(ctx, entered, d, place)
	if err != nil {
		return fmt.Errorf("joining the vault: %w", err)
	}
	lock, err := h.lockVault(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := mayLeave(ctx, h, settings, d, setAside); err != nil {
		return err
	}
	if err := crypto.StoreKey(ctx, keyring, d.Vault, key); err != nil {
		return err
	}
	fault.Point("joining: the vault's key is kept")
	if at.Folder == "" {
		if err := storeCredentials(ctx, keyring, d, c); err != nil {
			return fmt.Errorf("keeping the bucket's access key in %s: %w", keyring, err)
		}
	}
	fault.Point("joining: the bucket's key is kept")
	if _, err := vault.Open(h.vault(d.Vault)); errors.Is(err, vault.ErrNoVault) || errors.Is(err, fs.ErrNotExist) {
		if _, err := vault.Create(h.vault(d.Vault), d); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	fault.Point("joining: the vault is made here")
	if err := h.ChangeSettings(func(s *Settings) { s.use(d.Vault, at) }); err != nil {
		return err
	}
	h.tellOfVault(ctx)
	return nil
}

// giveKey puts the key of the vault that is here back into the keyring.
func giveKey(ctx context.Context, h Home, s Settings, k crypto.Keyring, entered string) error {
	if s.Vault == uuid.Nil {
		return ErrNoVaultHere
	}
	v, err := vault.Open(h.vault(s.Vault))
	if err != nil {
		return fmt.Errorf("opening the vault: %w", err)
	}
	key, err := enteredKey(ctx, entered, v.Description(), v.Local())
	if err != nil {
		return fmt.Errorf("opening the vault: %w", err)
	}
	return crypto.StoreKey(ctx, k, s.Vault, key)
}

// mayLeave says whether the vault that is here may be left for the one that d describes.
func mayLeave(ctx context.Context, h Home, s Settings, d vault.Description, setAside bool) error {
	if s.Vault == uuid.Nil || s.Vault == d.Vault {
		return nil
	}
	left, err := os.ReadDir(h.sessions())
	if err != nil {
		return err
	}
	for _, e := range left {
		lock := flock.New(filepath.Join(h.sessions(), e.Name(), "lock"), flock.SetPermissions(0o600))
		switch ok, err := lock.TryLock(); {
		case err == nil && !ok:
			return ErrSessionsRunning
		case ok && !setAside: // set aside, they wait with their vault
			lock.Close()
			return ErrLeftBehind
		}
		lock.Close()
	}
	v, err := vault.Open(h.vault(s.Vault))
	if err != nil || setAside {
		return nil // nothing that could be opened is left behind
	}
	for range v.List("profiles/") {
		return ErrVaultInUse
	}
	return nil
}
