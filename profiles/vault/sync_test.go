package vault

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"valise/internal/testenv"

	"github.com/google/uuid"
)

func TestTwoComputersComeTogether(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		var all []string
		for range 5 {
			all = append(all, addSnapshot(t, one, 100_000), addSnapshot(t, two, 1000), addCard(t, one), addCard(t, two))
		}
		slices.Sort(all)
		if moved := mustSync(t, one); moved.Sent != 10 || moved.Fetched != 0 || moved.Waiting != 0 || moved.SentBytes < 500_000 {
			t.Errorf("the first moved %+v", moved)
		}
		if moved := mustSync(t, two); moved.Sent != 10 || moved.Fetched != 10 || moved.Waiting != 0 || moved.FetchedBytes < 500_000 {
			t.Errorf("the second moved %+v", moved)
		}
		if moved := mustSync(t, one); moved.Sent != 0 || moved.Fetched != 10 {
			t.Errorf("the first moved %+v", moved)
		}
		if moved := mustSync(t, one); moved.Sent+moved.Fetched != 0 {
			t.Errorf("with nothing to do it moved %+v", moved)
		}
		for _, got := range [][]string{here(t, one), here(t, two), names(t, s, "profiles/")} {
			if !slices.Equal(got, all) {
				t.Errorf("there is %q\nwant %q", got, all)
			}
		}
		for _, name := range all {
			if get(t, one.local, name, 0, -1) != get(t, two.local, name, 0, -1) {
				t.Errorf("%s differs", name)
			}
		}
	})
}

func TestAnEmptyPlaceBecomesTheVaults(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		connect(t, v, s)
		mustSync(t, v)
		if d, err := ReadDescription(t.Context(), s); err != nil || d != v.Description() {
			t.Errorf("the place says %+v, %v", d, err)
		}
	})
}

func TestAnotherVaultsPlaceIsLeftAlone(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		other := NewDescription(uuid.New(), testKey.ID())
		if err := writeDescription(t.Context(), s, other); err != nil {
			t.Fatal(err)
		}
		v := newVault(t)
		connect(t, v, s)
		name := addSnapshot(t, v, 10)
		_, err := v.Sync(t.Context(), nil)
		wants(t, err, ErrOtherVault)
		if got := names(t, s, ""); !slices.Equal(got, []string{descriptionName}) {
			t.Errorf("the place has %q", got)
		}
		waits(t, v, name)
	})
}

// Two computers with vaults of their own connect to one empty place in the same instant.
func TestOfTwoVaultsThatRaceForAPlaceOneGetsIt(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		errs := make([]error, 8)
		var racers sync.WaitGroup
		for i := range errs {
			v, err := Create(filepath.Join(t.TempDir(), "vault"), NewDescription(uuid.New(), testKey.ID()))
			if err != nil {
				t.Fatal(err)
			}
			connect(t, v, s)
			racers.Go(func() { _, errs[i] = v.Sync(t.Context(), nil) })
		}
		racers.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrOtherVault) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d got it", won)
		}
	})
}

func TestProcessesThatSyncAtOnceDoNotDisturbEachOther(t *testing.T) {
	server := testenv.S3(t)
	for key, value := range map[string]string{"AWS_ACCESS_KEY_ID": server.AccessKey, "AWS_SECRET_ACCESS_KEY": server.SecretKey} {
		t.Setenv(key, value)
	}
	place := Location{Bucket: server.Bucket, Endpoint: server.Endpoint, Region: server.Region}
	one, two := newVault(t), newVault(t)
	for range 20 {
		addSnapshot(t, one, 10_000)
		addSnapshot(t, two, 10_000)
	}
	var processes sync.WaitGroup
	for _, v := range []*Vault{one, one, two, two, two} {
		processes.Go(func() {
			if out, err := inProcess("sync", v.local.dir, place.String()).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	processes.Wait()
	s, err := place.Store(Credentials{server.AccessKey, server.SecretKey, ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*Vault{one, two} {
		connect(t, v, s)
		waits(t, v)
		mustSync(t, v)
		if n := len(here(t, v)); n != 40 {
			t.Errorf("there are %d objects, want 40", n)
		}
	}
}

func TestACallWaitsForTheOneThatSyncs(t *testing.T) {
	v := newVault(t)
	connect(t, v, newFolder(t))
	ctx, cancel := context.WithCancel(t.Context())
	err := v.exclusively(t.Context(), func() error {
		waiting := make(chan error)
		go func() {
			_, err := reopenAt(v).Sync(ctx, nil)
			waiting <- err
		}()
		cancel() // or it would wait for ever
		return <-waiting
	})
	wants(t, err, context.Canceled)
	mustSync(t, v)
}

// reopenAt is v as another process has it.
func reopenAt(v *Vault) *Vault {
	return &Vault{local: v.local, description: v.description, remote: v.Remote()}
}

func TestProgressAddsUp(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		for range 6 {
			addSnapshot(t, one, 200_000)
		}
		addSnapshot(t, two, 200_000)
		for _, v := range []*Vault{one, two} {
			var all []Progress
			moved, err := v.Sync(t.Context(), func(p Progress) { all = append(all, p) })
			if err != nil {
				t.Fatal(err)
			}
			first, last := all[0], all[len(all)-1]
			want := moved.Sent + moved.Fetched
			if first.Done != 0 || first.Total != want || first.DoneBytes != 0 || first.TotalBytes != moved.SentBytes+moved.FetchedBytes {
				t.Errorf("it begins with %+v for %+v", first, moved)
			}
			if last.Done != want || last.Total != want || last.DoneBytes != last.TotalBytes {
				t.Errorf("it ends with %+v for %+v", last, moved)
			}
			between := slices.ContainsFunc(all, func(p Progress) bool { return p.Done == 0 && p.DoneBytes > 0 })
			if !between {
				t.Error("nothing is reported while the first object is on its way")
			}
		}
	})
}

func TestACancelledSyncKeepsWhatItMoved(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		v := newVault(t)
		connect(t, v, s)
		for range 40 {
			addSnapshot(t, v, 20_000)
		}
		ctx, cancel := context.WithCancel(t.Context())
		moved, err := v.Sync(ctx, func(p Progress) {
			if p.Done == 10 {
				cancel()
			}
		})
		wants(t, err, context.Canceled)
		if moved.Sent < 10 || moved.Sent > 10+atOnce || moved.Sent+moved.Waiting < 40 {
			t.Errorf("it moved %+v", moved)
		}
		if got := len(names(t, s, "profiles/")); got < moved.Sent || got > moved.Sent+atOnce {
			t.Errorf("the place has %d objects of %d", got, moved.Sent)
		}
		if moved := mustSync(t, v); moved.Waiting != 0 {
			t.Errorf("after that it moved %+v", moved)
		}
		if got := len(names(t, s, "profiles/")); got != 40 {
			t.Errorf("the place has %d objects", got)
		}
	})
}

func TestCardsMoveFirstThenOldSnapshotsOutAndNewOnesIn(t *testing.T) {
	var cards, snapshots []Info
	for range 3 {
		cards = append(cards, Info{Name: CardName(testProfile, newID())})
		snapshots = append(snapshots, Info{Name: SnapshotName(uuid.New(), newID())})
	}
	shuffled := func() []Info {
		all := slices.Concat(cards, snapshots)
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all
	}
	var sent, fetched []Info
	for _, m := range inOrder(shuffled(), shuffled()) {
		if m.direction == sending {
			sent = append(sent, m.Info)
		} else {
			fetched = append(fetched, m.Info)
		}
	}
	if want := slices.Concat(cards, snapshots); !slices.Equal(sent, want) {
		t.Errorf("sent: %v", sent)
	}
	slices.Reverse(cards)
	slices.Reverse(snapshots)
	if want := slices.Concat(cards, snapshots); !slices.Equal(fetched, want) {
		t.Errorf("fetched: %v", fetched)
	}
}

func TestAPlaceThatShowsAnOlderStateIsNoticed(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		connect(t, v, s)
		all := []string{addSnapshot(t, v, 1000), addSnapshot(t, v, 1000), addCard(t, v)}
		if moved := mustSync(t, v); moved.Lost != 0 {
			t.Errorf("what was never there is said to be lost: %+v", moved)
		}
		for _, name := range all[1:] {
			if err := s.Remove(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if moved := mustSync(t, v); moved.Lost != 2 || moved.Sent != 2 {
			t.Errorf("it moved %+v", moved)
		}
		if moved := mustSync(t, v); moved.Lost != 0 || moved.Sent != 0 {
			t.Errorf("put back, it moved %+v", moved)
		}
	})
}
