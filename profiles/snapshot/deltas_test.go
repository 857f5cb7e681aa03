package snapshot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

func TestADeltaIsReadThroughTheBlockItWasMadeWith(t *testing.T) {
	s := shelf{}
	id := NewID(uuid.Nil)
	var want []byte
	s[id], want = withDelta(t, id, uuid.Nil, nil)
	dir, _ := s.restore(t, id)
	hasContent(t, dir, "changed", want)
	hasContent(t, dir, "plain", newGenerator(3).text(3000))
}

func TestTheBlockThatADeltaWasMadeWithMayBeInAnOlderObject(t *testing.T) {
	s, _, id, want := deltaOnOlder(t)
	dir, _ := s.restore(t, id)
	hasContent(t, dir, "changed", want)

	// Whoever refers to a delta refers to its base as well.
	write(t, dir, map[string]string{"another": "file"})
	index, _ := s.save(t, dir, &Index{Meta: Meta{ID: id}}, Saving{})
	if needs := index.Needs(); len(needs) != 2 {
		t.Errorf("the child of a snapshot with a delta needs %v", needs)
	}
	again, _ := s.restore(t, index.Meta.ID)
	hasContent(t, again, "changed", want)

	// A copy needs neither.
	var b bytes.Buffer
	copied, err := Copy(t.Context(), &b, testKey, Meta{}, testKey, s.open, id, nil)
	must(t, err)
	clear(s)
	s[copied.Meta.ID] = b.Bytes()
	again, _ = s.restore(t, copied.Meta.ID)
	hasContent(t, again, "changed", want)
}

func TestADeltaWithoutItsBaseIsLost(t *testing.T) {
	s, base, id, _ := deltaOnOlder(t)
	delete(s, base)
	_, _, err := Restore(t.Context(), testKey, s.open, id, t.TempDir(), Restoring{})
	if !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("restoring a delta without its base: %v", err)
	}
}

// A delta of a delta would make reading one block cost reading any number of others.
func TestADeltaOfADeltaIsRefused(t *testing.T) {
	s := shelf{}
	frames, m := forgery(t)
	m.Blocks.Deltas = []delta{{Block: 0, Object: 0, Base: 0, Stored: m.Blocks.Lengths[0]}}
	id := NewID(uuid.Nil)
	s[id] = forge(t, id, 0, frames, m)
	_, _, err := Restore(t.Context(), testKey, s.open, id, t.TempDir(), Restoring{})
	if !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("restoring a delta of a delta: %v", err)
	}
}

// similar changes a few bytes in each of some pages.
func (g *generator) similar(database []byte, pages ...int) {
	for _, p := range pages {
		copy(database[p*databaseBlock+100+g.IntN(1000):], g.noise(20))
	}
}

func TestABlockThatChangedALittleIsWrittenAsADelta(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	database, log := g.database(600), g.text(200<<10)
	g.put(t, dir, "Cookies", database)
	g.put(t, dir, "log", log)
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	index := first
	for n, pages := range [][]int{{3, 4, 50, 599}, {3, 51, 599}, {4, 599}} {
		g.similar(database, pages...)
		log = append(log, g.text(100)...)
		g.put(t, dir, "Cookies", database)
		g.put(t, dir, "log", log)
		index, _ = s.save(t, dir, index, Saving{})
		_, own := open(t, s, index.Meta.ID)
		if len(own.table.Deltas) != len(pages)+1 || own.table.blocks() != uint32(len(pages)+1) {
			t.Errorf("saving %d: %d pages and a log changed, and it has %d deltas in %d blocks", n, len(pages), len(own.table.Deltas), own.table.blocks())
		}
		for _, d := range own.table.Deltas {
			if own.needs[d.Object-1] != first.Meta.ID {
				t.Errorf("saving %d: block %d is built on another block than the first", n, d.Block)
			}
		}
		if index.Stored > 2<<10 {
			t.Errorf("saving %d took %d bytes", n, index.Stored)
		}
		back, _ := s.restore(t, index.Meta.ID)
		same(t, seen(t, back), seen(t, dir))
		if found := check(t, s, index.Meta.ID); len(found) > 0 {
			t.Error(found)
		}
	}
}

func TestABlockThatIsAnotherOneIsNoDelta(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	g.put(t, dir, "text", g.text(200<<10))
	g.put(t, dir, "noise", g.noise(200<<10))
	g.put(t, dir, "small", []byte("about the same"))
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	g.put(t, dir, "text", g.noise(200<<10))
	g.put(t, dir, "noise", g.text(200<<10))
	g.put(t, dir, "small", []byte("about the same!"))
	second, _ := s.save(t, dir, first, Saving{})
	if _, own := open(t, s, second.Meta.ID); len(own.table.Deltas) > 0 {
		t.Errorf("it has %d deltas", len(own.table.Deltas))
	}
}

// Deltas move as they are, as long as what they are built on stays; else as what they stand for.
func TestDeltasSurviveThatObjectsAreNeededNoLonger(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	database, other := g.database(500), g.database(3)
	g.put(t, dir, "large", database)
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	g.put(t, dir, "late", other) // what is built on this has to move when this does
	index, _ = s.save(t, dir, index, Saving{})
	late := index.Meta.ID
	for n := 0; n < 2*maxNeeds || slices.Contains(index.Needs(), late); n++ {
		if n > 4*maxNeeds {
			t.Fatal("the object is still needed")
		}
		g.similar(database, 1+n%400, 450)
		copy(database[400*databaseBlock+n*4*databaseBlock%(100*databaseBlock):], g.noise(4*databaseBlock))
		g.similar(other, 2)
		g.put(t, dir, "large", database)
		g.put(t, dir, "late", other)
		index, _ = s.save(t, dir, index, Saving{})
	}
	clear(s[late])
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
	if _, own := open(t, s, index.Meta.ID); len(own.table.Deltas) == 0 {
		t.Error("it has no deltas any more")
	}
}

// A damaged block costs the files that have it, and those with deltas that are built on it; no others, although they
// share a segment with those deltas.
func TestDamageToABaseCostsWhatIsBuiltOnIt(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	one, two := g.database(300), g.database(300) // more than a segment each
	g.put(t, dir, "1", one)
	g.put(t, dir, "2", two)
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	var index *Index
	rewrite := func() {
		g.similar(one, 5)
		g.similar(two, 295)
		g.put(t, dir, "1", one[:10*databaseBlock])
		g.put(t, dir, "2", two[290*databaseBlock:])
	}
	// The files become short, so that nothing but deltas and their neighbours is left of the old ones.
	rewrite()
	index, _ = s.save(t, dir, first, Saving{})
	_, own := open(t, s, first.Meta.ID)
	s[first.Meta.ID][own.table.offsets[0]+100] ^= 1 // has page 5 of the first database

	found := check(t, s, index.Meta.ID)
	if len(found) != 1 || found[0].Path != "1" {
		t.Errorf("found %v", found)
	}
	var lost []string
	to := t.TempDir()
	_, state, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, to, Restoring{Damaged: func(path string, _ error) { lost = append(lost, path) }})
	must(t, err)
	if !slices.Equal(lost, []string{"1"}) {
		t.Errorf("lost %v", lost)
	}
	want := seen(t, dir)
	delete(want, "1")
	same(t, seen(t, to), want)

	// The profile can be saved all the same, again and again.
	for range 2 * maxNeeds {
		g.put(t, to, "3", g.noise(5<<10))
		index, state = s.save(t, to, index, Saving{State: state})
		back, _ := s.restore(t, index.Meta.ID)
		same(t, seen(t, back), seen(t, to))
	}
}

func deltaOnOlder(t *testing.T) (s shelf, base, id uuid.UUID, want []byte) {
	s = shelf{}
	content := newGenerator(4).text(3000)
	dir := t.TempDir()
	write(t, dir, map[string]string{"old": string(content)})
	older, _ := s.save(t, dir, nil, Saving{})
	id = NewID(older.Meta.ID)
	s[id], want = withDelta(t, id, older.Meta.ID, content)
	return s, older.Meta.ID, id, want
}

func hasContent(t testing.TB, dir, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s has %d bytes, not the %d that it should", path, len(got), len(want))
	}
}
