package snapshot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

func TestACopyNeedsNothingElse(t *testing.T) {
	s, _, second, dir := twoSnapshots(t)
	to := crypto.NewKey()
	profile := uuid.New()
	var b bytes.Buffer
	index, err := Copy(t.Context(), &b, to, Meta{Profile: profile, Ended: Forked, Device: "elsewhere"}, testKey, s.open, second, nil)
	must(t, err)
	if index.Meta.Profile != profile || len(index.Needs()) != 0 || index.Stored != int64(b.Len()) {
		t.Errorf("the copy is %+v", index)
	}
	if openHeader(t, b.Bytes()).Flags != flagKeyframe {
		t.Error("the copy is not flagged as a keyframe")
	}
	copied := shelf{index.Meta.ID: b.Bytes()}
	back := t.TempDir()
	_, _, err = Restore(t.Context(), to, copied.open, index.Meta.ID, back, Restoring{})
	must(t, err)
	same(t, seen(t, back), seen(t, dir))
	if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(b.Bytes())}); !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("the copy under the old key: %v", err)
	}
}

// Whoever gets a copy must not find in it what had been deleted before.
func TestACopyHoldsNothingThatWasDeleted(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	s := shelf{}
	secret := g.noise(40 << 10)
	g.put(t, dir, "deleted", secret)
	g.put(t, dir, "kept", g.noise(40<<10)) // in the same segment
	first, _ := s.save(t, dir, nil, Saving{})
	must(t, os.Remove(filepath.Join(dir, "deleted")))
	second, _ := s.save(t, dir, first, Saving{})

	var b bytes.Buffer
	index, err := Copy(t.Context(), &b, testKey, Meta{}, testKey, s.open, second.Meta.ID, nil)
	must(t, err)
	_, own := open(t, shelf{index.Meta.ID: b.Bytes()}, index.Meta.ID)
	if n := own.table.blocks(); n != 1 {
		t.Errorf("the copy has %d blocks, for a file of one", n)
	}
	if index.Stored > 41<<10 {
		t.Errorf("the copy has %d bytes", index.Stored)
	}
}

func TestACopyOfSomethingDamagedIsNotMade(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	for what, harm := range map[string]func(s shelf){
		"missing": func(s shelf) { delete(s, first) },
		"damaged": func(s shelf) { s[first][crypto.HeaderSize] ^= 1 },
	} {
		s := s.clone()
		harm(s)
		if _, err := Copy(t.Context(), new(bytes.Buffer), testKey, Meta{}, testKey, s.open, second, nil); err == nil {
			t.Errorf("copied, with an older object %s", what)
		}
	}
}

func TestRollingBackStoresNoBlock(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	g.put(t, dir, "a", g.noise(300<<10))
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{Summary: Summary{Sites: []string{"before.example"}}})
	before := seen(t, dir)
	g.put(t, dir, "a", g.noise(300<<10))
	g.put(t, dir, "b", g.noise(300<<10))
	second, _ := s.save(t, dir, first, Saving{})

	var b bytes.Buffer
	index, err := Again(t.Context(), &b, testKey, Meta{Parent: second.Meta.ID, Ended: RolledBack}, s.open, first.Meta.ID)
	must(t, err)
	s[index.Meta.ID] = b.Bytes()
	if index.Stored > 1<<10 || !reflect.DeepEqual(index.Needs(), []uuid.UUID{first.Meta.ID}) {
		t.Errorf("rolling back took %d bytes, and needs %v", index.Stored, index.Needs())
	}
	if index.Meta.Parent != second.Meta.ID || !reflect.DeepEqual(index.Summary, first.Summary) {
		t.Errorf("it is %+v", index)
	}
	back, state := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), before)

	// Life goes on from there.
	s.unchanged(t, back, index, state)
	write(t, back, map[string]string{"c": "c"})
	next, _ := s.save(t, back, index, Saving{State: state})
	again, _ := s.restore(t, next.Meta.ID)
	same(t, seen(t, again), seen(t, back))
}

func TestRollingBackOverAndOverKeepsFewObjectsInUse(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	s := shelf{}
	var all []*Index
	var index *Index
	var want []map[string]string
	for n := range 2 * maxNeeds {
		g.put(t, dir, string(rune('A'+n)), g.noise(1000))
		index, _ = s.save(t, dir, index, Saving{})
		all, want = append(all, index), append(want, seen(t, dir))
	}
	for n, old := range all {
		var b bytes.Buffer
		again, err := Again(t.Context(), &b, testKey, Meta{Parent: index.Meta.ID}, s.open, old.Meta.ID)
		must(t, err)
		if len(again.Needs()) > maxNeeds {
			t.Fatalf("it needs %d objects", len(again.Needs()))
		}
		s[again.Meta.ID] = b.Bytes()
		back, _ := s.restore(t, again.Meta.ID)
		same(t, seen(t, back), want[n])
		index = again
	}
}
