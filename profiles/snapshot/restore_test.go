package snapshot

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

func TestModesAndTimesComeBack(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"file": "1", "read-only": "2", "program": "3", "shared": "4", "locked/inside": "5"})
	for path, mode := range map[string]fs.FileMode{"read-only": 0o400, "program": 0o755, "shared": 0o666, "locked": 0o500} {
		must(t, os.Chmod(filepath.Join(dir, path), mode))
	}
	must(t, os.Chtimes(filepath.Join(dir, "locked"), yesterday, yesterday))
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "locked"), 0o700) })
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	back, _ := s.restore(t, index.Meta.ID)
	t.Cleanup(func() { os.Chmod(filepath.Join(back, "locked"), 0o700) })
	same(t, seen(t, back), seen(t, dir))
	for _, name := range []string{"program", "shared", "locked"} {
		if info, err := os.Stat(filepath.Join(back, name)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may use %s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestALargeFileOfZerosTakesNoRoom(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sparse")
	must(t, os.WriteFile(path, nil, 0o600))
	must(t, os.Truncate(path, 150<<20+12345))
	must(t, appendTo(path, "the end"))
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	if index.Stored > 10<<10 {
		t.Errorf("it took %d bytes", index.Stored)
	}
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), seen(t, dir))
}

func TestADirectoryThatHoldsSomethingIsLeftAlone(t *testing.T) {
	s, index := saved(t, map[string]string{"a": "1"})
	dir := t.TempDir()
	write(t, dir, map[string]string{"precious": "2"})
	_, _, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, dir, Restoring{})
	if !errors.Is(err, ErrNotEmpty) {
		t.Errorf("restoring over something else: %v", err)
	}
	hasContent(t, dir, "precious", []byte("2"))
	if _, _, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, filepath.Join(dir, "missing"), Restoring{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("restoring into nothing: %v", err)
	}
}

func TestARestorationThatIsGivenUpLeavesNothing(t *testing.T) {
	g := newGenerator(1)
	from := t.TempDir()
	g.profile(t, from, 10)
	s := shelf{}
	index, _ := s.save(t, from, nil, Saving{})
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := Restore(ctx, testKey, s.open, index.Meta.ID, dir, Restoring{Progress: func(done, total int64) {
		if done > total/4 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled restoration: %v", err)
	}
	same(t, seen(t, dir), nil)
}

func TestDamageEndsARestorationAndNamesTheFile(t *testing.T) {
	s, index := saved(t, map[string]string{"Default/Cookies": "1"})
	s[index.Meta.ID][crypto.HeaderSize] ^= 1
	dir := t.TempDir()
	_, _, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, dir, Restoring{})
	if !errors.Is(err, crypto.ErrDamaged) || !strings.Contains(err.Error(), "Default/Cookies") {
		t.Errorf("restoring from a damaged segment: %v", err)
	}
	same(t, seen(t, dir), nil)
}

func TestWhatIsNotDamagedCanBeHad(t *testing.T) {
	s, first, second, dir := twoSnapshots(t)
	for what, harm := range map[string]func(s shelf){
		"an older object is missing":         func(s shelf) { delete(s, first) },
		"an older object's index is damaged": func(s shelf) { s[first][len(s[first])-trailerSize-1] ^= 1 },
		"an older object is another one":     func(s shelf) { s[first] = s[second] },
		"all older segments are damaged": func(s shelf) {
			_, own := open(t, s, first)
			for _, offset := range own.table.offsets[:len(own.table.Segments)] {
				s[first][offset] ^= 1
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			s := s.clone()
			harm(s)
			to := t.TempDir()
			var lost []string
			index, state, err := Restore(t.Context(), testKey, s.open, second, to, Restoring{Damaged: func(path string, err error) {
				if err == nil {
					t.Error("lost for no reason")
				}
				lost = append(lost, path)
			}})
			must(t, err)
			want := seen(t, dir)
			if !slices.Equal(lost, []string{"old/1", "old/2", "partly old"}) {
				t.Errorf("lost %v", lost)
			}
			for _, path := range lost {
				delete(want, path)
				if _, ok := state.files[path]; ok {
					t.Errorf("the state has %s, which was lost", path)
				}
			}
			same(t, seen(t, to), want)
			if index.Meta.ID != second {
				t.Error("the index is not the snapshot's")
			}
		})
	}
}

func TestASnapshotThatCannotBeOpenedWritesNothing(t *testing.T) {
	s, index := saved(t, map[string]string{"a": "1"})
	id := index.Meta.ID
	lost := func(string, error) { t.Error("lost a file, where all is lost") }
	for what, try := range map[string]struct {
		key  crypto.Key
		id   uuid.UUID
		want error
	}{
		"missing":   {testKey, uuid.New(), errMissing},
		"wrong key": {crypto.NewKey(), id, crypto.ErrWrongKey},
	} {
		dir := t.TempDir()
		_, _, err := Restore(t.Context(), try.key, s.open, try.id, dir, Restoring{Damaged: lost})
		if !errors.Is(err, try.want) {
			t.Errorf("%s: %v", what, err)
		}
		same(t, seen(t, dir), nil)
	}
	other := uuid.New()
	s[other] = s[id]
	if _, _, err := Restore(t.Context(), testKey, s.open, other, t.TempDir(), Restoring{}); !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("an object under another's name: %v", err)
	}
}

// saved is a shelf with one snapshot of these files.
func saved(t testing.TB, files map[string]string) (shelf, *Index) {
	dir := t.TempDir()
	write(t, dir, files)
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	return s, index
}

// twoSnapshots are of a directory with files that are only in the first object, only in the second, or in both.
func twoSnapshots(t testing.TB) (s shelf, first, second uuid.UUID, dir string) {
	g := newGenerator(1)
	dir = t.TempDir()
	s = shelf{}
	partly := g.noise(2 << 20)
	g.put(t, dir, "old/1", g.noise(1<<20))
	g.put(t, dir, "old/2", g.noise(1<<20))
	g.put(t, dir, "partly old", partly)
	one, _ := s.save(t, dir, nil, Saving{})
	g.put(t, dir, "partly old", append(partly, g.noise(1<<20)...))
	g.put(t, dir, "new/1", g.noise(1<<20))
	g.put(t, dir, "new/empty", nil)
	two, _ := s.save(t, dir, one, Saving{})
	return s, one.Meta.ID, two.Meta.ID, dir
}

func (s shelf) clone() shelf {
	c := shelf{}
	for id, b := range s {
		c[id] = bytes.Clone(b)
	}
	return c
}

func TestTheIndexOfARestorationIsTheSavings(t *testing.T) {
	s, index := saved(t, map[string]string{"a": "1"})
	read, _, err := Restore(t.Context(), testKey, s.open, index.Meta.ID, t.TempDir(), Restoring{})
	must(t, err)
	if !reflect.DeepEqual(read.Meta, index.Meta) || read.Stored != index.Stored {
		t.Errorf("restored %+v, saved %+v", read, index)
	}
}

func TestOnlyTheFilesThatAreWantedAreRestored(t *testing.T) {
	s, _, id, dir := twoSnapshots(t)
	back := t.TempDir()
	var last, total int64
	index, state, err := Restore(t.Context(), testKey, s.open, id, back, Restoring{
		Only:     func(path string) bool { return path == "old/2" || path == "partly old" },
		Progress: func(done, of int64) { last, total = done, of },
	})
	must(t, err)
	want := seen(t, dir)
	delete(want, "new")
	delete(want, "new/1")
	delete(want, "new/empty")
	delete(want, "old/1")
	same(t, seen(t, back), want)
	if last != 4<<20 || total != last {
		t.Errorf("the progress ended at %d of %d", last, total)
	}
	if index.Files() != 5 {
		t.Errorf("the index has %d files", index.Files())
	}
	if len(state.files) != 2 {
		t.Errorf("the state has %d files", len(state.files))
	}
}

func TestDamageOfFilesThatAreNotWantedDoesNotMatter(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	delete(s, first)
	back := t.TempDir()
	only := func(path string) bool { return strings.HasPrefix(path, "new/") }
	_, _, err := Restore(t.Context(), testKey, s.open, second, back, Restoring{Only: only})
	must(t, err)
	if got := seen(t, back); len(got) != 3 {
		t.Errorf("restored %v", got)
	}
}

func TestANameThatThisComputerRefusesCostsOnlyThatFile(t *testing.T) {
	frames, m := forgery(t)
	long := strings.Repeat("x", 300) // a name on macOS may have that many bytes
	m.Tree = append(m.Tree, entry{Path: "e" + long, Kind: directory, Mode: 0o700}, entry{Path: "e" + long + "/file", Kind: file, Mode: 0o600},
		entry{Path: "f" + long, Kind: file, Mode: 0o600, Size: m.Tree[1].Size, Extents: m.Tree[1].Extents})
	id := NewID(uuid.Nil)
	s := shelf{id: forge(t, id, 0, frames, m)}
	dir := t.TempDir()
	var lost []string
	_, _, err := Restore(t.Context(), testKey, s.open, id, dir, Restoring{Damaged: func(path string, err error) {
		if !errors.Is(err, ErrName) {
			t.Errorf("%s: %v", path, err)
		}
		lost = append(lost, path)
	}})
	must(t, err)
	if len(lost) != 3 {
		t.Errorf("lost %v", lost)
	}
	hasContent(t, dir, "dir/file", []byte("what a file holds"))

	dir = t.TempDir()
	if _, _, err := Restore(t.Context(), testKey, s.open, id, dir, Restoring{}); !errors.Is(err, ErrName) {
		t.Errorf("restoring all of it: %v", err)
	}
	same(t, seen(t, dir), nil)
}
