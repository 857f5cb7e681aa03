package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// Restoring is what Restore is told.
type Restoring struct {
	Progress Progress
	// Damaged, if set, is called for every file that cannot be restored whole, and Restore goes on with the rest, leaving
	// that file out; if nil the first such file ends it with an error that names it.
	Damaged func(path string, err error)
	// Only, if set, says of each file whether it is wanted. The directories that lead to one are made, and no others.
	Only func(path string) bool
}

// Restore writes the tree of the snapshot into dir, which must exist and be empty, and returns its index and the State of
// what it wrote.
// Nobody but the owner can read what it writes. On error or a cancelled context nothing is left in dir.
func Restore(ctx context.Context, key crypto.Key, src Source, id uuid.UUID, dir string, r Restoring) (*Index, *State, error) {
	l, err := openLineage(ctx, key, src, id)
	if err != nil {
		return nil, nil, err
	}
	defer l.close()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("restore: %w", err)
	}
	defer root.Close()
	names, err := list(root)
	if err == nil && len(names) > 0 {
		err = ErrNotEmpty
	}
	if err != nil {
		return nil, nil, fmt.Errorf("restore into %s: %w", dir, err)
	}
	whole := l.index
	if r.Only != nil {
		part := *whole
		part.tree = choose(whole.tree, r.Only)
		l.index = &part
	}
	t := &target{lineage: l, root: root, folders: folders{root: root, open: map[string]*sharedFolder{}}, told: r, files: make([]restored, len(l.index.tree)), total: l.index.Size(), lost: map[int]error{}}
	err = t.restore(ctx)
	t.folders.close()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("restore snapshot %s: %w", id, err), empty(root))
	}
	return whole, t.state(), nil
}

// target is the directory that is being filled. os.Root keeps everything inside of it, whatever a path may say.
type target struct {
	*lineage
	root    *os.Root
	folders folders
	told    Restoring
	files   []restored // by their place in the tree

	mu          sync.Mutex
	done, total int64
	lost        map[int]error // files that cannot be had
}

// restored is how far a file has come.
type restored struct {
	segments int          // that have blocks of it
	missing  atomic.Int32 // of these
	made     bool         // the file is there, perhaps not whole yet
	stamp    stamp        // once it is whole
}

func (t *target) restore(ctx context.Context) error {
	shares := t.shares(func(file int, err error) { t.lost[file] = err })
	for _, s := range shares {
		for file := range s.files() {
			t.files[file].segments++
		}
	}
	for i, e := range t.index.tree {
		t.files[i].missing.Store(int32(t.files[i].segments))
		if !allowedHere(e.Path) {
			t.lost[i] = ErrName
		}
	}
	for _, i := range slices.Sorted(maps.Keys(t.lost)) {
		if err := t.lose(i, t.lost[i]); err != nil {
			return err
		}
	}
	if err := t.create(); err != nil {
		return err
	}
	if err := t.read(ctx, shares, t.fill); err != nil {
		return err
	}
	return t.complete()
}

// create makes the directories, and those files that are not made when the one segment is at hand which fills them.
func (t *target) create() error {
	for i, e := range t.index.tree {
		var err error
		switch {
		case t.isLost(i):
		case e.Kind == directory:
			err = t.root.Mkdir(e.Path, ownerOnly)
		case t.files[i].segments == 0:
			err = t.write(i, nil, nil, nil) // an empty file
		case t.files[i].segments > 1:
			err = t.reserve(i)
		}
		if err := t.excuse(i, err); err != nil {
			return err
		}
	}
	return nil
}

// fill writes what a segment has for each of its files.
func (t *target) fill(s *share, blocks []byte, err error) error {
	for i, pieces := range s.files() {
		switch {
		case t.isLost(i):
		case err != nil:
			if err := t.lose(i, err); err != nil {
				return err
			}
		default:
			if err := t.excuse(i, t.write(i, s, pieces, blocks)); err != nil {
				return err
			}
		}
	}
	return nil
}

// reserve makes a file, to be filled later.
func (t *target) reserve(i int) error {
	in, name, done, err := t.folders.use(t.index.tree[i].Path)
	if err != nil {
		return err
	}
	defer done()
	f, err := in.make(name, 0o600)
	if err != nil {
		return err
	}
	t.files[i].made = true
	return f.close()
}

// write writes pieces of a file, and finishes it when they are the last.
func (t *target) write(i int, s *share, pieces []piece, blocks []byte) error {
	e := &t.index.tree[i]
	in, name, done, err := t.folders.use(e.Path)
	if err != nil {
		return err
	}
	defer done()
	var f *opening
	if t.files[i].made {
		f, err = in.reopen(name)
	} else if f, err = in.make(name, e.Mode); err == nil {
		t.files[i].made = true
	}
	if err != nil {
		return err
	}
	n := 0
	for _, p := range pieces {
		b := s.cut(p, blocks)
		if err := f.writeAt(b, p.at); err != nil {
			return errors.Join(err, f.close())
		}
		n += len(b)
	}
	t.advance(n)
	if t.files[i].segments > 1 { // whoever finishes it, the others must have closed it by then
		if err := f.close(); err != nil || t.files[i].missing.Add(-1) > 0 {
			return err
		}
		if f, err = in.reopen(name); err != nil {
			return err
		}
	}
	t.files[i].stamp, err = f.finish(e.Mode, e.Modified)
	return err
}

// adorn sets the mode of an entry, which now is has, and its time.
func (t *target) adorn(i int, has fs.FileMode) error {
	e := t.index.tree[i]
	if e.Mode != has {
		if err := t.root.Chmod(e.Path, e.Mode); err != nil {
			return err
		}
	}
	modified := time.Unix(0, e.Modified)
	return t.root.Chtimes(e.Path, modified, modified)
}

// complete takes away what was lost, and finishes the directories, the innermost first.
func (t *target) complete() error {
	for _, i := range slices.Sorted(maps.Keys(t.lost)) {
		path := t.index.tree[i].Path
		if t.files[i].made {
			if err := t.root.Remove(path); err != nil {
				return err
			}
		}
		t.told.Damaged(path, t.lost[i])
	}
	for i, e := range slices.Backward(t.index.tree) {
		if e.Kind == directory && !t.isLost(i) {
			if err := t.adorn(i, ownerOnly); err != nil {
				return err
			}
		}
	}
	return nil
}

// state is what the files look like now. Their inodes changed a moment ago, but by our own hand: it is the time of
// writing, which Restore has set back, that would show what somebody writes from now on.
func (t *target) state() *State {
	now := time.Now()
	s := &State{t.index.Meta.ID, map[string]stamp{}}
	for i, e := range t.index.tree {
		if e.Kind == file && !t.isLost(i) && settled(e.Modified, now) {
			s.files[e.Path] = t.files[i].stamp
		}
	}
	return s
}

// excuse passes an error on, unless it is about this one name: that the system refuses it, or takes it for another, as
// where upper and lower case are one.
func (t *target) excuse(i int, err error) error {
	for _, name := range []error{fs.ErrExist, syscall.ENAMETOOLONG, syscall.EILSEQ} {
		if errors.Is(err, name) {
			return t.lose(i, ErrName.Because(err))
		}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", t.index.tree[i].Path, err)
	}
	return err
}

// lose notes that a file cannot be had, or ends the restoration.
func (t *target) lose(i int, err error) error {
	if t.told.Damaged == nil {
		return fmt.Errorf("%s: %w", t.index.tree[i].Path, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost[i] = err
	return nil
}

func (t *target) isLost(i int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lost[i] != nil
}

func (t *target) advance(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done += int64(n)
	if t.told.Progress != nil {
		t.told.Progress(t.done, t.total)
	}
}

// list names what is in a directory.
func list(root *os.Root) ([]string, error) {
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// empty removes everything in a directory.
func empty(root *os.Root) error {
	names, err := list(root)
	for _, name := range names {
		err = errors.Join(err, root.RemoveAll(name))
	}
	return err
}
