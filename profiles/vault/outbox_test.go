package vault

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/internal/testenv"
)

func waits(t testing.TB, v *Vault, want ...string) {
	t.Helper()
	waits, err := v.Waits()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var size int64
	for info, err := range v.List("") {
		if err == nil && waits(info.Name) {
			got = append(got, info.Name)
			size += info.Size
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%q waits\nwant %q", got, want)
	}
	if n, bytes, err := v.Waiting(); n != len(want) || bytes != size || err != nil {
		t.Fatalf("%d objects with %d bytes wait, %v; want %d with %d", n, bytes, err, len(want), size)
	}
}

func connect(t testing.TB, v *Vault, s Store) {
	t.Helper()
	if err := v.SetRemote(s); err != nil {
		t.Fatal(err)
	}
}

func mustSync(t testing.TB, v *Vault) Moved {
	t.Helper()
	moved, err := v.Sync(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func reopen(t testing.TB, v *Vault) *Vault {
	t.Helper()
	again, err := Open(v.local.dir)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestNothingWaitsWhereThereWasNeverAPlace(t *testing.T) {
	v := newVault(t)
	addSnapshot(t, v, 10)
	waits(t, v)
	_, err := v.Sync(t.Context(), nil)
	wants(t, err, ErrNoRemote)
}

func TestTheOutboxSurvivesAnotherStart(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		first := addSnapshot(t, v, 10)
		connect(t, v, s)
		waits(t, v, first)
		second := addCard(t, v)
		v = reopen(t, v)
		waits(t, v, first, second) // also before the place is set again
		connect(t, v, s)
		waits(t, v, first, second)
		mustSync(t, v)
		waits(t, v)
		v = reopen(t, v)
		waits(t, v)
		third := addSnapshot(t, v, 10)
		waits(t, v, third)
	})
}

func TestWhatWaitsStaysKnownWithoutThePlace(t *testing.T) {
	v, s := newVault(t), newFolder(t)
	connect(t, v, s)
	addSnapshot(t, v, 10)
	mustSync(t, v)
	connect(t, v, nil)
	if v.Remote() != nil {
		t.Error("there still is a remote place")
	}
	second := addSnapshot(t, v, 10)
	waits(t, v, second)
	connect(t, v, s)
	if moved := mustSync(t, v); moved.Sent != 1 || moved.Waiting != 0 {
		t.Errorf("it moved %+v", moved)
	}
}

func TestAnotherPlaceHasNothingYet(t *testing.T) {
	v, one, two := newVault(t), newFolder(t), newFolder(t)
	name := addSnapshot(t, v, 10)
	connect(t, v, one)
	mustSync(t, v)
	waits(t, v)
	connect(t, v, two)
	waits(t, v, name)
	connect(t, v, one) // whose ledger was kept
	waits(t, v)
	connect(t, v, two)
	mustSync(t, v)
	if got := names(t, two, "profiles/"); !slices.Equal(got, []string{name}) {
		t.Errorf("the second place has %q", got)
	}
}

func TestWhatIsFetchedDoesNotWait(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		first, second := addSnapshot(t, one, 10), addSnapshot(t, one, 10)
		mustSync(t, one)
		file, err := two.Open(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		file.Close()
		waits(t, two)
		mustSync(t, two)
		waits(t, two)
		if got := here(t, two); !slices.Equal(got, []string{first, second}) {
			t.Errorf("the second has %q", got)
		}
	})
}

// What the place has lost waits again, as soon as that is seen.
func TestWhatThePlaceLostIsSentAgain(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		connect(t, v, s)
		name := addSnapshot(t, v, 10)
		mustSync(t, v)
		if err := s.Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if moved := mustSync(t, v); moved.Sent != 1 {
			t.Errorf("it moved %+v", moved)
		}
	})
}

// A ledger that was lost or torn makes objects wait that need not, and never the reverse.
func TestATornLedgerDoesNoHarm(t *testing.T) {
	v, s := newVault(t), newFolder(t)
	connect(t, v, s)
	var all []string
	for range 3 {
		all = append(all, addSnapshot(t, v, 10))
	}
	mustSync(t, v)
	path := v.syncPath(ledgerName(s))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for length := range len(whole) {
		if err := os.WriteFile(path, whole[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		waits, err := v.Waits()
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range all {
			if noted := strings.Contains(string(whole[:length]), name); noted == waits(name) {
				t.Fatalf("of a ledger of %d bytes, %s waits: %v", length, name, waits(name))
			}
		}
	}
	if err := v.addToLedger(ledgerName(s), all[0]); err != nil { // behind the torn line
		t.Fatal(err)
	}
	if waits, err := v.Waits(); err != nil || waits(all[0]) {
		t.Errorf("what was added waits: %v", err)
	}
	if moved := mustSync(t, v); moved.Sent != 0 || moved.Waiting != 0 {
		t.Errorf("it moved %+v", moved)
	}
}

func TestAnObjectWaitsFromItsCommitOnWhereverTheServerIs(t *testing.T) {
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	v := newVault(t)
	connect(t, v, s)
	mustSync(t, v)
	server.Stop()

	name := addSnapshot(t, v, 1000)
	moved, err := v.Sync(t.Context(), nil)
	wants(t, err, ErrUnreachable)
	if moved.Waiting != 1 || moved.Sent != 0 {
		t.Errorf("it moved %+v", moved)
	}
	v = reopen(t, v)
	waits(t, v, name)

	server.Start()
	connect(t, v, s)
	if moved := mustSync(t, v); moved.Sent != 1 || moved.Waiting != 0 {
		t.Errorf("it moved %+v", moved)
	}
	if got := names(t, s, "profiles/"); !slices.Equal(got, []string{name}) {
		t.Errorf("the bucket has %q", got)
	}
}

func TestTheFolderOfTheVaultItselfIsNoRemotePlace(t *testing.T) {
	v := newVault(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(v.local.dir, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{v.local.dir, link} {
		s, err := NewFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, v.SetRemote(s), ErrSamePlace)
	}
}

// An empty folder where the drive should be must not be taken for a place that is to be filled.
func TestAPlaceThatWasEmptiedIsToldAndFilledAgainOnlyWhenConnectedAnew(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		v := newVault(t)
		connect(t, v, s)
		name := addSnapshot(t, v, 10)
		mustSync(t, v)
		if err := os.RemoveAll(files); err != nil {
			t.Fatal(err)
		}
		v = reopen(t, v)
		connect(t, v, s)
		_, err := v.Sync(t.Context(), nil)
		wants(t, err, ErrVaultGone)
		if got := names(t, s, ""); len(got) > 0 {
			t.Errorf("the place has %q", got)
		}
		connect(t, v, nil)
		connect(t, v, s)
		if moved := mustSync(t, v); moved.Sent != 1 {
			t.Errorf("it moved %+v", moved)
		}
		if got := names(t, s, "profiles/"); !slices.Equal(got, []string{name}) {
			t.Errorf("the place has %q", got)
		}
	})
}

func TestAnObjectThatIsNeitherHereNorThereIsNotFound(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		connect(t, v, s)
		_, err := v.Open(context.Background(), SnapshotName(testProfile, newID()))
		wants(t, err, ErrNotFound)
	})
}
