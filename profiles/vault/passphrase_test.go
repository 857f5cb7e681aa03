package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/crypto"

	"github.com/minio/minio-go/v7"
)

// someSlot is a slot that takes no time to make.
func someSlot(t *testing.T) crypto.Slot {
	t.Helper()
	slot, err := crypto.Cost{Passes: 1, Memory: 64, Lanes: 1}.SealKey("correct horse battery staple", crypto.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return slot
}

func setPassphrase(t *testing.T, v *Vault) crypto.Slot {
	t.Helper()
	slot := someSlot(t)
	if err := v.SetPassphrase(t.Context(), slot); err != nil {
		t.Fatal(err)
	}
	return slot
}

// hasPassphrase makes sure that a store has this slot.
func hasPassphrase(t *testing.T, s Store, want crypto.Slot) {
	t.Helper()
	if got, err := ReadPassphrase(t.Context(), s); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%s has another passphrase, or none: %v", s, err)
	}
}

func hasNoPassphrase(t *testing.T, s Store) {
	t.Helper()
	_, err := ReadPassphrase(t.Context(), s)
	wants(t, err, ErrNotFound)
}

func TestAPassphraseIsAtThePlaceAndHereUntilItIsRemoved(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		v := newVault(t)
		wants(t, v.SetPassphrase(t.Context(), someSlot(t)), ErrNoRemote)
		connect(t, v, s)
		mustSync(t, v)
		first := setPassphrase(t, v)
		hasPassphrase(t, s, first)
		second := setPassphrase(t, v)
		hasPassphrase(t, s, second)
		hasPassphrase(t, v.Local(), second)
		if strays, err := v.Strays(t.Context()); err != nil || len(strays) > 0 {
			t.Errorf("%q are taken for strays, %v", strays, err)
		}
		for range 2 {
			if err := v.RemovePassphrase(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, dir := range []string{files, v.Local().String()} {
				if _, err := os.Lstat(filepath.Join(dir, passphraseName)); !os.IsNotExist(err) {
					t.Errorf("there is something in %s still: %v", dir, err)
				}
			}
		}
		setPassphrase(t, v)
	})
}

func TestEveryComputerFollowsThePassphraseOfThePlace(t *testing.T) {
	place := newFolder(t)
	one, two := newVault(t), newVault(t)
	connect(t, one, place)
	connect(t, two, place)
	mustSync(t, one)
	slot := setPassphrase(t, one)
	mustSync(t, two)
	hasPassphrase(t, two.Local(), slot)
	slot = setPassphrase(t, two)
	mustSync(t, one)
	hasPassphrase(t, one.Local(), slot)

	damaged := slot.Bytes()
	damaged[40] ^= 1
	if err := os.WriteFile(filepath.Join(place.dir, passphraseName), damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	mustSync(t, one)
	hasPassphrase(t, one.Local(), slot)

	if err := two.RemovePassphrase(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustSync(t, one)
	hasNoPassphrase(t, one.Local())
}

func TestThePassphraseMovesToANewPlaceWithTheVault(t *testing.T) {
	v, first, second := newVault(t), newFolder(t), newFolder(t)
	connect(t, v, first)
	mustSync(t, v)
	slot := setPassphrase(t, v)
	connect(t, v, second)
	mustSync(t, v)
	hasPassphrase(t, second, slot)
	hasPassphrase(t, v.Local(), slot)
}

func TestOfAPassphraseABucketWithVersionsKeepsNothing(t *testing.T) {
	s := keepingBucket(t, false)
	v := newVault(t)
	connect(t, v, s)
	mustSync(t, v)
	setPassphrase(t, v)
	second := setPassphrase(t, v)
	if got := versionsOf(t, s, passphraseName); len(got) != 1 {
		t.Errorf("changed, there are the versions %+v", got)
	}
	hasPassphrase(t, s, second)
	if err := v.RemovePassphrase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := versionsOf(t, s, passphraseName); len(got) != 0 {
		t.Errorf("removed, there are the versions %+v", got)
	}
	hasPassphrase(t, s, setPassphrase(t, v))
}

func TestALockedBucketIsToldToKeepThePassphraseThatWasRemoved(t *testing.T) {
	s := keepingBucket(t, true)
	v := newVault(t)
	connect(t, v, s)
	mustSync(t, v)
	setPassphrase(t, v)
	second := someSlot(t)
	wants(t, v.SetPassphrase(t.Context(), second), ErrVersionsKept)
	hasPassphrase(t, s, second)
	hasPassphrase(t, v.Local(), second)
	wants(t, v.RemovePassphrase(t.Context()), ErrVersionsKept)
	hasNoPassphrase(t, s)
	hasNoPassphrase(t, v.Local())
}

func versionsOf(t *testing.T, s *S3, name string) []minio.ObjectInfo {
	t.Helper()
	var found []minio.ObjectInfo
	for v := range s.client.ListObjectsIter(t.Context(), s.location.Bucket, minio.ListObjectsOptions{
		Prefix: s.key(""), Recursive: true, WithVersions: true,
	}) {
		if v.Err != nil {
			t.Fatal(v.Err)
		}
		if strings.HasSuffix(v.Key, "/"+name) {
			found = append(found, v)
		}
	}
	return found
}
