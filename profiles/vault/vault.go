package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
)

// Vault is a vault as this computer has it: a local copy, which holds at least all that was saved here, and the remote
// place it is kept at besides, if there is one. Several processes may use one at the same time, and several goroutines
// one Vault.
type Vault struct {
	local       *Folder
	description Description

	mu     sync.Mutex
	remote Store // nil: none
	graves Graves
}

// Create makes a vault in dir (0700; with the directories above it if need be). ErrExists: there is one.
func Create(dir string, d Description) (*Vault, error) {
	d.Format = Format
	local, err := NewFolder(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(local.dir), 0o700); err != nil {
		return nil, fmt.Errorf("create the vault: %w", local.problem(err))
	}
	if err := writeDescription(context.Background(), local, d); err != nil {
		return nil, fmt.Errorf("create the vault: %w", err)
	}
	return Open(dir)
}

// Open opens the vault in dir. ErrNoVault; crypto.ErrDamaged; crypto.ErrNewerFormat.
func Open(dir string) (*Vault, error) {
	local, err := NewFolder(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(local.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoVault.Because(err)
	}
	d, err := ReadDescription(context.Background(), local)
	if err != nil {
		return nil, err
	}
	return &Vault{local: local, description: d}, nil
}

// RemoveUnused removes the folder of a vault that was made, or begun, and never used; one that holds anything else stays.
func RemoveUnused(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != partialDir && e.Name() != descriptionName {
			return fmt.Errorf("remove the vault: there is %s in it", e.Name())
		}
	}
	return os.RemoveAll(dir)
}

// Used says whether anything was ever kept in the local copy.
func (v *Vault) Used() bool {
	for range v.List("") {
		return true // an object, or a folder that cannot be read
	}
	return false
}

// Description is what the vault says of itself.
func (v *Vault) Description() Description { return v.description }

// Local is the local copy.
func (v *Vault) Local() Store { return v.local }

// List yields the snapshots, cards and lists of pruned ones that are here, in the order of their names.
func (v *Vault) List(prefix string) iter.Seq2[Info, error] {
	return objects(v.local.List(context.Background(), prefix))
}

// objects passes over what is in a place and has no name that Valise gives.
func objects(all iter.Seq2[Info, error]) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		for info, err := range all {
			if _, _, _, ours := ParseName(info.Name); err == nil && !ours {
				continue
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

// File is an object of the local copy, open for reading.
type File struct {
	*os.File
	size int64
}

// Size is the object's length in bytes.
func (f *File) Size() int64 { return f.size }

// Open opens an object, which is fetched from the remote place first if it is not here. ErrNotFound.
func (v *Vault) Open(ctx context.Context, name string) (*File, error) {
	file, info, err := v.local.open(ctx, name)
	if remote := v.Remote(); errors.Is(err, ErrNotFound) && remote != nil {
		if err := v.fetchOne(ctx, remote, name); err != nil {
			return nil, fmt.Errorf("fetch %s: %w", name, err)
		}
		file, info, err = v.local.open(ctx, name)
	}
	if err != nil {
		return nil, err
	}
	return &File{file, info.Size()}, nil
}

func (v *Vault) fetchOne(ctx context.Context, remote Store, name string) error {
	there, err := stat(ctx, remote, name)
	if err != nil {
		return err
	}
	return v.fetch(ctx, remote, there)
}
