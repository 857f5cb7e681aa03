package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// The key of the vaults of these tests, and a profile in them.
var (
	testKey     = crypto.Key{1, 2, 3}
	testProfile = uuid.MustParse("018f4a6e-0000-7000-8000-000000000001")
	testVault   = uuid.MustParse("018f4a6e-0000-7000-8000-00000000fa01")
)

func newVault(t testing.TB) *Vault {
	t.Helper()
	v, err := Create(filepath.Join(t.TempDir(), "deep", "vault"), NewDescription(testVault, testKey.ID()))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// snapshotOf is a sealed object with the ends of a snapshot, and content of that size between.
func snapshotOf(id uuid.UUID, size int) []byte {
	o := testKey.NewObject(id, 0)
	object := o.Seal(o.HeaderBytes(), crypto.Segment(0), noise(size), nil)
	offset := len(object)
	object = o.Seal(object, crypto.Index(1), []byte("index"), nil)
	length := len(object) - offset
	object = append(object, o.HeaderBytes()...)
	object = binary.BigEndian.AppendUint64(object, uint64(offset))
	object = binary.BigEndian.AppendUint64(object, uint64(length))
	return binary.BigEndian.AppendUint64(object, 1) // segments
}

// newID is a new UUID of version 7.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func commit(t testing.TB, v *Vault, name string, object []byte) {
	t.Helper()
	if err := write(v, name, object); err != nil {
		t.Fatal(err)
	}
}

func write(v *Vault, name string, object []byte) error {
	w, err := v.Writer(name)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := io.Copy(w, bytes.NewReader(object)); err != nil {
		return err
	}
	return w.Commit()
}

// addSnapshot commits a snapshot of that size and returns its name.
func addSnapshot(t testing.TB, v *Vault, size int) string {
	t.Helper()
	id := newID()
	name := SnapshotName(testProfile, id)
	commit(t, v, name, snapshotOf(id, size))
	return name
}

// addCard commits a card and returns its name.
func addCard(t testing.TB, v *Vault) string {
	t.Helper()
	id := newID()
	name := CardName(testProfile, id)
	commit(t, v, name, testKey.SealWhole(id, 1, []byte("a card")))
	return name
}

func here(t testing.TB, v *Vault) []string {
	t.Helper()
	found := []string{}
	for info, err := range v.List("") {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, info.Name)
	}
	return found
}

func TestAVaultIsMadeOnceAndOpenedAgain(t *testing.T) {
	v := newVault(t)
	again, err := Open(v.local.dir)
	if err != nil || again.Description() != v.Description() {
		t.Fatalf("it is opened as %+v, %v", again, err)
	}
	_, err = Create(v.local.dir, NewDescription(uuid.New(), testKey.ID()))
	wants(t, err, ErrExists)
	_, err = Open(t.TempDir())
	wants(t, err, ErrNoVault)
	_, err = Open(filepath.Join(t.TempDir(), "nowhere"))
	wants(t, err, ErrNoVault)
}

func TestAnObjectIsThereWithItsCommitAndNotBefore(t *testing.T) {
	v := newVault(t)
	id := newID()
	name, object := SnapshotName(testProfile, id), snapshotOf(id, 1000)
	w, err := v.Writer(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(object); err != nil {
		t.Fatal(err)
	}
	if got := here(t, v); len(got) > 0 {
		t.Errorf("before the commit there is %q", got)
	}
	_, err = v.Open(t.Context(), name)
	wants(t, err, ErrNotFound)
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	file, err := v.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := io.ReadAll(file)
	if err != nil || !bytes.Equal(got, object) || file.Size() != int64(len(object)) {
		t.Errorf("%d bytes, size %d, %v", len(got), file.Size(), err)
	}
	wants(t, write(v, name, object), ErrExists)
}

func TestAnAbortedObjectLeavesNothing(t *testing.T) {
	v := newVault(t)
	before := filesBelow(t, v.local.dir)
	w, err := v.Writer(SnapshotName(testProfile, newID()))
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("half"))
	w.Abort()
	w.Abort()
	if err := w.Commit(); err == nil {
		t.Error("it was committed after that")
	}
	if after := filesBelow(t, v.local.dir); !slices.Equal(before, after) {
		t.Errorf("there is %q", after)
	}
}

func TestAWriterTakesSnapshotsAndCardsOnly(t *testing.T) {
	v := newVault(t)
	for _, name := range []string{"", "vault.json", "../x", "profiles/x", ".sync/place"} {
		_, err := v.Writer(name)
		wants(t, err, ErrBadName)
	}
}

func TestOnlyItsOwnerCanReadAVault(t *testing.T) {
	v := newVault(t)
	addSnapshot(t, v, 10)
	if err := v.SetRemote(newFolder(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Sync(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(v.local.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAListingHasSnapshotsAndCardsInOrder(t *testing.T) {
	v := newVault(t)
	want := []string{addSnapshot(t, v, 1), addSnapshot(t, v, 2), addCard(t, v), addCard(t, v)}
	slices.Sort(want)
	put(t, v.local, "profiles/"+testProfile.String()+"/lease", "not ours to show")
	if got := here(t, v); !slices.Equal(got, want) {
		t.Errorf("it has %q, want %q", got, want)
	}
}

// Processes and goroutines write to one vault; every object arrives whole, and once.
func TestManyWritersShareAVault(t *testing.T) {
	v := newVault(t)
	if err := v.SetRemote(newFolder(t)); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			if out, err := inProcess("write", v.local.dir, "25").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	for range 4 {
		writers.Go(func() {
			for range 25 {
				id := newID()
				if err := write(v, SnapshotName(testProfile, id), snapshotOf(id, 50_000)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if n, _, err := v.Waiting(); n != 150 || err != nil {
		t.Errorf("%d objects wait, %v; want 150", n, err)
	}
	for _, name := range here(t, v) {
		file, err := v.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.checkWhole(name, file, file.Size()); err != nil {
			t.Error(err)
		}
		file.Close()
	}
}

// inProcess is another process that does something with the vault in dir: see TestMain.
func inProcess(role, dir, argument string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "VAULT_TEST_ROLE="+role, "VAULT_TEST_DIR="+dir, "VAULT_TEST_ARGUMENT="+argument)
	return cmd
}

func TestMain(m *testing.M) {
	role := os.Getenv("VAULT_TEST_ROLE")
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role, os.Getenv("VAULT_TEST_DIR"), os.Getenv("VAULT_TEST_ARGUMENT")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// play is what another process does.
func play(role, dir, argument string) error {
	v, err := Open(dir)
	if err != nil {
		return err
	}
	switch role {
	case "write": // so many snapshots
		var n int
		fmt.Sscan(argument, &n)
		for range n {
			id := newID()
			if err := write(v, SnapshotName(testProfile, id), snapshotOf(id, 50_000)); err != nil {
				return err
			}
		}
		return nil
	case "sync": // with the place
		l, err := ParseLocation(argument)
		if err != nil {
			return err
		}
		c, _ := CredentialsFromEnv()
		s, err := l.Store(c)
		if err != nil {
			return err
		}
		if err := v.SetRemote(s); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err = v.Sync(ctx, nil)
		return err
	}
	return errors.New("no such role")
}

func TestOnlyAVaultThatWasNeverUsedCanBeRemoved(t *testing.T) {
	v := newVault(t)
	dir := v.local.dir
	if v.Used() {
		t.Error("a new vault is used")
	}
	id := newID()
	commit(t, v, SnapshotName(testProfile, id), snapshotOf(id, 100))
	if !v.Used() {
		t.Error("a vault with a snapshot is unused")
	}
	if err := RemoveUnused(dir); err == nil {
		t.Error("a vault with a snapshot was removed")
	}
	if _, err := Open(dir); err != nil {
		t.Error(err)
	}

	begun := filepath.Join(t.TempDir(), "begun")
	if err := os.MkdirAll(filepath.Join(begun, partialDir), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{begun, newVault(t).local.dir} {
		if err := RemoveUnused(dir); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
