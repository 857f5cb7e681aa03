package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

// Vectors is vectors.json, which docs/format.md describes.
type Vectors struct {
	Key     string   `json:"key"`
	Vectors []Vector `json:"vectors"`
}

// Vector is an object and what a reader should make of it.
type Vector struct {
	Name     string        `json:"name"`
	Snapshot uuid.UUID     `json:"snapshot"`
	File     string        `json:"file,omitempty"`
	Key      string        `json:"key,omitempty"`
	Outcome  string        `json:"outcome"`
	Check    string        `json:"check,omitempty"`
	Needs    []uuid.UUID   `json:"needs,omitempty"`
	Entries  []VectorEntry `json:"entries,omitempty"`
}

// VectorEntry is an entry of its tree.
type VectorEntry struct {
	Path     string `json:"path"`
	Kind     uint   `json:"kind"`
	Mode     string `json:"mode"` // octal
	Modified int64  `json:"modified"`
	Size     int64  `json:"size"`
	SHA256   string `json:"sha256,omitempty"`
	Lost     bool   `json:"lost,omitempty"`
}

// ReadVectors reads vectors.json, and the objects that lie beside it.
func ReadVectors(t testing.TB, folder string) (Vectors, map[string][]byte) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "vectors.json"))
	must(t, err)
	var v Vectors
	must(t, json.Unmarshal(b, &v))
	names, err := filepath.Glob(filepath.Join(folder, "*.valise"))
	must(t, err)
	objects := map[string][]byte{}
	for _, name := range names {
		objects[filepath.Base(name)], err = os.ReadFile(name)
		must(t, err)
	}
	return v, objects
}

// FileName is where the vector's object is.
func (v Vector) FileName() string {
	if v.File != "" {
		return v.File
	}
	return v.Snapshot.String() + ".valise"
}

// vectorMaker writes vectors.
type vectorMaker struct {
	testing.TB
	shelf
	folder string
	all    Vectors
}

// MakeVectors makes all vectors anew.
func MakeVectors(t testing.TB, folder string) {
	m := &vectorMaker{t, shelf{}, folder, Vectors{Key: hex.EncodeToString(testKey[:])}}
	must(t, os.RemoveAll(folder))
	must(t, os.MkdirAll(folder, 0o755))
	m.sound()
	m.damaged()
	m.harmful()
	m.write()
}

func (m *vectorMaker) write() {
	b, err := json.MarshalIndent(m.all, "", "  ")
	must(m, err)
	must(m, os.WriteFile(filepath.Join(m.folder, "vectors.json"), append(b, '\n'), 0o644))
}

// MakeChain makes a vector of every saving of a profile that is used again and again.
func MakeChain(t testing.TB, folder string, seed uint64, savings int) {
	m := &vectorMaker{t, shelf{}, folder, Vectors{Key: hex.EncodeToString(testKey[:])}}
	g := newGenerator(seed)
	must(t, os.MkdirAll(folder, 0o755))
	dir := t.TempDir()
	var index *Index
	var state *State
	databases := [][]byte{g.database(300), g.database(80)}
	log := g.text(150 << 10)
	for n := range savings {
		for i, b := range databases {
			for range 4 {
				g.similar(b, 1+g.IntN(len(b)/databaseBlock-1))
			}
			copy(b[(1+g.IntN(len(b)/databaseBlock-1))*databaseBlock:], g.page())
			g.put(t, dir, fmt.Sprint("database ", i), b)
		}
		if log = append(log, g.text(g.IntN(20<<10))...); len(log) > 400<<10 {
			log = nil
		}
		g.put(t, dir, "log", log)
		g.put(t, dir, fmt.Sprint("new/", n), g.text(10<<10))
		if n >= 10 {
			must(t, os.Remove(filepath.Join(dir, "new", fmt.Sprint(n-10))))
		}
		if g.IntN(3) == 0 {
			state = nil
		}
		index, state = m.save(t, dir, index, Saving{State: state})
		m.add(Vector{Name: fmt.Sprint("saving ", n), Snapshot: index.Meta.ID, Outcome: "whole", Needs: index.Needs(), Entries: m.entries(dir)})
	}
	m.write()
}

// sound makes objects of every sort that there is.
func (m *vectorMaker) sound() {
	g := newGenerator(1)
	dir := m.TempDir()
	database := g.database(6)
	write(m, dir, map[string]string{
		"Default/Cookies": string(database), "Default/Preferences": `{"profile":{"exit_type":"Normal"}}`,
		"Default/Local Storage/leveldb/000003.log": string(g.text(70 << 10)), "Default/LOG": "", "Default/Extensions/": "", "run": "#!",
	})
	must(m, os.Chmod(filepath.Join(dir, "run"), 0o700))
	first, _ := m.save(m, dir, nil, Saving{
		Meta:    Meta{Profile: uuid.MustParse("0b5f0a4e-9df4-4d0c-8a1b-2f6d1c3e4a5b"), Device: "desk", OS: "linux", Browser: "Chromium", Version: "156.0.8078.79", Ended: Clean},
		Summary: Summary{Sites: []string{"example.org"}, Cookies: 2, Tabs: []Tab{{URL: "https://example.org/", Title: "Example", Window: 1}}},
	})
	before := m.entries(dir)
	m.add(Vector{Name: "keyframe", Snapshot: first.Meta.ID, Outcome: "whole", Entries: before})

	copy(database[4*databaseBlock:], g.page())
	write(m, dir, map[string]string{"Default/Cookies": string(database), "Default/History": string(g.database(2)), "Default/Preferences": "{}"})
	must(m, os.Remove(filepath.Join(dir, "run")))
	second, _ := m.save(m, dir, first, Saving{Meta: Meta{Profile: first.Meta.Profile, Ended: Forced}})
	m.add(Vector{Name: "child: a page changed, files written, added and removed", Snapshot: second.Meta.ID, Outcome: "whole", Needs: second.Needs(), Entries: m.entries(dir)})

	var b bytes.Buffer
	third, err := Again(m.Context(), &b, testKey, Meta{Profile: first.Meta.Profile, Parent: second.Meta.ID, Ended: RolledBack}, m.open, first.Meta.ID)
	must(m, err)
	m.shelf[third.Meta.ID] = b.Bytes()
	m.add(Vector{Name: "rolled back: no segment of its own", Snapshot: third.Meta.ID, Outcome: "whole", Needs: third.Needs(), Entries: before})

	id := NewID(third.Meta.ID)
	object, changed := withDelta(m, id, first.Meta.ID, database[:databaseBlock]) // block 0 of the keyframe
	m.shelf[id] = object
	m.add(Vector{Name: "delta against a block of another object", Snapshot: id, Outcome: "whole", Needs: []uuid.UUID{first.Meta.ID}, Entries: []VectorEntry{
		entryOf("changed", file, 0o600, 0, changed), entryOf("plain", file, 0o600, 0, newGenerator(3).text(3000)),
	}})
	id = NewID(id)
	m.shelf[id], changed = withDelta(m, id, uuid.Nil, nil)
	m.add(Vector{Name: "delta against a block of the same object", Snapshot: id, Outcome: "whole", Entries: []VectorEntry{
		entryOf("changed", file, 0o600, 0, changed), entryOf("plain", file, 0o600, 0, newGenerator(3).text(3000)),
	}})

	dir = m.TempDir()
	database = g.database(12)
	write(m, dir, map[string]string{"database": string(database), "log": string(g.text(9 << 10))})
	base, _ := m.save(m, dir, nil, Saving{})
	m.add(Vector{Name: "what the next one is built on", Snapshot: base.Meta.ID, Outcome: "whole", Entries: m.entries(dir)})
	g.similar(database, 2, 3, 7)
	copy(database[5*databaseBlock:], g.page())
	write(m, dir, map[string]string{"database": string(database), "log": "short"})
	deltas, _ := m.save(m, dir, base, Saving{})
	m.add(Vector{Name: "pages that changed a little, beside one that is new", Snapshot: deltas.Meta.ID, Outcome: "whole", Needs: deltas.Needs(), Entries: m.entries(dir)})

	dir = m.TempDir()
	write(m, dir, map[string]string{"Grüße/日本語/😀 smile.txt": "unicode", "e\u0301": "decomposed", "\u00e9": "composed", "a-b": "1", "a/b": "2", "a b": "3", "\u202eevil": "4"})
	unicode, _ := m.save(m, dir, nil, Saving{})
	m.add(Vector{Name: "unicode names, and their order", Snapshot: unicode.Meta.ID, Outcome: "whole", Entries: m.entries(dir)})
}

// damaged makes objects that something has happened to.
func (m *vectorMaker) damaged() {
	small, second := m.all.Vectors[len(m.all.Vectors)-1], m.all.Vectors[1] // a keyframe, and a child
	m.add(Vector{Name: "wrong key", Snapshot: small.Snapshot, Key: hex.EncodeToString(make([]byte, 32)), Outcome: "wrong key"})

	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[(at+len(b))%len(b)] ^= 0x20
			return b
		}
	}
	m.spoil(small, "header-flipped", "whole", flip(50))
	m.all.Vectors[len(m.all.Vectors)-1].Check = "damaged"
	m.spoil(small, "salt-in-trailer-flipped", "damaged", flip(-trailerSize+50))
	m.spoil(small, "commitment-in-trailer-flipped", "damaged", flip(-trailerSize+90))
	m.spoil(small, "index-flipped", "damaged", flip(-trailerSize-30))
	m.spoil(small, "index-offset-flipped", "damaged", flip(-placeSize+7))
	m.spoil(small, "index-length-flipped", "damaged", flip(-placeSize+15))
	m.spoil(small, "index-length-absurd", "damaged", flip(-placeSize+8))
	m.spoil(small, "segment-count-flipped", "damaged", flip(-1))
	m.spoil(small, "cut-by-one", "damaged", func(b []byte) []byte { return b[:len(b)-1] })
	m.spoil(small, "cut-in-half", "damaged", func(b []byte) []byte { return b[:len(b)/2] })
	m.spoil(small, "cut-to-header", "damaged", func(b []byte) []byte { return b[:crypto.HeaderSize] })
	m.spoil(small, "empty", "damaged", func(b []byte) []byte { return nil })
	m.spoil(small, "format-2", "newer", func(b []byte) []byte {
		b[7], b[len(b)-trailerSize+7] = 2, 2
		return b
	})
	m.spoil(second, "segment-flipped", "partly", flip(crypto.HeaderSize+5))
	lost := &m.all.Vectors[len(m.all.Vectors)-1]
	lost.Entries = slices.Clone(lost.Entries)
	for i, e := range lost.Entries {
		if name := filepath.Base(e.Path); name == "Cookies" || name == "History" || name == "Preferences" {
			lost.Entries[i].Lost, lost.Entries[i].SHA256 = true, ""
		}
	}

	dir := m.TempDir()
	write(m, dir, map[string]string{"old": "old"})
	missing, _ := m.save(m, dir, nil, Saving{})
	write(m, dir, map[string]string{"new": "new"})
	child, _ := m.save(m, dir, missing, Saving{})
	entries := m.entries(dir)
	entries[1].Lost, entries[1].SHA256 = true, ""
	m.add(Vector{Name: "its parent is missing", Snapshot: child.Meta.ID, Outcome: "partly", Needs: child.Needs(), Entries: entries})
}

// harmful makes objects that nobody makes by mistake.
func (m *vectorMaker) harmful() {
	for _, v := range []struct {
		name, outcome string
		flags         uint64
		spoil         func(*indexMap)
	}{
		{"path-leads-out", "damaged", 0, func(x *indexMap) { x.Tree[1].Path = "dir/../../escaped" }},
		{"path-is-absolute", "damaged", 0, func(x *indexMap) { x.Tree[1].Path = "/escaped" }},
		{"path-in-a-file", "damaged", 0, func(x *indexMap) { x.Tree[0].Kind = file }},
		{"path-given-twice", "damaged", 0, func(x *indexMap) { x.Tree = append(x.Tree, x.Tree[1]) }},
		{"link", "damaged", 0, func(x *indexMap) { x.Tree[1].Kind = 3 }},
		{"block-of-4-GiB", "damaged", 0, func(x *indexMap) { x.Blocks.Lengths[0] = math.MaxUint32 }},
		{"segment-of-4-GiB", "damaged", 0, func(x *indexMap) { x.Blocks.Segments[0].Sealed = math.MaxUint32 }},
		{"segment-with-4-billion-blocks", "damaged", 0, func(x *indexMap) { x.Blocks.Segments[0].Blocks = math.MaxUint32 }},
		{"file-larger-than-its-blocks", "partly", 0, func(x *indexMap) { x.Tree[1].Size = 1 << 40 }},
		{"unknown-flag", "newer", 1 << 7, func(x *indexMap) {}},
		{"unknown-flag-to-ignore", "whole", 1 << 40, func(x *indexMap) {}},
	} {
		frames, x := forgery(m)
		content := []byte("what a file holds")
		entries := []VectorEntry{entryOf("dir", directory, 0o700, x.Tree[0].Modified, nil), entryOf("dir/file", file, 0o600, x.Tree[1].Modified, content)}
		v.spoil(x)
		switch v.outcome {
		case "damaged", "newer":
			entries = nil
		case "partly":
			entries[1].Size, entries[1].SHA256, entries[1].Lost = x.Tree[1].Size, "", true
		}
		id := NewID(uuid.Nil)
		m.shelf[id] = forge(m, id, v.flags, frames, x)
		m.add(Vector{Name: v.name, Snapshot: id, File: v.name + ".valise", Outcome: v.outcome, Entries: entries})
	}
}

// add takes a vector, and its object from the shelf.
func (m *vectorMaker) add(v Vector) {
	m.all.Vectors = append(m.all.Vectors, v)
	must(m, os.WriteFile(filepath.Join(m.folder, v.FileName()), m.shelf[v.Snapshot], 0o644))
}

// spoil takes a vector whose object is that of another, spoilt.
func (m *vectorMaker) spoil(of Vector, name, outcome string, how func([]byte) []byte) {
	v := Vector{Name: name, Snapshot: of.Snapshot, File: name + ".valise", Outcome: outcome}
	if outcome == "whole" || outcome == "partly" {
		v.Needs, v.Entries = of.Needs, of.Entries
	}
	m.all.Vectors = append(m.all.Vectors, v)
	must(m, os.WriteFile(filepath.Join(m.folder, v.File), how(bytes.Clone(m.shelf[of.Snapshot])), 0o644))
}

// entries lists what is in a directory.
func (m *vectorMaker) entries(dir string) (all []VectorEntry) {
	must(m, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		must(m, err)
		info, err := d.Info()
		must(m, err)
		if d.IsDir() {
			all = append(all, entryOf(filepath.ToSlash(rel), directory, info.Mode().Perm(), info.ModTime().UnixNano(), nil))
			return nil
		}
		content, err := os.ReadFile(path)
		must(m, err)
		all = append(all, entryOf(filepath.ToSlash(rel), file, info.Mode().Perm(), info.ModTime().UnixNano(), content))
		return nil
	}))
	slices.SortFunc(all, func(a, b VectorEntry) int { return bytes.Compare([]byte(a.Path), []byte(b.Path)) })
	return all
}

func entryOf(path string, k kind, mode fs.FileMode, modified int64, content []byte) VectorEntry {
	e := VectorEntry{Path: path, Kind: uint(k), Mode: fmt.Sprintf("%#o", uint32(mode&ownerOnly)), Modified: modified, Size: int64(len(content))}
	if k == file {
		e.SHA256 = fmt.Sprintf("%x", sha256.Sum256(content))
	}
	return e
}

// ParseKey reads a key of vectors.json.
func ParseKey(t testing.TB, s string) (key crypto.Key) {
	t.Helper()
	n, err := hex.Decode(key[:], []byte(s))
	if err != nil || n != len(key) {
		t.Fatalf("%q is no key", s)
	}
	return key
}
