package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"valise/problem"
	"valise/profiles"

	"github.com/gofrs/flock"
)

// Keys are the API keys of a computer's engines, in a file that holds of each only its SHA-256: keys are random and
// long, so that nothing is gained by hashing them slowly. Each request looks there anew: a key that was revoked is of no
// use from then on.
type Keys struct{ home profiles.Home }

// Key is what is known of a key once it was shown.
type Key struct {
	ID   string    `json:"id"`
	Name string    `json:"name,omitempty"` // what it is for, in its owner's words
	Made time.Time `json:"made"`
	hash []byte    // SHA-256 of the whole key
}

// kept is a key as the file has it.
type kept struct {
	Key
	Hash []byte `json:"sha256"`
}

// keyPrefix lets people, and programs that look for leaked secrets, know what they see.
const keyPrefix = "valise_"

var errKeysDamaged = problem.New("the file of API keys cannot be read",
	"Mend it or remove it, then make new keys: `valise serve key new`.")

// KeysOf are those of a home.
func KeysOf(h profiles.Home) Keys { return Keys{h} }

func (k Keys) file() string { return filepath.Join(k.home.Dir, "engine-keys.json") }

// New makes a key. It is shown this once, and kept nowhere.
func (k Keys) New(ctx context.Context, name string) (string, Key, error) {
	id := strings.ToLower(rand.Text()[:6])
	secret := keyPrefix + id + "_" + strings.ToLower(rand.Text())
	hash := sha256.Sum256([]byte(secret))
	key := Key{ID: id, Name: name, Made: now(), hash: hash[:]}
	err := k.change(ctx, func(all []Key) ([]Key, error) { return append(all, key), nil })
	return secret, key, err
}

// Revoke takes a key's right away. *profiles.NotFoundError: there is none with this id.
func (k Keys) Revoke(ctx context.Context, id string) error {
	return k.change(ctx, func(all []Key) ([]Key, error) {
		i := slices.IndexFunc(all, func(key Key) bool { return key.ID == strings.ToLower(id) })
		if i < 0 {
			return nil, &profiles.NotFoundError{What: "key", Name: id}
		}
		return slices.Delete(all, i, i+1), nil
	})
}

// List is all keys, the oldest first.
func (k Keys) List() ([]Key, error) {
	data, err := os.ReadFile(k.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var file []kept
	if err == nil {
		err = json.Unmarshal(data, &file)
	}
	if err != nil {
		return nil, errKeysDamaged.Because(err)
	}
	var all []Key
	for _, k := range file {
		k.Key.hash = k.Hash
		all = append(all, k.Key)
	}
	return all, nil
}

// Knows says whether what a request shows is a key. It takes as long for a wrong key as for a right one.
func (k Keys) Knows(shown string) (bool, error) {
	all, err := k.List()
	if err != nil {
		return false, err
	}
	hash := sha256.Sum256([]byte(shown))
	known := 0
	for _, key := range all {
		known |= subtle.ConstantTimeCompare(key.hash, hash[:])
	}
	return known == 1, nil
}

func (k Keys) change(ctx context.Context, change func([]Key) ([]Key, error)) error {
	if err := os.MkdirAll(k.home.Dir, 0o700); err != nil {
		return profiles.ErrHome.Because(err)
	}
	lock := flock.New(k.file()+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return fmt.Errorf("locking the API keys: %w", err)
	}
	defer lock.Close()
	all, err := k.List()
	if err != nil {
		return err
	}
	if all, err = change(all); err != nil {
		return err
	}
	file := []kept{}
	for _, key := range all {
		file = append(file, kept{key, key.hash})
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	return profiles.ReplaceFile(k.file(), append(data, '\n'))
}
