package profiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// furnish gives a vault histories of all kinds: three profiles with trees that change from snapshot to snapshot, one of them pruned
// and rolled back, a fork, a checkpoint.
func (d *device) furnish(random *rand.Rand) {
	d.t.Helper()
	ctx := d.t.Context()
	var first uuid.UUID
	for i, name := range []string{"Shop", "Mail", "Bank"} {
		profile := uuid.New()
		d.well(d.name(ctx, profile, name, 0))
		d.well(d.name(ctx, profile, "The "+name, 0)) // takes the place of the first
		tree := map[string][]byte{"Local State": text(random, 2000), "Default/empty": nil}
		for n := range 4 {
			tree[fmt.Sprintf("Default/Database %d", n)] = append([]byte("SQLite format 3\x00"), text(random, 20<<10)...)
			tree[fmt.Sprintf("Default/Storage/%06d.log", n)] = text(random, 10<<10)
		}
		var parent uuid.UUID
		var ids []uuid.UUID
		for n := range 7 {
			tree["Local State"] = text(random, 2000) // something changes in any case
			for _, path := range slices.Sorted(maps.Keys(tree)) {
				switch content := tree[path]; {
				case strings.Contains(path, "Database") && random.IntN(2) == 0: // some pages change
					copy(content[4<<10*(1+random.IntN(4)):], text(random, 200))
				case strings.HasSuffix(path, ".log") && random.IntN(3) == 0:
					tree[path] = append(content, text(random, 3000)...)
				}
			}
			parent = d.savedTree(profile, parent, tree, d.vault.Writer, vault.SnapshotName, func(m *snapshot.Meta) {
				m.When = time.Now().Add(time.Duration(n-10) * 24 * time.Hour)
			})
			ids = append(ids, parent)
		}
		if i == 0 {
			first = profile
			_, err := d.Rollback(ctx, profile, ids[3])
			d.well(err)
			d.well(d.Label(ctx, profile, ids[4], "kept"))
			d.prune(PruneOptions{Keep: Retention{Last: 3, Days: -1}})
			tree["Local State"] = text(random, 3000)
			d.savedTree(profile, parent, tree, nil, vault.CheckpointName, func(m *snapshot.Meta) { m.Ended = snapshot.Checkpoint })
		}
	}
	_, err := d.Fork(ctx, first, uuid.Nil, "Fork")
	d.well(err)
}

// savedTree saves a tree as a snapshot, or, if writer is nil, as a checkpoint.
func (d *device) savedTree(profile, parent uuid.UUID, tree map[string][]byte, writer func(string) (*vault.Writer, error),
	name func(profile, id uuid.UUID) string, about func(*snapshot.Meta)) uuid.UUID {
	d.t.Helper()
	dir := d.t.TempDir()
	for path, content := range tree {
		d.well(os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700))
		d.well(os.WriteFile(filepath.Join(dir, path), content, 0o600))
	}
	s := snapshot.Saving{Base: parent, Meta: snapshot.Meta{ID: snapshot.NewID(parent), Profile: profile, Parent: parent, Ended: snapshot.Clean}}
	about(&s.Meta)
	var w *vault.Writer
	var err error
	if writer == nil {
		w, err = d.vault.CheckpointWriter(profile, s.Meta.ID)
	} else {
		w, err = writer(name(profile, s.Meta.ID))
	}
	d.well(err)
	defer w.Abort()
	_, _, err = snapshot.Save(d.t.Context(), w, d.key, d.source(profile), dir, s)
	d.well(err)
	d.well(w.Commit())
	return s.Meta.ID
}

// text compresses to about half.
func text(random *rand.Rand, n int) []byte {
	const letters = "etaoinshrdlucmfw"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return b
}

func (d *device) flaws() []Flaw {
	d.t.Helper()
	flaws, err := d.CheckVault(d.t.Context(), func(Progress) {})
	d.well(err)
	return flaws
}

// place is where an object lies.
func (d *device) placeOf(object string) string {
	return filepath.Join(d.home.vault(d.vault.Description().Vault), filepath.FromSlash(object))
}

// costs are what flaws cost: snapshots, and files of snapshots.
func costs(flaws []Flaw) map[string]bool {
	lost := map[string]bool{}
	for _, f := range flaws {
		switch f.Costs {
		case CostsFile, CostsSnapshot:
			lost[f.Snapshot.String()+" "+f.File] = true
		}
	}
	return lost
}

// lost is what cannot be restored, by trying to restore every snapshot and checkpoint of a profile.
func (d *device) lost(profile uuid.UUID) map[string]bool {
	d.t.Helper()
	shelf, err := d.shelf(profile)
	d.well(err)
	lost := map[string]bool{}
	for _, id := range shelf.all() {
		dir := d.t.TempDir()
		_, _, err := snapshot.Restore(d.t.Context(), d.key, d.source(profile), id, dir, snapshot.Restoring{
			Damaged: func(path string, _ error) { lost[id.String()+" "+path] = true },
		})
		if err != nil {
			lost[id.String()+" "] = true
		}
		d.well(os.RemoveAll(dir))
	}
	return lost
}

func TestEachOfAThousandFlippedBitsIsFoundAndItsCostIsNamed(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed is %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	d := newDevice(t)
	d.furnish(random)
	if flaws := d.flaws(); len(flaws) > 0 {
		t.Fatalf("a sound vault has %+v", flaws)
	}
	before, err := d.stock()
	d.well(err)
	names := append(slices.Sorted(maps.Keys(before.sizes)), "vault.json")
	nameOf := map[uuid.UUID]string{}
	for _, p := range before.profiles {
		nameOf[p] = d.find(p).Name
	}
	kinds := map[string]int{}
	for flip := range 1000 {
		// Half of them in any byte of the vault, and half in any of its objects, most of which are small.
		name := names[random.IntN(len(names))]
		if at := random.Int64N(before.total); flip%2 == 0 {
			for _, name = range names {
				if at -= before.sizes[name]; at < 0 {
					break
				}
			}
		}
		path := d.placeOf(name)
		whole, err := os.ReadFile(path)
		d.well(err)
		flipped := bytes.Clone(whole)
		bit := random.IntN(8 * len(flipped))
		flipped[bit/8] ^= 1 << (bit % 8)
		d.well(os.WriteFile(path, flipped, 0o600))

		flaws := d.flaws()
		where := fmt.Sprintf("flip %d, bit %d of byte %d of %d of %s", flip, bit%8, bit/8, len(whole), name)
		profile, kind, _, _ := vault.ParseName(strings.Replace(name, "checkpoints/", "profiles/", 1))
		if !slices.ContainsFunc(flaws, func(f Flaw) bool { return f.Object == name }) {
			t.Errorf("%s: found %+v", where, flaws)
		}
		for _, f := range flaws {
			isCard := kind == vault.KindCard && f.Name == nameless(profile) // it was the one that has the name
			if f.Object != name || f.Profile != profile || f.Name != nameOf[profile] && !isCard {
				t.Errorf("%s: found %+v", where, f)
			}
			kinds[f.Costs]++
		}
		if kind == vault.KindSnapshot && flip%20 < 2 {
			if got, want := costs(flaws), d.lost(profile); !maps.Equal(got, want) {
				t.Errorf("%s: costs %v; what cannot be restored is %v", where, got, want)
			}
		}
		d.well(os.WriteFile(path, whole, 0o600))
	}
	for _, costs := range []string{CostsFile, CostsSnapshot, CostsCard, CostsVault, CostsNothing} {
		if kinds[costs] == 0 {
			t.Errorf("none of the flips cost a %s: %v", costs, kinds)
		}
	}
	if flaws := d.flaws(); len(flaws) > 0 {
		t.Errorf("with all flips undone, it has %+v", flaws)
	}
}

func (d *device) find(profile uuid.UUID) Profile {
	d.t.Helper()
	p, err := d.Find(d.t.Context(), profile.String())
	d.well(err)
	return p
}

func TestObjectsWithWrongNamesAndSizesAreFound(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed is %d", seed)
	random := rand.New(rand.NewPCG(seed, 2))
	d := newDevice(t)
	d.furnish(random)
	before, err := d.stock()
	d.well(err)
	names := slices.Sorted(maps.Keys(before.sizes))
	for range 200 {
		name := names[random.IntN(len(names))]
		profile, _, _, _ := vault.ParseName(strings.Replace(name, "checkpoints/", "profiles/", 1))
		path := d.placeOf(name)

		base := []byte(filepath.Base(path))
		base[random.IntN(len(base))] ^= 1 << random.IntN(7)
		renamed := filepath.Join(filepath.Dir(path), string(base))
		if strings.ContainsAny(string(base), "/\x00") || base[0] == '.' {
			continue
		}
		d.well(os.Rename(path, renamed))
		if flaws := d.flaws(); !slices.ContainsFunc(flaws, func(f Flaw) bool {
			return strings.HasSuffix(f.Object, "/"+string(base)) && f.Profile == profile && f.Costs != IsStray
		}) {
			t.Errorf("%s is called %q: found %+v", name, base, flaws)
		}
		d.well(os.Rename(renamed, path))

		whole, err := os.ReadFile(path)
		d.well(err)
		other := whole[:random.IntN(len(whole))]
		if random.IntN(2) == 0 {
			other = append(bytes.Clone(whole), text(random, 1+random.IntN(200))...)
		}
		d.well(os.WriteFile(path, other, 0o600))
		if flaws := d.flaws(); !slices.ContainsFunc(flaws, func(f Flaw) bool { return f.Object == name && f.Profile == profile }) {
			t.Errorf("%s has %d bytes instead of %d: found %+v", name, len(other), len(whole), flaws)
		}
		d.well(os.WriteFile(path, whole, 0o600))
	}
	if flaws := d.flaws(); len(flaws) > 0 {
		t.Errorf("with all undone, it has %+v", flaws)
	}
}

func TestWhatIsMissingAstrayOrOfOthersIsTold(t *testing.T) {
	d := newDevice(t)
	d.furnish(rand.New(rand.NewPCG(1, 3)))
	before, err := d.stock()
	d.well(err)
	mail := before.profiles[slices.IndexFunc(before.profiles, func(p uuid.UUID) bool { return d.find(p).Name == "The Mail" })]
	bank := before.profiles[slices.IndexFunc(before.profiles, func(p uuid.UUID) bool { return d.find(p).Name == "The Bank" })]
	oldest, newest := before.shelfOf[mail].snapshots[0], before.shelfOf[mail].snapshots[6]
	object := func(id uuid.UUID) string { return vault.SnapshotName(mail, id) }
	without := func(do func(), undo func()) []Flaw {
		t.Helper()
		do()
		defer undo()
		return d.flaws()
	}
	move := func(from, to string) func() { return func() { d.well(os.Rename(d.placeOf(from), d.placeOf(to))) } }

	// Every later snapshot of a profile lives on what its first one has.
	flaws := without(move(object(oldest), "aside"), move("aside", object(oldest)))
	if len(flaws) < 2 {
		t.Errorf("without the oldest snapshot: %+v", flaws)
	}
	for _, f := range flaws {
		if f.Object == object(oldest) && (f.Costs != CostsFile || f.File == "" || f.Name != "The Mail" || f.Snapshot == oldest) {
			t.Errorf("without the oldest snapshot: %+v", f)
		}
	}
	if i := slices.IndexFunc(flaws, func(f Flaw) bool { return f.Object == "aside" }); i < 0 ||
		flaws[i].Costs != CostsSnapshot || flaws[i].Snapshot != oldest || !strings.Contains(flaws[i].Problem, object(oldest)) {
		t.Errorf("the object that is in a wrong place is told as %+v", flaws)
	}

	// An object in the place of another one, and one that is another profile's.
	copied := func(from, to string) func() {
		return func() {
			content, err := os.ReadFile(d.placeOf(from))
			d.well(err)
			d.well(os.WriteFile(d.placeOf(to), content, 0o600))
		}
	}
	foreign := vault.SnapshotName(bank, newest)
	flaws = without(copied(object(newest), foreign), func() { d.well(os.Remove(d.placeOf(foreign))) })
	if len(flaws) != 1 || flaws[0].Object != foreign || flaws[0].Costs != CostsSnapshot || !strings.Contains(flaws[0].Problem, mail.String()) {
		t.Errorf("another profile's object is told as %+v", flaws)
	}
	double := vault.SnapshotName(mail, snapshot.NewID(newest))
	flaws = without(copied(object(newest), double), func() { d.well(os.Remove(d.placeOf(double))) })
	if len(flaws) != 1 || flaws[0].Object != double || flaws[0].Costs != CostsSnapshot || !strings.Contains(flaws[0].Problem, newest.String()) {
		t.Errorf("an object in the place of another one is told as %+v", flaws)
	}

	// What others put there is no damage.
	note, copy := "profiles/note.txt", object(newest)+" (1)"
	flaws = without(func() {
		d.well(os.WriteFile(d.placeOf(note), []byte("hello"), 0o600))
		copied(object(newest), copy)()
		d.well(os.WriteFile(d.placeOf("profiles/.DS_Store"), []byte("x"), 0o600))
	}, func() {
		d.well(os.Remove(d.placeOf(note)))
		d.well(os.Remove(d.placeOf(copy)))
	})
	if len(flaws) != 2 || flaws[0].Costs != IsStray || flaws[1].Costs != IsStray || flaws[1].Object != note ||
		!strings.Contains(flaws[0].Problem, "copy of "+object(newest)) {
		t.Errorf("strays are told as %+v", flaws)
	}
}

func TestACheckTellsItsProgressInBytesAndCanBeGivenUp(t *testing.T) {
	d := newDevice(t)
	d.furnish(rand.New(rand.NewPCG(1, 4)))
	stock, err := d.stock()
	d.well(err)
	var last Progress
	_, err = d.CheckVault(t.Context(), func(p Progress) {
		if p.Done < last.Done || p.Total != stock.total {
			t.Errorf("after %+v comes %+v", last, p)
		}
		last = p
	})
	if err != nil || last.Done != stock.total {
		t.Errorf("it ended at %+v of %d bytes, %v", last, stock.total, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = d.CheckVault(ctx, func(Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
