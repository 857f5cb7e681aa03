package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// found is an entry of a directory that is to be saved.
type found struct {
	entry entry
	stamp stamp
	copy  string // the file to read instead; stamp is its, then
}

// scan walks through dir without opening a file, and returns what keep (nil: everything) says belongs in, in the order
// of a tree. Links, sockets and devices are passed over: a snapshot holds files and directories.
func scan(ctx context.Context, dir string, keep func(path string, dir bool) bool) ([]found, error) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	s := scanner{ctx: ctx, group: group, keep: keep}
	group.Go(func() error { return s.enter(dir, "") })
	if err := group.Wait(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrChanging.Because(err)
		}
		return nil, fmt.Errorf("look through %s: %w", dir, err)
	}
	slices.SortFunc(s.all, func(a, b found) int { return strings.Compare(a.entry.Path, b.entry.Path) })
	return s.all, nil
}

// scanner looks through several directories at once.
type scanner struct {
	ctx   context.Context
	group *errgroup.Group

	mu   sync.Mutex // also keeps keep from being called twice at a time
	keep func(path string, dir bool) bool
	all  []found
}

// enter looks through the directory at full, whose path in the tree is path, and those in it.
func (s *scanner) enter(full, path string) error {
	d, err := os.Open(full)
	if err != nil {
		return err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil {
		return err
	}
	if entries, err = s.choose(path, entries); err != nil {
		return err
	}
	all := make([]found, len(entries))
	for i, e := range entries {
		name := e.Name()
		if all[i], err = look(d, full, name); err != nil {
			return err
		}
		all[i].entry.Path = below(path, name)
	}
	s.mu.Lock()
	s.all = append(s.all, all...)
	s.mu.Unlock()
	for _, f := range all {
		if f.entry.Kind != directory {
			continue
		}
		deeper := func() error { return s.enter(filepath.Join(full, filepath.Base(f.entry.Path)), f.entry.Path) }
		if !s.group.TryGo(deeper) {
			if err := deeper(); err != nil {
				return err
			}
		}
	}
	return nil
}

// choose returns those entries of a directory that belong in.
func (s *scanner) choose(path string, entries []fs.DirEntry) ([]fs.DirEntry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil, context.Cause(s.ctx)
	}
	chosen := entries[:0]
	for _, e := range entries {
		if !e.IsDir() && !e.Type().IsRegular() {
			continue
		}
		path := below(path, e.Name())
		if s.keep != nil && !s.keep(path, e.IsDir()) {
			continue
		}
		if err := checkPath(path); err != nil {
			return nil, ErrName.Because(err)
		}
		chosen = append(chosen, e)
	}
	return chosen, nil
}

// describe says what lstat said, but for the path.
func describe(info fs.FileInfo) found {
	f := found{entry: entry{Kind: directory, Mode: info.Mode() & ownerOnly, Modified: info.ModTime().UnixNano()}, stamp: stampOf(info)}
	if !info.IsDir() {
		f.entry.Kind, f.entry.Size = file, info.Size()
	}
	return f
}

// below is the path of an entry of the directory at path.
func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
