package profiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/crypto"
	"valise/problem"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

const aPassphrase = "for the tests, 1"

// exported furnishes a computer's vault, and exports its first profile.
func (d *device) exported() (Profile, Exported, []byte) {
	d.t.Helper()
	d.furnish(rand.New(rand.NewPCG(3, 3)))
	p, err := d.Find(d.t.Context(), "The Shop")
	d.well(err)
	d.well(d.SetTags(d.t.Context(), p.ID, []string{"qa", "größer"}))
	d.well(d.SetColour(d.t.Context(), p.ID, "#123abc"))
	p = d.find(p.ID)
	var b bytes.Buffer
	x, err := d.Export(d.t.Context(), p.ID, uuid.Nil, &b, aPassphrase, nil)
	d.well(err)
	return p, x, b.Bytes()
}

// takes imports a file that is at hand.
func (d *device) takes(file []byte, passphrase, name string) (Receipt, error) {
	d.t.Helper()
	return d.Import(d.t.Context(), bytes.NewReader(file), int64(len(file)), passphrase, name, nil)
}

// cheap is a portable file with another slot, in which trying the passphrase takes no time.
func cheap(t *testing.T, file []byte, passphrase string) []byte {
	t.Helper()
	slot, err := crypto.ParseSlot(file)
	if err != nil {
		t.Fatal(err)
	}
	key, err := slot.Open(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	if slot, err = (crypto.Cost{Passes: 1, Memory: 64, Lanes: 1}).SealKey(passphrase, key); err != nil {
		t.Fatal(err)
	}
	return append(slot.Bytes(), file[crypto.SlotSize:]...)
}

func TestAnImportedProfileIsWholeAndOnItsOwn(t *testing.T) {
	first := newDevice(t)
	p, x, file := first.exported()
	before := first.ids(p.ID)
	if x.Profile != p.ID || x.Snapshot != p.Newest || x.Name != p.Name || x.Written != int64(len(file)) || x.Files == 0 || x.Size == 0 || !x.When.Equal(p.LastSaved) {
		t.Errorf("the report is %+v", x)
	}
	keyID := first.vault.Description().KeyID
	for _, plain := range []string{p.Name, "größer", p.ID.String(), string(p.ID[:]), string(keyID[:])} {
		if bytes.Contains(file, []byte(plain)) {
			t.Errorf("the file has %q in plain", plain)
		}
	}

	second := newDevice(t)
	var last Progress
	r, err := second.Import(t.Context(), bytes.NewReader(file), int64(len(file)), aPassphrase, "", func(p Progress) { last = p })
	second.well(err)
	if r.Outcome != Saved || r.Ended != "imported" || r.Name != p.Name || r.Files != x.Files || r.Size != x.Size || r.Profile == p.ID || r.Stored == 0 {
		t.Errorf("the receipt is %+v", r)
	}
	if last.Done != last.Total || last.Total == 0 {
		t.Errorf("progress ended at %+v", last)
	}
	got := second.find(r.Profile)
	if got.Name != p.Name || got.Colour != "#123abc" || !slices.Equal(got.Tags, p.Tags) || got.Newest != r.Snapshot || got.State != StateSaved {
		t.Errorf("the list has it as %+v", got)
	}
	index, err := second.index(t.Context(), r.Profile, r.Snapshot)
	second.well(err)
	if m := index.Meta; m.Origin == nil || *m.Origin != (snapshot.Origin{Profile: p.ID, Snapshot: p.Newest}) || m.Parent != uuid.Nil || m.Card != nil || m.Ended != snapshot.Imported {
		t.Errorf("its snapshot says %+v", m)
	}
	if found := second.flaws(); len(found) > 0 {
		t.Errorf("the vault has flaws: %+v", found)
	}
	if !slices.Equal(first.tree(p.ID, p.Newest), second.tree(r.Profile, r.Snapshot)) {
		t.Error("it is not what was exported")
	}

	// What is deleted where it comes from is no matter, and once more it is another profile.
	again, err := first.takes(file, aPassphrase, "")
	first.well(err)
	if again.Name != p.Name+" 2" || again.Profile == p.ID {
		t.Errorf("where it comes from it became %+v", again)
	}
	if !slices.Equal(first.ids(p.ID), before) {
		t.Error("the profile that it was made of has changed")
	}
}

// tree lists a snapshot's files with their content.
func (d *device) tree(profile, id uuid.UUID) (all []string) {
	d.t.Helper()
	dir := d.t.TempDir()
	_, _, err := snapshot.Restore(d.t.Context(), d.key, d.source(profile), id, dir, snapshot.Restoring{})
	d.well(err)
	d.well(filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all = append(all, fmt.Sprintf("%s %x", strings.TrimPrefix(path, dir), content))
		return err
	}))
	return all
}

func TestAnEarlierSnapshotIsExportedAlone(t *testing.T) {
	d := newDevice(t)
	d.furnish(rand.New(rand.NewPCG(4, 4)))
	p, err := d.Find(t.Context(), "The Shop")
	d.well(err)
	at, err := d.FindSnapshot(t.Context(), p.ID, "kept")
	d.well(err)
	var b bytes.Buffer
	x, err := d.Export(t.Context(), p.ID, at.ID, &b, aPassphrase, nil)
	d.well(err)
	r, err := d.takes(b.Bytes(), aPassphrase, "Kept")
	d.well(err)
	if x.Snapshot != at.ID || r.Name != "Kept" || !slices.Equal(d.tree(p.ID, at.ID), d.tree(r.Profile, r.Snapshot)) {
		t.Errorf("of %s came %+v", at.ID, r)
	}
	if _, err := d.Export(t.Context(), p.ID, uuid.New(), &b, aPassphrase, nil); err == nil {
		t.Error("a snapshot that is not there was exported")
	}
	if _, err := d.Export(t.Context(), uuid.New(), uuid.Nil, &b, aPassphrase, nil); !isA[*NotFoundError](err) {
		t.Errorf("of no profile: %v", err)
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestTheNameOfAnImportedProfileIsFreeAndFit(t *testing.T) {
	d := newDevice(t)
	_, _, file := d.exported()
	if _, err := d.takes(file, aPassphrase, " the shop "); !isA[*NameTakenError](err) {
		t.Errorf("under a name that is taken: %v", err)
	}
	if _, err := d.takes(file, aPassphrase, "bell\a"); err == nil {
		t.Error("under a name that cannot be shown")
	}
	for _, test := range []struct {
		card *snapshot.Card
		name string
		tags []string
	}{
		{&snapshot.Card{Name: "The Shop"}, "The Shop 2", nil},
		{&snapshot.Card{Name: "the shop"}, "the shop 3", nil},
		{nil, "New profile", nil},
		{&snapshot.Card{Name: "bell\a", Colour: "javascript:alert(1)", Tags: []string{"ok", "bell\a", strings.Repeat("long", 20), "ok", " fine "}}, "New profile 2", []string{"ok", "fine"}},
		{&snapshot.Card{Name: strings.Repeat("x", 121)}, "New profile 3", nil},
		{&snapshot.Card{Name: "Many", Tags: slices.Collect(numbers(1000))}, "Many", slices.Collect(numbers(30))},
	} {
		r, err := d.takes(d.forged(file, test.card), aPassphrase, "")
		d.well(err)
		p := d.find(r.Profile)
		if p.Name != test.name || !slices.Equal(p.Tags, test.tags) || !colourPattern.MatchString(p.Colour) {
			t.Errorf("of the card %+v became %q, %v, %q", test.card, p.Name, p.Tags, p.Colour)
		}
	}
}

func numbers(n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := range n {
			if !yield(fmt.Sprint("tag ", i)) {
				return
			}
		}
	}
}

// forged is a portable file with another card than its maker's program would write.
func (d *device) forged(file []byte, card *snapshot.Card) []byte {
	d.t.Helper()
	p, err := snapshot.OpenPortable(bytes.NewReader(file), int64(len(file)), aPassphrase)
	d.well(err)
	key := crypto.NewKey()
	slot, err := crypto.Cost{Passes: 1, Memory: 64, Lanes: 1}.SealKey(aPassphrase, key)
	d.well(err)
	b := bytes.NewBuffer(slot.Bytes())
	meta := p.Index.Meta
	meta.Card = card
	_, err = p.Copy(d.t.Context(), b, key, meta, nil)
	d.well(err)
	return b.Bytes()
}

// Whatever is wrong is said, and leaves nothing in the vault, not even a part that is not shown.
func TestWhatCannotBeImportedLeavesNothing(t *testing.T) {
	_, _, file := newDevice(t).exported()
	file = cheap(t, file, aPassphrase)
	d := newDevice(t)
	nothing := func(what string) {
		t.Helper()
		if found := d.objects(d.vault.Local()); len(found) > 0 {
			t.Fatalf("%s: in the vault are %v", what, found)
		}
		if halves, _ := filepath.Glob(filepath.Join(d.home.vault(d.vault.Description().Vault), ".partial", "*")); len(halves) > 0 {
			t.Fatalf("%s: in the vault are %v", what, halves)
		}
	}
	for what, test := range map[string]struct {
		file       []byte
		passphrase string
		want       error
	}{
		"wrong passphrase": {file, aPassphrase + "x", crypto.ErrWrongPassphrase},
		"no passphrase":    {file, " \n", crypto.ErrNoPassphrase},
		"no portable file": {[]byte("{}"), aPassphrase, snapshot.ErrNotPortable},
		"empty":            {nil, aPassphrase, snapshot.ErrNotPortable},
		"cut":              {file[:len(file)/2], aPassphrase, ErrFileDamaged},
		"newer":            {append([]byte("VALISEP\x02"), file[8:]...), aPassphrase, crypto.ErrNewerFormat},
	} {
		if _, err := d.takes(test.file, test.passphrase, ""); !errors.Is(err, test.want) || problem.NextStep(err) == "" || strings.Contains(err.Error(), aPassphrase) {
			t.Errorf("%s: %v", what, err)
		}
		nothing(what)
	}
	const seed = 5
	random := rand.New(rand.NewPCG(seed, seed))
	for n := range 2000 {
		harmed := bytes.Clone(file)
		switch at := random.IntN(len(file)); n % 4 {
		case 0, 1:
			harmed[at] ^= 1 << random.IntN(8)
		case 2:
			harmed = harmed[:at]
		case 3:
			harmed = append(harmed[:at], harmed[random.IntN(len(file)-at)+at:]...)
			harmed = append(harmed, byte(n))
		}
		_, err := d.takes(harmed, aPassphrase, "")
		if !errors.Is(err, ErrFileDamaged) && !errors.Is(err, snapshot.ErrNotPortable) && !errors.Is(err, crypto.ErrNewerFormat) {
			t.Fatalf("change %d by seed %d: %v", n, seed, err)
		}
	}
	nothing("after 2000 changes")

	ctx, cancel := context.WithCancel(t.Context())
	_, err := d.Import(ctx, bytes.NewReader(file), int64(len(file)), aPassphrase, "", func(p Progress) {
		if p.Done > int64(len(file))/4 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	nothing("given up")
	if _, err := d.takes(file, aPassphrase, ""); err != nil {
		t.Errorf("after all that the file itself: %v", err)
	}
}

func TestAnExportedFileIsThereWholeOrNotAtAll(t *testing.T) {
	d := newDevice(t)
	p, _, _ := d.exported()
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.valise")
	export := func(replace bool, passphrase string) error {
		_, err := d.ExportFile(t.Context(), p.ID, uuid.Nil, path, replace, passphrase, nil)
		return err
	}
	names := func() (all []string) {
		entries, err := os.ReadDir(dir)
		d.well(err)
		for _, e := range entries {
			all = append(all, e.Name())
		}
		return all
	}
	if err := export(false, "short"); !errors.Is(err, crypto.ErrWeakPassphrase) || len(names()) > 0 {
		t.Errorf("with a weak passphrase: %v; there are %v", err, names())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.ExportFile(ctx, p.ID, uuid.Nil, path, false, aPassphrase, nil); !errors.Is(err, context.Canceled) || len(names()) > 0 {
		t.Errorf("given up: %v; there are %v", err, names())
	}
	d.well(export(false, aPassphrase))
	before, err := os.ReadFile(path)
	d.well(err)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if err := export(false, aPassphrase); !errors.Is(err, ErrFileThere) || problem.NextStep(err) == "" {
		t.Errorf("a second time: %v", err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
		t.Errorf("the file was changed: %v", err)
	}
	d.well(export(true, "another passphrase"))
	now, err := os.ReadFile(path)
	d.well(err)
	if _, err := d.takes(now, "another passphrase", "Again"); err != nil {
		t.Errorf("replaced: %v", err)
	}
	if left := names(); len(left) != 1 {
		t.Errorf("in the folder are %v", left)
	}
	path = dir
	if err := export(true, aPassphrase); err == nil {
		t.Error("a folder was replaced")
	}
	path = filepath.Join(dir, "nowhere", "shop.valise")
	if err := export(false, aPassphrase); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into a folder that is not there: %v", err)
	}
}
