package profiles

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// device is a computer whose histories are made of small directories, without a browser.
type device struct {
	*Library
	t *testing.T
}

func newDevice(t *testing.T) *device {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("VALISE_KEY_FILE", filepath.Join(dir, "key"))
	l, err := Open(t.Context(), Home{filepath.Join(dir, "home")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &device{l, t}
}

// beside is another computer with the same vault, which is kept in a folder besides.
func (d *device) beside(place vault.Location) *device {
	d.t.Helper()
	home := Home{filepath.Join(d.t.TempDir(), "home")}
	d.t.Setenv("VALISE_KEY_FILE", filepath.Join(d.t.TempDir(), "key"))
	if err := Join(d.t.Context(), home, place, vault.Credentials{}, d.RecoveryCode(), false); err != nil {
		d.t.Fatal(err)
	}
	l, err := Open(d.t.Context(), home, Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { l.Close() })
	return &device{l, d.t}
}

func (d *device) well(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// saved adds a snapshot to a profile, a child of parent, made when. It has a large file that stays, and a small one that
// says what the snapshot is.
func (d *device) saved(profile, parent uuid.UUID, what string, when time.Time, about ...func(*snapshot.Saving)) uuid.UUID {
	d.t.Helper()
	if parent == uuid.Nil {
		d.well(d.name(d.t.Context(), profile, "Shop", 0))
	}
	dir := d.t.TempDir()
	large := make([]byte, 200<<10)
	for i := range large {
		large[i] = byte(i * i >> 8)
	}
	d.well(os.WriteFile(filepath.Join(dir, "large"), large, 0o600))
	d.well(os.WriteFile(filepath.Join(dir, "what"), []byte(what), 0o600))
	s := snapshot.Saving{Base: parent, Always: true, Meta: snapshot.Meta{
		ID: snapshot.NewID(parent), Profile: profile, Parent: parent, When: when, Ended: snapshot.Clean,
	}}
	for _, change := range about {
		change(&s)
	}
	w, err := d.vault.Writer(vault.SnapshotName(profile, s.Meta.ID))
	d.well(err)
	defer w.Abort()
	_, _, err = snapshot.Save(d.t.Context(), w, d.key, d.source(profile), dir, s)
	d.well(err)
	d.well(w.Commit())
	return s.Meta.ID
}

// holds fails unless the snapshot can be restored, and is what it was.
func (d *device) holds(profile, id uuid.UUID, what string) {
	d.t.Helper()
	dir := d.t.TempDir()
	if _, _, err := snapshot.Restore(d.t.Context(), d.key, d.source(profile), id, dir, snapshot.Restoring{}); err != nil {
		d.t.Errorf("%s cannot be restored: %v", what, err)
		return
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "what")); string(got) != what {
		d.t.Errorf("the snapshot is %q, want %q", got, what)
	}
}

func (d *device) ids(profile uuid.UUID) []uuid.UUID {
	d.t.Helper()
	history, err := d.History(d.t.Context(), profile)
	d.well(err)
	var ids []uuid.UUID
	for _, s := range history {
		if s.Problem != nil {
			d.t.Errorf("%s: %v", s.ID, s.Problem)
		}
		ids = append(ids, s.ID)
	}
	return ids
}

// objects are the names of all that a store has of profiles.
func (d *device) objects(s vault.Store) []string {
	d.t.Helper()
	names := []string{}
	for info, err := range s.List(d.t.Context(), "profiles/") {
		d.well(err)
		names = append(names, info.Name)
	}
	return names
}

func (d *device) sync() vault.Moved {
	d.t.Helper()
	moved, err := d.Sync(d.t.Context())
	d.well(err)
	return moved
}

func (d *device) prune(o PruneOptions) Pruned {
	d.t.Helper()
	p, err := d.Prune(d.t.Context(), o, nil)
	d.well(err)
	return p
}

func newPlace(t *testing.T) vault.Location {
	t.Helper()
	place := vault.Location{Folder: filepath.Join(t.TempDir(), "stick")}
	if err := os.Mkdir(place.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return place
}

func (d *device) connect(place vault.Location) {
	d.t.Helper()
	_, err := d.Connect(d.t.Context(), place, vault.Credentials{})
	d.well(err)
	d.sync()
}

func TestPruningKeepsWhatTheRetentionSays(t *testing.T) {
	d := newDevice(t)
	profile := uuid.New()
	today := time.Now().Add(-time.Minute)
	var all []uuid.UUID
	var parent uuid.UUID
	want := map[uuid.UUID]bool{}
	for day := 40; day >= 0; day-- {
		for n := range 3 {
			parent = d.saved(profile, parent, fmt.Sprint(day, n), today.AddDate(0, 0, -day))
			all = append(all, parent)
			if n == 2 && day < 30 {
				want[parent] = true
			}
		}
	}
	for _, id := range all[len(all)-18:] { // two are still to come
		want[id] = true
	}
	labelled := all[1]
	d.well(d.Label(t.Context(), profile, labelled, "the beginning"))
	want[labelled] = true
	branch := d.saved(profile, all[4], "branch", today.AddDate(0, 0, -39))
	newest := d.saved(profile, parent, "newest", today)
	want[branch], want[newest] = true, true

	before := d.objects(d.vault.Local())
	dry := d.prune(PruneOptions{DryRun: true})
	if now := d.objects(d.vault.Local()); !slices.Equal(now, before) {
		t.Error("the dry run changed something")
	}
	done := d.prune(PruneOptions{})
	if len(dry.Snapshots) != len(done.Snapshots) || dry.Freed != done.Freed || dry.Objects != done.Objects || done.Freed == 0 {
		t.Errorf("announced were %d snapshots, %d objects, %d bytes; done %d, %d, %d",
			len(dry.Snapshots), dry.Objects, dry.Freed, len(done.Snapshots), done.Objects, done.Freed)
	}
	got := map[uuid.UUID]bool{}
	for _, id := range d.ids(profile) {
		got[id] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d snapshots are kept, want %d", len(got), len(want))
	}
	d.holds(profile, newest, "newest")
	d.holds(profile, labelled, "40 1")
	d.holds(profile, branch, "branch")
	if flaws, err := d.CheckVault(t.Context(), func(Progress) {}); err != nil || len(flaws) > 0 {
		t.Errorf("the check says %v, %v", flaws, err)
	}
	history, err := d.History(t.Context(), profile)
	d.well(err)
	for _, s := range history {
		if s.Branch != (s.ID == branch) {
			t.Errorf("%s is shown as a branch: %v", s.ID, s.Branch)
		}
	}
	if again := d.prune(PruneOptions{}); len(again.Snapshots)+again.Objects > 0 {
		t.Errorf("pruned again, %+v goes", again)
	}
}

func TestWhatWasPrunedGoesEverywhere(t *testing.T) {
	one, place := newDevice(t), newPlace(t)
	one.connect(place)
	profile, parent := uuid.New(), uuid.UUID{}
	for n := range 6 {
		parent = one.saved(profile, parent, fmt.Sprint(n), time.Now())
	}
	one.sync()
	two := one.beside(place)
	two.sync()
	one.prune(PruneOptions{Keep: Retention{Last: 2, Days: -1}})
	if moved := one.sync(); moved.Removed == 0 {
		t.Errorf("nothing was removed from the place: %+v", moved)
	}
	two.sync()
	if moved := one.sync(); moved.Sent+moved.Fetched+moved.Removed > 0 {
		t.Errorf("it does not come to rest: %+v", moved)
	}
	want := one.objects(one.vault.Local())
	for _, s := range []vault.Store{two.vault.Local(), two.vault.Remote()} {
		if got := one.objects(s); !slices.Equal(got, want) {
			t.Errorf("in %v there is %q, want %q", s, got, want)
		}
	}
	if ids := two.ids(profile); len(ids) != 2 || ids[0] != parent {
		t.Errorf("the history there is %v", ids)
	}
	two.holds(profile, parent, "5")
}

// While one device prunes, another, offline, saves on top of a snapshot that is pruned.
func TestAPrunedObjectThatIsNeededComesBack(t *testing.T) {
	one, place := newDevice(t), newPlace(t)
	one.connect(place)
	profile := uuid.New()
	first := one.saved(profile, uuid.Nil, "first", time.Now())
	labelled := one.saved(profile, uuid.Nil, "of its own", time.Now()) // needs no other
	one.sync()
	two := one.beside(place)
	two.sync()

	late := two.saved(profile, first, "late", time.Now()) // needs the first one's blocks
	newest := one.saved(profile, labelled, "newest", time.Now())
	one.well(one.Discard(t.Context(), profile, first))
	one.sync()
	if got := one.objects(one.vault.Remote()); slices.Contains(got, vault.SnapshotName(profile, first)) {
		t.Fatal("the discarded snapshot is still there")
	}
	two.sync()
	one.sync()
	two.sync()
	for _, d := range []*device{one, two} {
		d.holds(profile, late, "late")
		d.holds(profile, newest, "newest")
		if ids := d.ids(profile); slices.Contains(ids, first) {
			t.Error("the discarded snapshot is in the history again")
		}
		if flaws, err := d.CheckVault(t.Context(), func(Progress) {}); err != nil || len(flaws) > 0 {
			t.Errorf("the check says %v, %v", flaws, err)
		}
	}
}

func TestManyListsOfPrunedSnapshotsBecomeOne(t *testing.T) {
	d := newDevice(t)
	d.connect(newPlace(t))
	profile, parent := uuid.New(), uuid.UUID{}
	for n := range 3 * manyLists {
		parent = d.saved(profile, parent, fmt.Sprint(n), time.Now())
		d.prune(PruneOptions{Keep: Retention{Last: 1, Days: -1}})
		d.sync()
	}
	shelf, err := d.shelf(profile)
	d.well(err)
	if lists := len(shelf.lists); lists > manyLists || len(shelf.gone) != 3*manyLists-1 || len(shelf.snapshots) != 1 {
		t.Errorf("there are %d lists of %d snapshots, and %d are left", lists, len(shelf.gone), len(shelf.snapshots))
	}
	d.holds(profile, parent, fmt.Sprint(3*manyLists-1))
}

func TestAnOpenProfileIsNotPruned(t *testing.T) {
	d := newDevice(t)
	profile, parent := uuid.New(), uuid.UUID{}
	for n := range 3 {
		parent = d.saved(profile, parent, fmt.Sprint(n), time.Now())
	}
	lock, err := d.lockProfile(profile, SessionInfo{ID: uuid.New(), Name: "Shop"})
	d.well(err)
	if p := d.prune(PruneOptions{Keep: Retention{Last: 1, Days: -1}}); len(p.Snapshots) > 0 || !slices.Equal(p.Open, []string{"Shop"}) {
		t.Errorf("pruned was %+v", p)
	}
	lock.release()
	if err := d.Discard(t.Context(), profile, parent); !errors.Is(err, ErrNewest) {
		t.Errorf("the newest was discarded: %v", err)
	}
}

func TestASavingThatLostTheLoginsAsks(t *testing.T) {
	d := newDevice(t)
	profile := uuid.New()
	good := d.saved(profile, uuid.Nil, "good", time.Now())
	aside := d.saved(profile, good, "bad", time.Now(), func(s *snapshot.Saving) { s.Meta.Aside = "all of its 14 cookies are gone" })
	state := func() (Profile, []Snapshot) {
		p, err := d.Find(t.Context(), "Shop")
		d.well(err)
		h, err := d.History(t.Context(), profile)
		d.well(err)
		return p, h
	}
	if p, h := state(); p.Newest != good || p.Aside == nil || p.Aside.Snapshot != aside || !h[0].Branch || h[0].Newest || !h[1].Newest {
		t.Errorf("the profile is %+v with %+v", p, h)
	}
	d.prune(PruneOptions{Keep: Retention{Last: 1, Days: -1}})
	d.holds(profile, aside, "bad")
	if _, err := d.Rollback(t.Context(), profile, aside); err != nil {
		t.Fatal(err)
	}
	p, h := state()
	if p.Aside != nil || p.Newest != h[0].ID || h[1].Branch {
		t.Errorf("after rolling back to it the profile is %+v with %+v", p, h)
	}
	d.holds(profile, p.Newest, "bad")
	d.well(d.Discard(t.Context(), profile, aside))
	if _, h := state(); len(h) != 2 {
		t.Errorf("discarded, it is still in %+v", h)
	}
	d.holds(profile, p.Newest, "bad")
}

func TestALossOfLoginsIsToldFromTheOrdinary(t *testing.T) {
	sites := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, c := range []struct {
		before, now snapshot.Summary
		collapsed   bool
	}{
		{snapshot.Summary{Cookies: 14}, snapshot.Summary{}, true},
		{snapshot.Summary{Cookies: 100}, snapshot.Summary{Cookies: 20}, true},
		{snapshot.Summary{Cookies: 100}, snapshot.Summary{Cookies: 60}, false},
		{snapshot.Summary{Cookies: 1}, snapshot.Summary{}, false}, // logged out
		{snapshot.Summary{Cookies: 9}, snapshot.Summary{Cookies: 3}, false},
		{snapshot.Summary{Cookies: 5, Sites: sites}, snapshot.Summary{Cookies: 5, Sites: sites[:2]}, true},
		{snapshot.Summary{Cookies: 5, Sites: sites}, snapshot.Summary{Cookies: 5, Sites: sites[:4]}, false},
		{snapshot.Summary{Cookies: 5, Passwords: 3}, snapshot.Summary{Cookies: 5}, true},
		{snapshot.Summary{}, snapshot.Summary{}, false},
	} {
		if why := collapse(c.before, c.now); (why != "") != c.collapsed {
			t.Errorf("from %+v to %+v: %q", c.before, c.now, why)
		}
	}
}
