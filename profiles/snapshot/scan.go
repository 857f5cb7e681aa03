package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	var all []found
	visit := func(full string, d fs.DirEntry) error {
		path, err := filepath.Rel(dir, full)
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		if !d.IsDir() && !d.Type().IsRegular() {
			return nil
		}
		if keep != nil && !keep(path, d.IsDir()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err := checkPath(path); err != nil {
			return ErrName.Because(err)
		}
		info, err := os.Lstat(full) // on Windows, what the listing of the directory says may be out of date
		if err != nil {
			return err
		}
		all = append(all, describe(path, info))
		return nil
	}
	err := filepath.WalkDir(dir, func(full string, d fs.DirEntry, err error) error {
		if full == dir {
			return err
		}
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = visit(full, d)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return ErrChanging.Because(err)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look through %s: %w", dir, err)
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.entry.Path, b.entry.Path) })
	return all, nil
}

func describe(path string, info fs.FileInfo) found {
	f := found{entry: entry{Path: path, Kind: directory, Mode: info.Mode() & ownerOnly, Modified: info.ModTime().UnixNano()}, stamp: stampOf(info)}
	if !info.IsDir() {
		f.entry.Kind, f.entry.Size = file, info.Size()
	}
	return f
}
