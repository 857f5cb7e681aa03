package snapshot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// shelf keeps the objects of one profile in memory.
type shelf map[uuid.UUID][]byte

type onShelf struct{ *bytes.Reader }

func (onShelf) Close() error { return nil }

var errMissing = errors.New("there is no such object")

func (s shelf) open(_ context.Context, id uuid.UUID) (Object, error) {
	b, ok := s[id]
	if !ok {
		return nil, errMissing
	}
	return onShelf{bytes.NewReader(b)}, nil
}

var testKey = crypto.Key(sha256.Sum256([]byte("a key for tests")))

// save saves dir onto the shelf, against parent (nil: none).
func (s shelf) save(t testing.TB, dir string, parent *Index, with Saving) (*Index, *State) {
	t.Helper()
	if parent != nil {
		with.Base, with.Meta.Parent = parent.Meta.ID, parent.Meta.ID
	}
	var b bytes.Buffer
	index, state, err := Save(t.Context(), &b, testKey, s.open, dir, with)
	if err != nil {
		t.Fatalf("save: %v", err)
	}
	s[index.Meta.ID] = b.Bytes()
	return index, state
}

// restore restores id into a fresh directory.
func (s shelf) restore(t testing.TB, id uuid.UUID) (string, *State) {
	t.Helper()
	dir := t.TempDir()
	_, state, err := Restore(t.Context(), testKey, s.open, id, dir, Restoring{})
	if err != nil {
		t.Fatalf("restore: %v", err)
	}
	return dir, state
}

// write makes files (a name that ends with a slash: a directory), last written a day ago.
func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if path[len(path)-1] == '/' {
			must(t, os.MkdirAll(full, 0o700))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(full), 0o700))
		must(t, os.WriteFile(full, []byte(content), 0o600))
		must(t, os.Chtimes(full, yesterday, yesterday))
	}
}

var yesterday = time.Now().Add(-24 * time.Hour)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// seen is what a directory holds, as far as a snapshot keeps it: kind, mode, time and content by path.
func seen(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%v %d", info.Mode()&(fs.ModeType|0o700), info.ModTime().UnixNano())
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			what += fmt.Sprintf(" %d %x", len(content), sha256.Sum256(content))
		}
		rel, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(rel)] = what
		return err
	}))
	return all
}

func same(t testing.TB, got, want map[string]string) {
	t.Helper()
	for path := range want {
		if got[path] != want[path] {
			t.Errorf("%s: got %q, want %q", path, got[path], want[path])
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s should not be there", path)
		}
	}
}

func TestWhatIsSavedComesBack(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"Default/Cookies": databaseMagic + "hello", "Default/empty": "", "Default/nothing in here/": "",
		"Local State": "{}", "Grüße/日本語/😀 smile": "unicode", "e\u0301": "decomposed", "\u00e9": "composed",
	})
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{Meta: Meta{Device: "here", When: yesterday, Ended: Clean}, Summary: Summary{Sites: []string{"example.org"}, Cookies: 3}})
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), seen(t, dir))

	read, err := ReadIndex(testKey, onShelf{bytes.NewReader(s[index.Meta.ID])})
	must(t, err)
	if !reflect.DeepEqual(read.Meta, index.Meta) || !reflect.DeepEqual(read.Summary, index.Summary) || read.Stored != index.Stored ||
		read.Files() != 6 || read.Size() != index.Size() || len(read.Needs()) != 0 {
		t.Errorf("read %+v, saved %+v", read, index)
	}
}
