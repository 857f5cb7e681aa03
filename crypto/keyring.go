package crypto

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/google/uuid"
)

// KeyFileVariable names the environment variable that puts secrets into a file instead of the OS keyring.
const KeyFileVariable = "VALISE_KEY_FILE"

// Keyring keeps small secrets under names, for this user on this computer. Its errors are ErrNoKeyring,
// ErrKeyringLocked, ErrNoSuchKey, and for a key file ErrKeyFileExposed and ErrKeyFileDamaged.
type Keyring interface {
	Get(ctx context.Context, name string) (secret string, err error)
	Set(ctx context.Context, name, secret string) error // replaces what was there
	Delete(ctx context.Context, name string) error      // ErrNoSuchKey: there was none
	String() string                                     // for people: where it is
}

// OpenKeyring is the keyring to use: the file that VALISE_KEY_FILE names where it is set, else the OS keyring. Nothing
// is read or asked for yet.
func OpenKeyring() Keyring {
	if path := os.Getenv(KeyFileVariable); path != "" {
		return KeyFile(path)
	}
	return OSKeyring()
}

// StoreKey keeps a vault's key, in hexadecimal, and makes sure that it can be had again. It replaces a key that was
// kept for the vault: that the new one is right, the caller has compared with the vault's key id.
func StoreKey(ctx context.Context, ring Keyring, vault uuid.UUID, key Key) error {
	if err := ring.Set(ctx, secretName(vault), hex.EncodeToString(key[:])); err != nil {
		return fmt.Errorf("keep the vault's key in %v: %w", ring, err)
	}
	kept, err := LoadKey(ctx, ring, vault)
	if err != nil {
		return fmt.Errorf("read back the vault's key: %w", err)
	}
	if subtle.ConstantTimeCompare(kept[:], key[:]) != 1 {
		return ErrNoKeyring.Because(fmt.Errorf("%v gave back another key than it was given", ring))
	}
	return nil
}

// LoadKey returns a vault's key. ErrNoSuchKey: it is not kept here; ErrKeyDamaged (an ErrDamaged): what is kept is no
// key. Whether it is the right one, the caller sees from its ID.
func LoadKey(ctx context.Context, ring Keyring, vault uuid.UUID) (Key, error) {
	secret, err := ring.Get(ctx, secretName(vault))
	if err != nil {
		return Key{}, fmt.Errorf("get the vault's key from %v: %w", ring, err)
	}
	raw, err := hex.DecodeString(secret)
	if err != nil || len(raw) != len(Key{}) { // err would quote a character of the secret
		return Key{}, ErrKeyDamaged.Because(ErrDamaged)
	}
	return Key(raw), nil
}

func secretName(vault uuid.UUID) string { return "vault " + vault.String() }
