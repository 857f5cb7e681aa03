package crypto

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Key is a vault's key: 32 random bytes from which all others are derived. It is never used as a cipher key itself,
// and never printed: only RecoveryCode shows it.
type Key [32]byte

// NewKey draws a key from the operating system's random source.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails: crypto/rand ends the program rather than return weak bytes
	return k
}

// ID is the key's name: HKDF-SHA256(key, no salt, "valise 1 key id").
func (k Key) ID() KeyID { return KeyID(k.derive(nil, "valise 1 key id", len(KeyID{}))) }

// Vouch is a proof that whoever wrote content had the key: HKDF-SHA256(key, SHA-256(content), "valise 1 proof").
func (k Key) Vouch(content []byte) Proof {
	sum := sha256.Sum256(content)
	return Proof(k.derive(sum[:], "valise 1 proof", len(Proof{})))
}

// Proof is what Vouch makes.
type Proof [16]byte

// derive is HKDF (RFC 5869) with SHA-256.
func (k Key) derive(salt []byte, info string, length int) []byte {
	out, err := hkdf.Key(sha256.New, k[:], salt, info, length)
	if err != nil {
		panic("crypto: " + err.Error()) // only for a length beyond 255 hashes
	}
	return out
}

// A key that is printed, logged or encoded by mistake does not show itself: these are the ways in which it could.

func (k Key) String() string             { return "crypto.Key(hidden)" }
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }
func (k Key) LogValue() slog.Value       { return slog.StringValue(k.String()) }
func (k Key) MarshalText() ([]byte, error) {
	return nil, errors.New("a vault key is kept in the keyring and written nowhere else")
}

// KeyID names a key without revealing it. In JSON and in other texts it is hexadecimal.
type KeyID [16]byte

func (id KeyID) String() string               { return hex.EncodeToString(id[:]) }
func (id KeyID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *KeyID) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(id) {
		return ErrDamaged.Because(fmt.Errorf("a key id has %d hexadecimal digits", 2*len(id)))
	}
	*id = KeyID(b)
	return nil
}
