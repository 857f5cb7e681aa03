package vault

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/crypto"
)

// spoil changes the file of an object behind the store's back.
func spoil(t *testing.T, files, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(files, filepath.FromSlash(name))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedObjectDoesNotArriveAndTheOthersDo(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			b = slices.Clone(b)
			b[at] ^= 1
			return b
		}
	}
	changes := map[string]func([]byte) []byte{
		"cut at the end":              func(b []byte) []byte { return b[:len(b)-1] },
		"cut in the middle":           func(b []byte) []byte { return b[:len(b)/2] },
		"cut in its header":           func(b []byte) []byte { return b[:50] },
		"emptied":                     func([]byte) []byte { return nil },
		"with something behind":       func(b []byte) []byte { return append(slices.Clone(b), 0) },
		"with another magic":          flip(0),
		"of another key":              flip(10),
		"with another id":             flip(30),
		"with another object's bytes": func([]byte) []byte { return snapshotOf(newID(), 5000) },
	}
	everyStore(t, func(t *testing.T, s Store, files string) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		good := []string{addSnapshot(t, one, 5000)}
		bad := map[string]string{}
		for how := range changes {
			bad[how] = addSnapshot(t, one, 5000)
		}
		good = append(good, addSnapshot(t, one, 5000))
		mustSync(t, one)
		for how, name := range bad {
			spoil(t, files, name, changes[how])
		}
		moved, err := two.Sync(t.Context(), nil)
		wants(t, err, crypto.ErrDamaged)
		if moved.Fetched != 2 || !slices.Equal(here(t, two), good) {
			t.Errorf("it moved %+v and has %q", moved, here(t, two))
		}
		for how, name := range bad {
			_, err := two.Open(t.Context(), name)
			if !errors.Is(err, crypto.ErrDamaged) || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %v", how, err)
			}
		}
		if left := filesBelow(t, filepath.Join(two.local.dir, partialDir)); len(left) > 0 {
			t.Errorf("it left %q", left)
		}
	})
}

func TestAnObjectThatWasCutAtThePlaceWaitsAndIsTold(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		v := newVault(t)
		connect(t, v, s)
		name := addSnapshot(t, v, 5000)
		mustSync(t, v)
		spoil(t, files, name, func(b []byte) []byte { return b[:100] })
		other := addSnapshot(t, v, 10)
		moved, err := v.Sync(t.Context(), nil)
		wants(t, err, crypto.ErrDamaged)
		if moved.Sent != 1 {
			t.Errorf("it moved %+v", moved)
		}
		waits(t, v, name)
		if got := get(t, s, other, 0, 6); got != "VALISE" {
			t.Errorf("the other object begins with %q", got)
		}
	})
}

func TestADamagedObjectIsNotSent(t *testing.T) {
	v, s := newVault(t), newFolder(t)
	connect(t, v, s)
	bad, good := addSnapshot(t, v, 5000), addSnapshot(t, v, 5000)
	spoil(t, v.local.dir, bad, func(b []byte) []byte { return b[:len(b)-10] })
	moved, err := v.Sync(t.Context(), nil)
	wants(t, err, crypto.ErrDamaged)
	if moved.Sent != 1 || moved.Waiting != 1 || !slices.Equal(names(t, s, "profiles/"), []string{good}) {
		t.Errorf("it moved %+v", moved)
	}
}

func TestAnObjectOfANewerFormatIsKeptForTheValiseThatReadsIt(t *testing.T) {
	one, two, s := newVault(t), newVault(t), newFolder(t)
	connect(t, one, s)
	connect(t, two, s)
	id := newID()
	object := snapshotOf(id, 100)
	object[7] = 2 // the format
	commit(t, one, SnapshotName(testProfile, id), object)
	mustSync(t, one)
	if moved := mustSync(t, two); moved.Fetched != 1 {
		t.Errorf("it moved %+v", moved)
	}
}
