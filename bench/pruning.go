package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"valise/bench/shelf"
	"valise/crypto"
	"valise/profiles"
	"valise/profiles/vault"
)

// pruned is what Valise's own retention leaves of the vault that a chain made: a computer joins a copy of it and prunes.
func (b *bench) pruned(ctx context.Context, c *chain, live string) (place, profiles.Pruned, error) {
	var p place
	dir, err := b.dir("prune")
	if err != nil {
		return p, profiles.Pruned{}, err
	}
	b.parts.Setenv(crypto.KeyFileVariable, filepath.Join(dir, "key"))
	home := profiles.Home{Dir: filepath.Join(dir, "home")}
	made := vault.Location{Folder: filepath.Join(c.place.repository, "vault")}
	if err := profiles.Join(ctx, home, made, vault.Credentials{}, shelf.RecoveryCode(), false); err != nil {
		return p, profiles.Pruned{}, err
	}
	l, err := profiles.Open(ctx, home, profiles.Options{})
	if err != nil {
		return p, profiles.Pruned{}, err
	}
	defer l.Close()
	if _, err := l.Sync(ctx); err != nil {
		return p, profiles.Pruned{}, err
	}
	found, err := l.Prune(ctx, profiles.PruneOptions{}, nil)
	if err != nil {
		return p, found, err
	}
	vaults, err := os.ReadDir(filepath.Join(home.Dir, "vaults"))
	if err != nil || len(vaults) != 1 {
		return p, found, fmt.Errorf("%d vaults (%v)", len(vaults), err)
	}
	p.repository = filepath.Join(home.Dir, "vaults", vaults[0].Name())

	s, err := shelf.Open(p.repository, "")
	if err != nil {
		return p, found, err
	}
	empty, err := b.dir("restored")
	if err != nil {
		return p, found, err
	}
	defer os.RemoveAll(empty)
	if _, err := s.Restore(ctx, empty); err != nil {
		return p, found, err
	}
	return p, found, equal(live, empty)
}
