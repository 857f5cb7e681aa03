// Package shelf saves and restores directories as Valise does, in a vault of its own, without all that Valise does around it.
// Its key is always the same.
package shelf

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"time"

	"valise/browser"
	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

var (
	key     = crypto.Key([]byte("a key that is known to everybody"))
	profile = uuid.UUID([]byte("valise benchmark"))
)

// RecoveryCode is the key.
func RecoveryCode() string { return key.RecoveryCode() }

// Shelf is a vault with one profile, and beside it the state of the directory that was saved or restored last.
type Shelf struct {
	vault *vault.Vault
	state string // a file
	// Everything is saved, also what Valise leaves out.
	Everything bool
	// When is the time that snapshots say they were made; zero: now.
	When time.Time
	// Opened counts the objects that were read.
	Opened int
}

// Open opens the vault in a folder, which is made where there is none, and connects it with the place where it is kept
// besides, if there is one.
func Open(at, place string) (*Shelf, error) {
	at, err := filepath.Abs(at)
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(at)
	if errors.Is(err, vault.ErrNoVault) {
		v, err = vault.Create(at, vault.NewDescription(profile, key.ID()))
	}
	if err != nil {
		return nil, err
	}
	s := &Shelf{vault: v, state: at + ".state"}
	if place == "" {
		return s, nil
	}
	location, err := vault.ParseLocation(place)
	if err != nil {
		return nil, err
	}
	credentials, _ := vault.CredentialsFromEnv() // without them, the place will say so
	remote, err := location.Store(credentials)
	if err != nil {
		return nil, err
	}
	return s, v.SetRemote(remote)
}

// Save saves what is new in dir and sends it to the vault's place. nil: nothing had changed.
func (s *Shelf) Save(ctx context.Context, dir string) (*snapshot.Index, error) {
	newest, err := s.newest(ctx, s.vault.Local())
	if err != nil {
		return nil, err
	}
	state, err := snapshot.LoadState(s.state)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	w, err := s.vault.Writer(vault.SnapshotName(profile, id))
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	keep := browser.Keep
	if s.Everything {
		keep = nil
	}
	index, state, err := snapshot.Save(ctx, w, key, s.open, dir, snapshot.Saving{
		Meta: snapshot.Meta{ID: id, Profile: profile, Parent: newest, When: s.When, Device: "bench", Ended: snapshot.Clean},
		Base: newest, State: state, Keep: keep,
	})
	if errors.Is(err, snapshot.ErrUnchanged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := w.Commit(); err != nil {
		return nil, err
	}
	if err := state.Store(s.state); err != nil {
		return nil, err
	}
	if s.vault.Remote() == nil {
		return index, nil
	}
	_, err = s.vault.Sync(ctx, nil)
	return index, err
}

// Restore restores the newest snapshot into dir, which is empty. With a place it is the newest there, as on another
// computer, which fetches only what it needs.
func (s *Shelf) Restore(ctx context.Context, dir string) (*snapshot.Index, error) {
	from := s.vault.Local()
	if s.vault.Remote() != nil {
		from = s.vault.Remote()
	}
	id, err := s.newest(ctx, from)
	if err != nil {
		return nil, err
	}
	index, state, err := snapshot.Restore(ctx, key, s.open, id, dir, snapshot.Restoring{})
	if err != nil {
		return nil, err
	}
	return index, state.Store(s.state)
}

// newest is the last snapshot in a store; zero: there is none.
func (s *Shelf) newest(ctx context.Context, in vault.Store) (id uuid.UUID, err error) {
	prefix, _, _ := strings.Cut(vault.SnapshotName(profile, uuid.Nil), uuid.Nil.String())
	for info, err := range in.List(ctx, prefix) {
		if err != nil {
			return id, err
		}
		if _, kind, found, ok := vault.ParseName(info.Name); ok && kind == vault.KindSnapshot {
			id = found
		}
	}
	return id, nil
}

func (s *Shelf) open(ctx context.Context, id uuid.UUID) (snapshot.Object, error) {
	f, err := s.vault.Open(ctx, vault.SnapshotName(profile, id))
	if err != nil {
		return nil, err
	}
	s.Opened++
	return f, nil
}
