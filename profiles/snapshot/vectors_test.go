package snapshot_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/crypto"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

var update = flag.Bool("update", false, "make the test vectors anew")

func TestBothReadersFindWhatTheVectorsSay(t *testing.T) {
	stored, fresh := "testdata/vectors", filepath.Join(t.TempDir(), "vectors")
	if *update {
		snapshot.MakeVectors(t, stored)
	}
	snapshot.MakeVectors(t, fresh)
	for _, folder := range []string{stored, fresh} {
		tryVectors(t, folder)
	}
}

// A chain that is long enough for objects to be left behind, more than once.
func TestBothReadersReadEverySavingOfAProfile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "chain")
	snapshot.MakeChain(t, folder, 1, 70)
	tryVectors(t, folder)
}

func tryVectors(t *testing.T, folder string) {
	all, objects := snapshot.ReadVectors(t, folder)
	for _, v := range all.Vectors {
		t.Run(filepath.Base(filepath.Dir(folder))+"/"+v.Name, func(t *testing.T) {
			if v.Key == "" {
				v.Key = all.Key
			}
			key := snapshot.ParseKey(t, v.Key)
			byThePackage(t, v, key, objects)
			byThePage(t, v, key[:], objects)
		})
	}
}

// byThePackage reads a vector with the package.
func byThePackage(t *testing.T, v snapshot.Vector, key crypto.Key, objects map[string][]byte) {
	src := func(_ context.Context, id uuid.UUID) (snapshot.Object, error) {
		b, ok := objects[id.String()+".valise"]
		if id == v.Snapshot {
			b, ok = objects[v.FileName()]
		}
		if !ok {
			return nil, fs.ErrNotExist
		}
		return inMemory{bytes.NewReader(b)}, nil
	}
	dir := t.TempDir()
	var lost []string
	index, _, err := snapshot.Restore(t.Context(), key, src, v.Snapshot, dir, snapshot.Restoring{
		Damaged: func(path string, _ error) { lost = append(lost, path) },
	})
	if got := outcome(err, lost); got != v.Outcome {
		t.Fatalf("the package says %q (%v), not %q", got, err, v.Outcome)
	}
	if err != nil {
		return
	}
	if !slices.Equal(index.Needs(), v.Needs) {
		t.Errorf("it needs %v, not %v", index.Needs(), v.Needs)
	}
	for _, e := range v.Entries {
		path := filepath.Join(dir, filepath.FromSlash(e.Path))
		info, err := os.Lstat(path)
		if e.Lost {
			if !errors.Is(err, fs.ErrNotExist) || !slices.Contains(lost, e.Path) {
				t.Errorf("%s should be lost, which are %v", e.Path, lost)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%#o", info.Mode().Perm()); got != e.Mode || info.ModTime().UnixNano() != e.Modified || info.IsDir() != (e.Kind == 2) {
			t.Errorf("%s has mode %s and time %d, not %s and %d", e.Path, got, info.ModTime().UnixNano(), e.Mode, e.Modified)
		}
		if e.Kind == 1 {
			content, err := os.ReadFile(path)
			if sum := fmt.Sprintf("%x", sha256.Sum256(content)); err != nil || sum != e.SHA256 {
				t.Errorf("%s has %s (%v), not %s", e.Path, sum, err, e.SHA256)
			}
		}
	}
	found, err := snapshot.Check(t.Context(), key, src, v.Snapshot, nil)
	if err != nil || len(found) > 0 != (v.Outcome == "partly" || v.Check == "damaged") {
		t.Errorf("a check finds %v, %v", found, err)
	}
}

func outcome(err error, lost []string) string {
	switch {
	case errors.Is(err, crypto.ErrDamaged) || errors.Is(err, errPlainDamage):
		return "damaged"
	case errors.Is(err, crypto.ErrWrongKey) || errors.Is(err, errPlainKey):
		return "wrong key"
	case errors.Is(err, crypto.ErrNewerFormat) || errors.Is(err, errPlainNewer):
		return "newer"
	case err != nil:
		return err.Error()
	case len(lost) > 0:
		return "partly"
	}
	return "whole"
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// byThePage reads a vector with the reader that was written after docs/format.md.
func byThePage(t *testing.T, v snapshot.Vector, key []byte, objects map[string][]byte) {
	o, err := readPlain(key, objects[v.FileName()])
	var lost []string
	if err == nil {
		if len(o.index.Tree) != len(v.Entries) || len(o.index.Needs) != len(v.Needs) {
			t.Fatalf("it has %d entries and needs %d objects, not %d and %d", len(o.index.Tree), len(o.index.Needs), len(v.Entries), len(v.Needs))
		}
		opened := map[uuid.UUID]*plainObject{}
		older := func(id []byte) (o *plainObject, err error) {
			if o := opened[uuid.UUID(id)]; o != nil {
				return o, nil
			}
			b, ok := objects[uuid.UUID(id).String()+".valise"]
			if !ok {
				return nil, fs.ErrNotExist
			}
			if o, err = readPlain(key, b); err == nil {
				opened[uuid.UUID(id)] = o
			}
			return o, err
		}
		for i, e := range v.Entries {
			got := o.index.Tree[i]
			if got.Path != e.Path || got.Kind != e.Kind || fmt.Sprintf("%#o", got.Mode) != e.Mode || got.Modified != e.Modified || int64(got.Size) != e.Size {
				t.Errorf("the page finds %+v, not %+v", got, e)
			}
			if got.Kind == 2 {
				continue
			}
			content, err := o.file(got, older)
			if (err != nil) != e.Lost {
				t.Errorf("%s: %v", e.Path, err)
			}
			if err != nil {
				lost = append(lost, e.Path)
			} else if sum := fmt.Sprintf("%x", sha256.Sum256(content)); sum != e.SHA256 {
				t.Errorf("%s has %s, not %s", e.Path, sum, e.SHA256)
			}
		}
	}
	if got := outcome(err, lost); got != v.Outcome {
		t.Errorf("the page says %q (%v, %v), not %q", got, err, strings.Join(lost, " "), v.Outcome)
	}
}
