package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// unchanged saves dir, which must be what index already says.
func (s shelf) unchanged(t testing.TB, dir string, base *Index, state *State) *State {
	t.Helper()
	var b bytes.Buffer
	index, state, err := Save(t.Context(), &b, testKey, s.open, dir, Saving{Base: base.Meta.ID, State: state})
	if !errors.Is(err, ErrUnchanged) || b.Len() > 0 {
		t.Fatalf("saving what has not changed wrote %d bytes, and: %v", b.Len(), err)
	}
	if index.Meta.ID != base.Meta.ID || state == nil {
		t.Errorf("with ErrUnchanged came the index of %v, and the state %v", index.Meta.ID, state)
	}
	return state
}

func TestOnlyTheChangedPagesOfADatabaseAreStored(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	database := g.database(1000)
	g.put(t, dir, "Default/History", database)
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})

	copy(database[500*databaseBlock:], g.noise(databaseBlock))
	copy(database[900*databaseBlock:], g.noise(databaseBlock))
	g.put(t, dir, "Default/History", database)
	second, _ := s.save(t, dir, first, Saving{})
	if _, own := open(t, s, second.Meta.ID); own.table.blocks() != 2 {
		t.Errorf("two changed pages were stored as %d blocks", own.table.blocks())
	}
	if second.Stored > 12<<10 {
		t.Errorf("two changed pages took %d bytes", second.Stored)
	}
	if needs := second.Needs(); len(needs) != 1 || needs[0] != first.Meta.ID {
		t.Errorf("it needs %v", needs)
	}
	back, _ := s.restore(t, second.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
}

func TestEqualBlocksAreStoredOnce(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	content := g.noise(300 << 10)
	g.put(t, dir, "a", content)
	g.put(t, dir, "b", content)
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	if first.Stored > 310<<10 {
		t.Errorf("two equal files took %d bytes", first.Stored)
	}
	must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "moved")))
	second, _ := s.save(t, dir, first, Saving{})
	if second.Stored > 1<<10 {
		t.Errorf("a renamed file took %d bytes", second.Stored)
	}
	back, _ := s.restore(t, second.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
}

func TestNothingChangedWritesNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a/b": "content", "c/": ""})
	s := shelf{}
	first, state := s.save(t, dir, nil, Saving{})
	s.unchanged(t, dir, first, nil)
	s.unchanged(t, dir, first, state)

	must(t, os.Chtimes(filepath.Join(dir, "a/b"), time.Time{}, time.Now()))
	s.unchanged(t, dir, first, state) // a time alone is no change
	always, _ := s.save(t, dir, first, Saving{Always: true})
	if always.Meta.ID == first.Meta.ID || always.Files() != 1 {
		t.Errorf("Always saved %+v", always)
	}

	for _, change := range []func() error{
		func() error { return os.Mkdir(filepath.Join(dir, "new"), 0o700) },
		func() error { return os.Chmod(filepath.Join(dir, "a/b"), 0o400) },
		func() error { return os.Remove(filepath.Join(dir, "a/b")) },
	} {
		must(t, change())
		next, _ := s.save(t, dir, first, Saving{})
		back, _ := s.restore(t, next.Meta.ID)
		same(t, seen(t, back), seen(t, dir))
	}
}

func TestAnEmptyDirectoryIsWorthAFirstSnapshot(t *testing.T) {
	s := shelf{}
	index, _ := s.save(t, t.TempDir(), nil, Saving{})
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), nil)
}

func TestOnlyWhatBelongsInIsKept(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"Default/Cookies": "1", "Default/Cache/data_0": "2", "Default/LOCK": ""})
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "SingletonLock")))
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{Keep: func(path string, dir bool) bool {
		if strings.HasPrefix(path, "Default/Cache/") {
			t.Errorf("asked for %s, inside of what is not kept", path)
		}
		return !(dir && path == "Default/Cache" || path == "Default/LOCK")
	}})
	back, _ := s.restore(t, index.Meta.ID)
	want := seen(t, dir)
	for _, path := range []string{"Default/Cache", "Default/Cache/data_0", "Default/LOCK", "SingletonLock"} {
		delete(want, path)
	}
	same(t, seen(t, back), want)
}

// What moves so that old objects are needed no longer is little: not the whole profile, time and again.
func TestManySavingsKeepFewObjectsInUse(t *testing.T) {
	g := newGenerator(2)
	dir := t.TempDir()
	database := g.database(300)
	g.put(t, dir, "Default/Cookies", database)
	s := shelf{}
	index, state := s.save(t, dir, nil, Saving{})
	first, all := index.Stored, index.Stored
	for range 60 {
		for range 3 {
			copy(database[g.IntN(300)*databaseBlock:], g.noise(databaseBlock))
		}
		copy(database, databaseMagic)
		g.put(t, dir, "Default/Cookies", database)
		index, state = s.save(t, dir, index, Saving{State: state})
		all += index.Stored
		if needs := len(index.Needs()); needs > maxNeeds {
			t.Fatalf("it needs %d other objects", needs)
		}
		if openHeader(t, s[index.Meta.ID]).Flags == flagKeyframe && len(index.Needs()) > 0 {
			t.Errorf("flagged as a keyframe, but it needs %d objects", len(index.Needs()))
		}
		back, _ := s.restore(t, index.Meta.ID)
		same(t, seen(t, back), seen(t, dir))
	}
	changed := int64(60 * 3 * databaseBlock)
	if all > first+2*changed {
		t.Errorf("changes of %d bytes took %d", changed, all-first)
	}
}

// What is moved is not what was deleted: nothing of it is in the new object, and nobody needs the old one.
func TestWhatIsDeadStaysBehindWhenTheRestMoves(t *testing.T) {
	g := newGenerator(2)
	dir := t.TempDir()
	g.put(t, dir, "large", g.noise(1<<20))
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	g.put(t, dir, "a", g.noise(40<<10))
	g.put(t, dir, "b", g.noise(30<<10)) // in the same segment
	index, _ = s.save(t, dir, index, Saving{})
	old := index.Meta.ID
	must(t, os.Remove(filepath.Join(dir, "a")))
	for n := 0; slices.Contains(index.Needs(), old) || index.Meta.ID == old; n++ {
		if n > 2*maxNeeds {
			t.Fatal("the object with what was deleted is still needed")
		}
		g.put(t, dir, fmt.Sprint(n), g.noise(50<<10))
		index, _ = s.save(t, dir, index, Saving{})
	}
	_, own := open(t, s, index.Meta.ID)
	for _, length := range own.table.Lengths {
		if length == 40<<10 {
			t.Error("it holds what was deleted")
		}
	}
	delete(s, old)
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
}

func TestAKeyframeComesWhenMostOfTheOldIsDead(t *testing.T) {
	g := newGenerator(3)
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		g.put(t, dir, name, g.noise(200<<10))
	}
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	must(t, os.Remove(filepath.Join(dir, "a")))
	must(t, os.Remove(filepath.Join(dir, "b")))
	second, _ := s.save(t, dir, first, Saving{})
	if len(second.Needs()) != 1 || second.Stored > 1<<10 {
		t.Errorf("files that are gone took %d bytes, and it needs %v", second.Stored, second.Needs())
	}
	g.put(t, dir, "d", g.noise(10<<10))
	third, _ := s.save(t, dir, second, Saving{})
	if len(third.Needs()) != 0 {
		t.Errorf("the dead are still needed: %v", third.Needs())
	}
	if third.Stored < 210<<10 || third.Stored > 220<<10 {
		t.Errorf("what is alive took %d bytes", third.Stored)
	}
	s2 := shelf{third.Meta.ID: s[third.Meta.ID]}
	back, _ := s2.restore(t, third.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
}

func TestDamageToOlderSnapshotsDoesNotKeepAProfileFromBeingSaved(t *testing.T) {
	g := newGenerator(4)
	for what, harm := range map[string]func(s shelf, first, second uuid.UUID){
		"the base is damaged":   func(s shelf, first, second uuid.UUID) { s[second][len(s[second])-200] ^= 1 },
		"the base is missing":   func(s shelf, first, second uuid.UUID) { delete(s, second) },
		"an older one is":       func(s shelf, first, second uuid.UUID) { delete(s, first) },
		"an older one is empty": func(s shelf, first, second uuid.UUID) { s[first] = nil },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			g.put(t, dir, "old", g.noise(100<<10))
			s := shelf{}
			first, _ := s.save(t, dir, nil, Saving{})
			g.put(t, dir, "new", g.noise(100<<10))
			second, _ := s.save(t, dir, first, Saving{})
			work, state := s.restore(t, second.Meta.ID)
			harm(s, first.Meta.ID, second.Meta.ID)
			write(t, work, map[string]string{"newest": "x"})
			third, _ := s.save(t, work, second, Saving{State: state})
			back, _ := s.restore(t, third.Meta.ID)
			same(t, seen(t, back), seen(t, work))
		})
	}
}

// A keyframe has to read all that is alive. What it cannot read there it takes from the directory.
func TestDamageFoundByAKeyframeIsMended(t *testing.T) {
	g := newGenerator(5)
	dir := t.TempDir()
	g.put(t, dir, "a", g.noise(2<<20))
	g.put(t, dir, "b", g.noise(3<<20))
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	g.put(t, dir, "b", g.noise(2<<20))
	second, _ := s.save(t, dir, first, Saving{})
	must(t, os.Remove(filepath.Join(dir, "b"))) // now most is dead
	write(t, dir, map[string]string{"c": "c"})
	third, _ := s.save(t, dir, second, Saving{})
	work, state := s.restore(t, third.Meta.ID)

	s[first.Meta.ID][crypto.HeaderSize+1000] ^= 1
	write(t, work, map[string]string{"d": "d"})
	fourth, _ := s.save(t, work, third, Saving{State: state})
	if len(fourth.Needs()) != 0 {
		t.Fatalf("it needs %v: this test wants a keyframe", fourth.Needs())
	}
	back, _ := s.restore(t, fourth.Meta.ID)
	same(t, seen(t, back), seen(t, work))
}

func TestAnotherKeyIsNotMendedButSaid(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "a"})
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	_, _, err := Save(t.Context(), io.Discard, crypto.NewKey(), s.open, dir, Saving{Base: first.Meta.ID})
	if !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("saving under another key: %v", err)
	}
}

// full takes a number of bytes, as a disk does.
type full int

func (f *full) Write(b []byte) (int, error) {
	n := min(len(b), int(*f))
	*f -= full(n)
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func TestAFullDiskIsReported(t *testing.T) {
	g := newGenerator(6)
	dir := t.TempDir()
	g.put(t, dir, "noise", g.noise(5<<20))
	for _, room := range []full{0, 50, 112, 1 << 20, 4<<20 + 1, 5 << 20} {
		disk := room
		_, _, err := Save(t.Context(), &disk, testKey, shelf{}.open, dir, Saving{})
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}

// written calls a function when the first byte arrives.
type written struct {
	io.Writer
	then func()
}

func (w *written) Write(b []byte) (int, error) {
	w.then()
	return w.Writer.Write(b)
}

func TestASavingCanBeGivenUp(t *testing.T) {
	g := newGenerator(7)
	dir := t.TempDir()
	g.put(t, dir, "noise", g.noise(20<<20))
	ctx, cancel := context.WithCancel(t.Context())
	var b bytes.Buffer
	_, _, err := Save(ctx, &written{&b, cancel}, testKey, shelf{}.open, dir, Saving{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled saving: %v", err)
	}
	if b.Len() > 15<<20 {
		t.Errorf("it went on for %d bytes", b.Len())
	}
}

func TestWhatChangesWhileItIsReadIsNotSaved(t *testing.T) {
	for what, change := range map[string]func(path string) error{
		"grows":    func(path string) error { return appendTo(path, "more") },
		"shrinks":  func(path string) error { return os.Truncate(path, 100) },
		"vanishes": os.Remove,
		"is replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+"2", make([]byte, 100<<10), 0o600), os.Rename(path+"2", path))
		},
	} {
		t.Run(what, func(t *testing.T) {
			g := newGenerator(8)
			dir := t.TempDir()
			g.put(t, dir, "a", g.noise(8<<20)) // more than is read ahead
			g.put(t, dir, "b", g.noise(100<<10))
			changed := false
			_, _, err := Save(t.Context(), io.Discard, testKey, shelf{}.open, dir, Saving{Progress: func(done, total int64) {
				if !changed {
					changed = true
					must(t, change(filepath.Join(dir, "b")))
				}
			}})
			if !errors.Is(err, ErrChanging) || !strings.Contains(err.Error(), "b") {
				t.Errorf("a file that %s: %v", what, err)
			}
		})
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func TestANameThatNoSnapshotCanHoldIsNamed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"not \xff UTF-8": ""})
	_, _, err := Save(t.Context(), io.Discard, testKey, shelf{}.open, dir, Saving{})
	if !errors.Is(err, ErrName) || !strings.Contains(err.Error(), `\xff`) {
		t.Errorf("saving a name that is not UTF-8: %v", err)
	}
}

func TestTextThatIsNotUnicodeIsMendedRatherThanMakingASnapshotUnreadable(t *testing.T) {
	s := shelf{}
	index, _ := s.save(t, t.TempDir(), nil, Saving{
		Meta:    Meta{Device: "caf\xe9"},
		Summary: Summary{Sites: []string{"\xff"}, Tabs: []Tab{{Title: "a\x80b", URL: "https://\xc0"}}},
	})
	read, _ := open(t, s, index.Meta.ID)
	if read.Meta.Device != "caf\ufffd" || read.Summary.Tabs[0].Title != "a\ufffdb" {
		t.Errorf("read %+v", read)
	}
}

func TestProgressEndsWithAllThatHadToBeRead(t *testing.T) {
	g := newGenerator(9)
	dir := t.TempDir()
	g.put(t, dir, "a", g.noise(300<<10))
	g.put(t, dir, "b", g.database(10))
	var last, total int64
	note := func(d, of int64) {
		if d < last {
			t.Errorf("progress went from %d back to %d", last, d)
		}
		last, total = d, of
	}
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{Progress: note})
	if last != total || total != index.Size() {
		t.Errorf("saving ended at %d of %d", last, total)
	}
	last = 0
	_, _, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, t.TempDir(), Restoring{Progress: note})
	must(t, err)
	if last != total || total != index.Size() {
		t.Errorf("restoring ended at %d of %d", last, total)
	}
}

func openHeader(t testing.TB, object []byte) crypto.Header {
	t.Helper()
	h, err := crypto.ParseHeader(object)
	must(t, err)
	return h
}

// open reads the index of an object on the shelf.
func open(t testing.TB, s shelf, id uuid.UUID) (*Index, *object) {
	t.Helper()
	index, own, err := openSnapshot(testKey, onShelf{bytes.NewReader(s[id])})
	must(t, err)
	return index, own
}
