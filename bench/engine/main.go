// engine saves and restores a directory as Valise does, with a key that is always the same, so that it can be measured as a
// process of its own beside other programs:
//
//	engine save VAULT DIR       what is new in DIR becomes a snapshot; VAULT.state tells what DIR looked like
//	engine restore VAULT DIR    the newest snapshot, into DIR, which is empty
//	engine walk DIR             only looks at every file of DIR
//
// VALISE_BENCH_PLACE is where the vault is kept besides: s3://bucket/prefix?endpoint=URL, with the credentials in AWS_*.
// It prints what it did as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// report is what it prints.
type report struct {
	Seconds float64 // without the start of the process
	Stored  int64   // bytes of the new snapshot; 0: nothing had changed
	Objects int     // that a restoration read
	Files   int
}

func main() {
	var r report
	err := run(context.Background(), os.Args[1:], &r)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, r *report) error {
	defer func(began time.Time) { r.Seconds = time.Since(began).Seconds() }(time.Now())
	switch {
	case len(args) == 3 && args[0] == "save":
		return save(ctx, args[1], args[2], r)
	case len(args) == 3 && args[0] == "restore":
		return restore(ctx, args[1], args[2], r)
	case len(args) == 2 && args[0] == "walk":
		return walk(args[1], r)
	}
	return errors.New("usage: engine save VAULT DIR | restore VAULT DIR | walk DIR")
}

func save(ctx context.Context, at, dir string, r *report) error {
	v, err := open(ctx, at)
	if err != nil {
		return err
	}
	newest, err := newest(ctx, v.Local())
	if err != nil {
		return err
	}
	state, err := snapshot.LoadState(at + ".state")
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	w, err := v.Writer(vault.SnapshotName(profile, id))
	if err != nil {
		return err
	}
	defer w.Abort()
	index, state, err := snapshot.Save(ctx, w, key, source(v, nil), dir, snapshot.Saving{
		Meta: snapshot.Meta{ID: id, Profile: profile, Parent: newest, Device: "bench", Ended: snapshot.Clean},
		Base: newest, State: state, Keep: browser.Keep,
	})
	if errors.Is(err, snapshot.ErrUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := w.Commit(); err != nil {
		return err
	}
	if err := state.Store(at + ".state"); err != nil {
		return err
	}
	r.Stored, r.Files = index.Stored, index.Files()
	if v.Remote() == nil {
		return nil
	}
	_, err = v.Sync(ctx, nil)
	return err
}

func restore(ctx context.Context, at, dir string, r *report) error {
	v, err := open(ctx, at)
	if err != nil {
		return err
	}
	from := v.Local()
	if v.Remote() != nil {
		from = v.Remote() // another computer, which has nothing yet
	}
	id, err := newest(ctx, from)
	if err != nil {
		return err
	}
	index, state, err := snapshot.Restore(ctx, key, source(v, &r.Objects), id, dir, snapshot.Restoring{})
	if err != nil {
		return err
	}
	r.Files = index.Files()
	return state.Store(at + ".state")
}

func walk(dir string, r *report) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			r.Files++
			_, err = os.Lstat(path)
		}
		return err
	})
}

// open opens the vault, which is made where there is none, and connects it with its place.
func open(ctx context.Context, at string) (*vault.Vault, error) {
	v, err := vault.Open(at)
	if errors.Is(err, vault.ErrNoVault) {
		v, err = vault.Create(at, vault.NewDescription(profile, key.ID()))
	}
	if err != nil {
		return nil, err
	}
	place := os.Getenv("VALISE_BENCH_PLACE")
	if place == "" {
		return v, nil
	}
	location, err := vault.ParseLocation(place)
	if err != nil {
		return nil, err
	}
	credentials, _ := vault.CredentialsFromEnv()
	remote, err := location.Store(credentials)
	if err != nil {
		return nil, err
	}
	return v, v.SetRemote(remote)
}

// newest is the profile's last snapshot.
func newest(ctx context.Context, in vault.Store) (id uuid.UUID, err error) {
	for info, err := range in.List(ctx, strings.TrimSuffix(vault.SnapshotName(profile, uuid.Nil), uuid.Nil.String()+".valise")) {
		if err != nil {
			return id, err
		}
		if _, kind, found, ok := vault.ParseName(info.Name); ok && kind == vault.KindSnapshot {
			id = found
		}
	}
	return id, nil
}

// source opens snapshots, and counts them.
func source(v *vault.Vault, count *int) snapshot.Source {
	return func(ctx context.Context, id uuid.UUID) (snapshot.Object, error) {
		f, err := v.Open(ctx, vault.SnapshotName(profile, id))
		if err != nil {
			return nil, err
		}
		if count != nil {
			*count++
		}
		return f, nil
	}
}
