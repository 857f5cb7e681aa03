package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

var fuzzID = uuid.MustParse("01999999-9999-7999-9999-999999999999")

// known fails the test for an error that says nothing.
func known(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, crypto.ErrDamaged) && !errors.Is(err, crypto.ErrWrongKey) && !errors.Is(err, crypto.ErrNewerFormat) {
		t.Fatalf("an error of no kind: %v", err)
	}
}

// FuzzHeader tries headers and trailers that are sealed rightly, but say anything.
func FuzzHeader(f *testing.F) {
	f.Add(uint64(0), uint64(crypto.HeaderSize), uint64(17), uint64(0), []byte{0xa0})
	f.Add(uint64(flagKeyframe), uint64(1<<63), uint64(1<<63), uint64(1<<63), []byte{})
	f.Add(uint64(flagCard), ^uint64(0), ^uint64(0)-trailerSize, uint64(1), []byte{0x80})
	f.Add(uint64(1<<40), uint64(0), uint64(crypto.HeaderSize+100), uint64(1), []byte("x"))
	f.Fuzz(func(t *testing.T, flags, offset, length, segments uint64, index []byte) {
		o := testKey.NewObject(fuzzID, flags)
		place := binary.BigEndian.AppendUint64(nil, offset)
		place = binary.BigEndian.AppendUint64(place, length)
		place = binary.BigEndian.AppendUint64(place, segments)
		b := o.Seal(o.HeaderBytes(), crypto.Index(segments), compress(nil, index), place)
		b = append(append(b, o.HeaderBytes()...), place...)
		_, err := ReadIndex(testKey, onShelf{bytes.NewReader(b)})
		known(t, err)
	})
}

// FuzzIndex tries the plaintext of an index. What is accepted keeps its meaning when it is written again.
func FuzzIndex(f *testing.F) {
	_, m := forgery(f)
	plain, err := encMode.Marshal(m)
	must(f, err)
	end := int64(crypto.HeaderSize) + int64(m.Blocks.Segments[0].Sealed)
	f.Add(plain, uint64(1), end)
	m.Needs, m.Tree[1].Extents = []uuid.UUID{fuzzID}, []extent{{Object: 1, First: 7, Blocks: 9}}
	plain, err = encMode.Marshal(m)
	must(f, err)
	f.Add(plain, uint64(1), end)
	f.Add([]byte{0xa0}, uint64(0), int64(crypto.HeaderSize))
	f.Fuzz(func(t *testing.T, plain []byte, segments uint64, end int64) {
		index, table, err := decodeIndex(plain, fuzzID, segments, end)
		if err != nil {
			known(t, err)
			return
		}
		again, err := encMode.Marshal(indexMap{index.Meta.toMap(), index.Summary, index.needs, *table, index.tree})
		must(t, err)
		if _, _, err := decodeIndex(again, fuzzID, segments, end); err != nil {
			t.Fatalf("accepted once, and not when written again: %v", err)
		}
	})
}

// FuzzPath tries paths. None that is accepted leads out, on any system that would take it.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"Default/Cookies", "..", "a/../b", "/a", "a//b", `..\a`, "a:b", "NUL", "\xff", "é", "a/", "C:/a", strings.Repeat("x/", 3000)} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if checkPath(path) != nil {
			return
		}
		if !filepath.IsLocal(filepath.FromSlash(path)) && allowedHere(path) {
			t.Fatalf("%q leads out", path)
		}
		if !fs.ValidPath(path) {
			t.Fatalf("%q is no path", path)
		}
		if allowedOnWindows(path) && strings.ContainsAny(path, `:\`) {
			t.Fatalf("%q means something else on Windows", path)
		}
	})
}

// FuzzRestore tries to restore an object that is sealed rightly, with any segment and any index.
func FuzzRestore(f *testing.F) {
	frames, m := forgery(f)
	plain, err := encMode.Marshal(m)
	must(f, err)
	f.Add(frames[0], plain)
	m.Tree[1].Path = "../escaped"
	plain, err = encMode.Marshal(m)
	must(f, err)
	f.Add(frames[0], plain)
	f.Fuzz(func(t *testing.T, frame, index []byte) {
		b := forge(t, fuzzID, 0, [][]byte{frame}, index)
		restoreAnything(t, testKey, b)
	})
}

// FuzzObject tries any object, as a share or a bucket may hand it over.
func FuzzObject(f *testing.F) {
	all, objects := ReadVectors(f, "testdata/vectors")
	key := ParseKey(f, all.Key)
	for _, v := range all.Vectors {
		f.Add(objects[v.FileName()])
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) { restoreAnything(t, key, b) })
}

// restoreAnything restores the object, as far as it can be, and makes sure that nothing got out of its directory.
func restoreAnything(t *testing.T, key crypto.Key, b []byte) {
	index, err := ReadIndex(key, onShelf{bytes.NewReader(b)})
	if err != nil {
		known(t, err)
		return
	}
	if index.Size() > 1<<26 {
		return // whole, but too much to write down in a test
	}
	s := shelf{index.Meta.ID: b}
	around := t.TempDir()
	dir := filepath.Join(around, "dir")
	must(t, os.Mkdir(dir, 0o700))
	_, _, err = Restore(t.Context(), key, s.open, index.Meta.ID, dir, Restoring{Damaged: func(string, error) {}})
	if err != nil {
		same(t, seen(t, dir), nil)
	}
	if names, err := os.ReadDir(around); err != nil || len(names) != 1 {
		t.Fatalf("beside the directory are %v, %v", names, err)
	}
	if _, err := Check(t.Context(), key, s.open, index.Meta.ID, nil); err != nil {
		t.Fatal(err)
	}
}

// FuzzState tries what follows the hash in the file that a State is kept in.
func FuzzState(f *testing.F) {
	b, err := encMode.Marshal(stateMap{fuzzID, map[string]stamp{"a": {Size: 1, Modified: 2, Changed: 3, Inode: 4}}})
	must(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		sum := sha256.Sum256(b)
		state := decodeState(append(sum[:], b...))
		if _, known := state.of(fuzzID, "a"); known && state.snapshot != fuzzID {
			t.Fatal("it knows files of another snapshot")
		}
	})
}
