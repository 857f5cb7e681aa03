package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// memory is what a scan has found, kept for a quicker one of the same directory. A directory gets another time when an
// entry comes into it or goes, so one whose time is the same need not be listed again, nor be asked what belongs in.
type memory struct {
	scanned     time.Time
	directories map[string]stamp   // what they looked like before they were listed
	entries     map[string][]found // of each directory
}

// scanAndRemember is scan with a memory of it.
func scanAndRemember(ctx context.Context, dir string, keep func(path string, dir bool) bool) ([]found, *memory, error) {
	m := &memory{time.Now(), map[string]stamp{}, map[string][]found{}}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("look through %s: %w", dir, err)
	}
	m.directories["."] = stampOf(info)
	all, err := scan(ctx, dir, keep)
	for _, f := range all {
		above := path.Dir(f.entry.Path)
		m.entries[above] = append(m.entries[above], f)
		if f.entry.Kind == directory {
			m.directories[f.entry.Path] = f.stamp
		}
	}
	return all, m, err
}

// quick is scan, by what is remembered of an earlier one. A directory comes before what is in it; otherwise there is no
// order.
func (m *memory) quick(ctx context.Context, dir string, keep func(path string, dir bool) bool) ([]found, error) {
	q := &rescan{ctx: ctx, memory: m, dir: dir, keep: keep}
	info, err := os.Lstat(dir)
	if err == nil {
		err = q.enter(".", stampOf(info))
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrChanging.Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("look through %s: %w", dir, err)
	}
	return q.all, nil
}

type rescan struct {
	*memory
	ctx  context.Context
	dir  string
	keep func(path string, dir bool) bool
	all  []found
}

// enter looks at what is in a directory.
func (q *rescan) enter(directory string, now stamp) error {
	was, known := q.directories[directory]
	if !known || was != now || !settled(was.Modified, q.scanned) || !settled(was.Changed, q.scanned) {
		return q.list(directory)
	}
	for _, f := range q.entries[directory] {
		if err := q.look(f.entry.Path); err != nil {
			return err
		}
	}
	return q.ctx.Err()
}

// list finds out what is in a directory.
func (q *rescan) list(directory string) error {
	entries, err := os.ReadDir(filepath.Join(q.dir, filepath.FromSlash(directory)))
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(directory, e.Name())
		if !e.IsDir() && !e.Type().IsRegular() || q.keep != nil && !q.keep(name, e.IsDir()) {
			continue
		}
		if err := checkPath(name); err != nil {
			return ErrName.Because(err)
		}
		if err := q.look(name); err != nil {
			return err
		}
	}
	return q.ctx.Err()
}

// look adds an entry that belongs in, and what is in it.
func (q *rescan) look(name string) error {
	info, err := os.Lstat(filepath.Join(q.dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	f := describe(info)
	f.entry.Path = name
	q.all = append(q.all, f)
	if f.entry.Kind == directory {
		return q.enter(name, f.stamp)
	}
	return nil
}
