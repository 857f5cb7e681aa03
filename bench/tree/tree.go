// Package tree makes profiles to measure with: user data directories as Chromium leaves them after some months, and what a
// session changes in one. The same seed gives the same files, byte for byte.
//
// The databases are real SQLite files with Chromium's tables, the stores of sites are logs and tables in LevelDB's format,
// extensions are code, translations and fonts, and beside them lie the caches that Valise leaves out. What is random in a
// profile (tokens, keys, pictures) is random here too, and what repeats itself repeats, so that it compresses like one.
//
// Start reading at Profile and Session.
package tree

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// epoch is when the profile was last used.
var epoch = time.Date(2025, 10, 9, 8, 53, 20, 0, time.UTC)

// Profile fills dir, which it makes, with a profile: about 126 MB in some 1,700 files at a scale of 1.
func Profile(ctx context.Context, dir string, seed uint64, scale float64) error {
	m := newMaker(dir, seed, 0, scale)
	for _, part := range []func(context.Context) error{m.extensions, m.databases, m.stores, m.caches, m.loose} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("make a profile: %w", err)
		}
	}
	return m.age()
}

// Session changes a profile that Profile made as the session number n (from 1) would: some fifty files, of which few
// change much.
func Session(ctx context.Context, dir string, seed uint64, n int) error {
	m := newMaker(dir, seed, n, 1)
	for _, part := range []func(context.Context) error{m.visitSites, m.fillStores, m.fillCaches, m.touchLoose} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("session %d: %w", n, err)
		}
	}
	return nil
}

// maker is one run of Profile or Session.
type maker struct {
	words
	dir     string
	session int // 0: the profile itself
	scale   float64
	code    []byte // of the extensions and sites, from which caches have pieces
}

func newMaker(dir string, seed uint64, session int, scale float64) *maker {
	m := &maker{words: newWords(seed, uint64(session)), dir: dir, session: session, scale: scale}
	m.code = m.script(400 << 10)
	return m
}

// times is a count or a size at this scale, at least 1.
func (m *maker) times(n int) int { return max(1, int(float64(n)*m.scale)) }

func (m *maker) path(name string) string { return filepath.Join(m.dir, filepath.FromSlash(name)) }

func (m *maker) put(name string, content []byte) error {
	path := m.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// putAll writes files until the first error.
func (m *maker) putAll(n int, file func(i int) (name string, content []byte)) error {
	for i := range n {
		name, content := file(i)
		if err := m.put(name, content); err != nil {
			return err
		}
	}
	return nil
}

// age gives every file a time in the two months before the epoch, as if they had been written one by one.
func (m *maker) age() error {
	return filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		then := epoch.Add(-time.Duration(m.IntN(60*24*3600)) * time.Second)
		return os.Chtimes(path, then, then)
	})
}
