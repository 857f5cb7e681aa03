package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Saving is what Save is told.
type Saving struct {
	Meta    Meta // Meta.ID may be zero: NewID(Meta.Parent) is taken
	Summary Summary
	Base    uuid.UUID // the snapshot of the same profile to write against, nearly always Meta.Parent; zero: none
	State   *State    // from restoring or saving exactly Base; nil, or another's: every file is read
	// Keep says which of the directory's entries belong in: path is relative, with slashes. nil: all. A directory that is
	// not kept is not entered.
	Keep func(path string, dir bool) bool
	// Capture, if set, is what to save: the directory as it was taken last. Keep counts for nothing then, and the State
	// that Save returns is of no use.
	Capture  *Capture
	Always   bool // write an object even when nothing changed since Base
	Progress Progress
}

// Save writes one object for dir to w, front to back and once, and returns its index and the State that a later Save
// against this one can use. dir is never changed; if it changes while it is being read, that is ErrChanging.
//
// With ErrUnchanged nothing was written; the index is the base's then, and the State is as good as after a saving.
// What of older snapshots cannot be opened any more is not referred to, but read from dir and stored anew: damage to an
// older one never keeps a profile from being saved.
func Save(ctx context.Context, w io.Writer, key crypto.Key, src Source, dir string, s Saving) (*Index, *State, error) {
	started := time.Now()
	base, all, err := gather(ctx, key, src, dir, s)
	if err != nil {
		return nil, nil, err
	}
	defer base.close()
	state := stateOf(all, started)
	tree, toRead := base.compare(all, s)
	if !s.Always && len(toRead) == 0 && base.isTree(tree) {
		state.snapshot = s.Base
		return base.index, state, ErrUnchanged
	}
	leaves := base.leaves()
	if leaves != nil {
		if err := base.dropUnreadable(ctx, leaves); err != nil {
			return nil, nil, err
		}
		tree, toRead = base.compare(all, s)
	}

	d := begin(ctx, w, key, s.Meta, base, leaves)
	defer d.close()
	d.tree = tree
	if err := d.fill(dir, all, toRead, s.Progress); err != nil {
		return nil, nil, fmt.Errorf("save %s: %w", dir, err)
	}
	if !s.Always && d.unchanged() {
		state.snapshot = s.Base
		return base.index, state, ErrUnchanged
	}
	if err := d.carryOver(nil); err != nil {
		return nil, nil, fmt.Errorf("save %s: %w", dir, err)
	}
	index, err := d.end(s.Summary)
	if err != nil {
		return nil, nil, err
	}
	state.snapshot = d.meta.ID
	return index, state, nil
}

// look finds what is to be saved.
func (s *Saving) look(ctx context.Context, dir string) ([]found, error) {
	if s.Capture != nil {
		return s.Capture.taken()
	}
	return scan(ctx, dir, s.Keep)
}

// gather opens what is to be written against while it looks through dir.
func gather(ctx context.Context, key crypto.Key, src Source, dir string, s Saving) (base *lineage, all []found, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		base, err = openBase(ctx, key, src, s.Base)
		return err
	})
	group.Go(func() (err error) {
		all, err = s.look(ctx, dir)
		return err
	})
	if err := group.Wait(); err != nil {
		if base != nil {
			base.close()
		}
		return nil, nil, err
	}
	return base, all, nil
}

// openBase opens what is to be written against. A base that cannot be read is as good as none.
func openBase(ctx context.Context, key crypto.Key, src Source, id uuid.UUID) (*lineage, error) {
	if id == uuid.Nil {
		return &lineage{index: new(Index)}, nil
	}
	l, err := openLineage(ctx, key, src, id)
	switch {
	case err == nil:
		return l, nil
	case ctx.Err() != nil, errors.Is(err, crypto.ErrWrongKey), errors.Is(err, crypto.ErrNewerFormat):
		return nil, err
	}
	return &lineage{index: new(Index)}, nil
}

// compare makes a tree from what was found: files that have not changed since the snapshot keep its blocks, all others
// are to be read.
func (l *lineage) compare(all []found, s Saving) (tree []entry, toRead []int) {
	tree = make([]entry, len(all))
	before := l.index.tree
	for i, f := range all {
		tree[i] = f.entry
		if f.entry.Kind != file {
			continue
		}
		for len(before) > 0 && before[0].Path < f.entry.Path {
			before = before[1:]
		}
		seen, known := s.State.of(s.Base, f.entry.Path)
		if known && seen == f.stamp && len(before) > 0 && before[0].Path == f.entry.Path && l.check(before[0]) == nil {
			tree[i].Extents = before[0].Extents // counting as the snapshot does; fill puts that right
			continue
		}
		toRead = append(toRead, i)
	}
	return tree, toRead
}

// isTree says whether a tree of files that have not changed is the snapshot's, but for the times of files.
func (l *lineage) isTree(tree []entry) bool {
	return len(l.objects) > 0 && slices.EqualFunc(tree, l.index.tree, sameEntry)
}

func sameEntry(now, then entry) bool {
	return now.Path == then.Path && now.Kind == then.Kind && now.Mode == then.Mode && now.Size == then.Size
}

// fill reads those files of the tree that are to be read.
func (d *draft) fill(dir string, all []found, toRead []int, progress Progress) error {
	for i := range d.tree {
		d.tree[i].Extents = inherit(d.tree[i].Extents)
	}
	if len(toRead) == 0 {
		return nil
	}
	var done, total int64
	for _, i := range toRead {
		total += all[i].entry.Size
	}
	c := cutter{out: d.writer, known: d.ancestors.blocks(), older: d.ancestors, leaves: d.leaves, read: func(n int) {
		done += int64(n)
		if progress != nil {
			progress(done, total)
		}
	}}
	files := make([]uncut, len(toRead))
	for n, i := range toRead {
		path := all[i].entry.Path
		before, _ := d.ancestors.index.find(path)
		files[n] = uncut{cmp.Or(all[i].copy, filepath.Join(dir, filepath.FromSlash(path))), all[i].stamp, before.Extents}
	}
	extents, err := c.cut(files)
	if err != nil {
		return err
	}
	for n, i := range toRead {
		d.tree[i].Extents = extents[n]
	}
	return d.err()
}

// unchanged says whether the tree is the base's, but for the times of files.
func (d *draft) unchanged() bool {
	return len(d.ancestors.objects) > 0 && slices.EqualFunc(d.tree, d.ancestors.index.tree, func(now, then entry) bool {
		return sameEntry(now, then) && d.ancestors.check(then) == nil && d.ancestors.sameBlocks(now.Extents, inherit(then.Extents))
	})
}

// sameBlocks says whether blocks are equal, wherever they are stored; those of the draft itself are like no others.
func (l *lineage) sameBlocks(a, b []extent) bool {
	if slices.Equal(a, b) {
		return true
	}
	isNew := func(x extent) bool { return x.Object == 0 }
	return !slices.ContainsFunc(a, isNew) && slices.Equal(l.hashes(a), l.hashes(b))
}

func (l *lineage) hashes(extents []extent) []hash {
	var all []hash
	for _, x := range extents {
		for block := x.First; block < x.First+x.Blocks; block++ {
			all = append(all, l.objects[x.Object-1].table.hash(block))
		}
	}
	return all
}
