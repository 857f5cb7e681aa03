package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Capture is a directory as it was at one moment, although it goes on being written to. What differs from the base lies
// copied in a mirror beside it; what does not, is the base's.
//
// Follow copies while others write, as often as one likes; Take, while nobody does, copies only what has changed since.
// So the writers stand still for as long as it takes to look at every file and to copy the last few. Save then reads the
// mirror. A Capture serves any number of savings against the same base.
type Capture struct {
	dir, mirror string
	o           Capturing
	copies      map[string]copied // files in the mirror
	made        map[string]bool   // directories in the mirror
	tree        []found           // as Take found it, in no order
	memory      *memory           // of the last Follow; nil: none
}

// Capturing is what a Capture is told.
type Capturing struct {
	Base *State // of the snapshot that Save writes against; nil: none, and everything is copied
	Keep func(path string, dir bool) bool
	// Wanted says which files are to be in the mirror even if they are the base's, for somebody to read; nil: none.
	Wanted func(path string) bool
}

// copied is what a file looked like when it was copied.
type copied struct {
	stamp
	settled bool // a later change shows
}

// NewCapture is a Capture of dir with mirror, a directory of its own, emptied and made as need be. The copies are as
// plain as the files: only their owner can read them, and who made the Capture removes them.
func NewCapture(dir, mirror string, o Capturing) (*Capture, error) {
	err := os.RemoveAll(mirror)
	if err == nil {
		err = os.MkdirAll(mirror, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("make a mirror: %w", err)
	}
	return &Capture{dir: dir, mirror: mirror, o: o, copies: map[string]copied{}, made: map[string]bool{}}, nil
}

// Mirror is where the copies lie under their own paths, and every directory. A file that is changed there after Take is
// saved so.
func (c *Capture) Mirror() string { return c.mirror }

// attempts is how often Follow tries to look through a directory in which files come and go.
const attempts = 5

// Follow brings the mirror up to date with a directory that is being written to, as far as that goes, and says whether
// anything is different from what was taken last. That files come, go and change meanwhile is no error.
func (c *Capture) Follow(ctx context.Context) (changed bool, err error) {
	var all []found
	for range attempts {
		if all, c.memory, err = scanAndRemember(ctx, c.dir, c.o.Keep); !errors.Is(err, ErrChanging) {
			break
		}
	}
	switch {
	case errors.Is(err, ErrChanging):
		c.memory = nil
		return true, nil // Take will have a quiet moment
	case err != nil:
		c.memory = nil
		return false, err
	}
	taken := make(map[string]stamp, len(c.tree))
	for _, f := range c.tree {
		taken[f.entry.Path] = f.stamp
	}
	changed = len(all) != len(c.tree)
	for _, f := range all {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		was, ok := taken[f.entry.Path]
		changed = changed || !ok || f.entry.Kind == file && was != f.stamp
		if err := c.copy(f, c.memory.scanned); err != nil && !errors.Is(err, ErrChanging) {
			return false, err
		}
	}
	c.tidy(all)
	return changed, nil
}

// Take brings the mirror up to date with a directory that nobody writes to. ErrChanging: somebody does.
func (c *Capture) Take(ctx context.Context) error {
	looked := time.Now()
	var all []found
	var err error
	if c.memory != nil {
		all, err = c.memory.quick(ctx, c.dir, c.o.Keep)
	} else {
		all, err = scan(ctx, c.dir, c.o.Keep)
	}
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := c.copy(f, looked); err != nil {
			return err
		}
	}
	c.tree = all
	return nil
}

// copy makes the mirror have what was found, unless it has it or need not.
func (c *Capture) copy(f found, looked time.Time) error {
	path := f.entry.Path
	to := filepath.Join(c.mirror, filepath.FromSlash(path))
	if f.entry.Kind == directory {
		return c.makeDirectory(path, to)
	}
	if !c.differs(f) && (c.o.Wanted == nil || !c.o.Wanted(path)) {
		return nil
	}
	if has, ok := c.copies[path]; ok && has.settled && has.stamp == f.stamp {
		return nil
	}
	delete(c.copies, path)
	if c.made[path] {
		c.remove(path)
	}
	if err := copyFile(filepath.Join(c.dir, filepath.FromSlash(path)), to, f.stamp); err != nil {
		return err
	}
	c.copies[path] = copied{f.stamp, settled(f.stamp.Modified, looked) && settled(f.stamp.Changed, looked)}
	return nil
}

func (c *Capture) makeDirectory(path, to string) error {
	if c.made[path] {
		return nil
	}
	if _, ok := c.copies[path]; ok {
		c.remove(path)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	c.made[path] = true
	return nil
}

// copyFile copies a file that looks as it was seen, and still does afterwards. ErrChanging.
//
// An older copy is removed and not overwritten: ext4 writes a file to the disk at once when it was cut to nothing and
// filled again (auto_da_alloc), for which the copier, and a browser that stands still, would wait.
func copyFile(from, to string, seen stamp) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	source, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrChanging.Because(err)
	}
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if err := errors.Join(err, target.Close()); err != nil {
		return err
	}
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if stampOf(info) != seen {
		return ErrChanging.Because(fmt.Errorf("%s was written to", from))
	}
	return nil
}

// differs says whether a file is not the base's any more.
func (c *Capture) differs(f found) bool {
	if c.o.Base == nil {
		return true
	}
	seen, known := c.o.Base.files[f.entry.Path]
	return !known || seen != f.stamp
}

// tidy removes from the mirror what the directory does not have any more.
func (c *Capture) tidy(all []found) {
	there := make(map[string]bool, len(all))
	for _, f := range all {
		there[f.entry.Path] = true
	}
	for path := range c.copies {
		if !there[path] {
			c.remove(path)
		}
	}
	for path := range c.made {
		if !there[path] {
			c.remove(path)
		}
	}
}

// remove takes something out of the mirror. What cannot be removed is never saved all the same: it is not in the tree.
func (c *Capture) remove(path string) {
	os.RemoveAll(filepath.Join(c.mirror, filepath.FromSlash(path)))
	delete(c.copies, path)
	delete(c.made, path)
}

// taken is the tree as Save needs it: with the place and the looks of the copies where it is to read those.
func (c *Capture) taken() ([]found, error) {
	all := make([]found, len(c.tree))
	for i, f := range c.tree {
		if _, ok := c.copies[f.entry.Path]; ok && c.differs(f) {
			f.copy = filepath.Join(c.mirror, filepath.FromSlash(f.entry.Path))
			info, err := os.Lstat(f.copy)
			if err != nil {
				return nil, fmt.Errorf("read the mirror: %w", err)
			}
			f.stamp = stampOf(info)
			f.entry.Size = info.Size()
		}
		all[i] = f
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.entry.Path, b.entry.Path) })
	return all, nil
}
