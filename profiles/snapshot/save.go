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
	base, err := openBase(ctx, key, src, s.Base)
	if err != nil {
		return nil, nil, err
	}
	defer base.close()
	leaves := base.leaves()
	if leaves != nil {
		if err := base.dropUnreadable(ctx, leaves); err != nil {
			return nil, nil, err
		}
	}
	started := time.Now()
	all, err := s.look(ctx, dir)
	if err != nil {
		return nil, nil, err
	}

	d := begin(ctx, w, key, s.Meta, base, leaves)
	defer d.close()
	if err := d.fill(dir, all, s); err != nil {
		return nil, nil, fmt.Errorf("save %s: %w", dir, err)
	}
	state := &State{d.meta.ID, map[string]stamp{}}
	for _, f := range all {
		if f.entry.Kind == file && settled(f.stamp.Modified, started) && settled(f.stamp.Changed, started) {
			state.files[f.entry.Path] = f.stamp
		}
	}
	if !s.Always && d.unchanged() {
		state.snapshot = s.Base
		return base.index, state, ErrUnchanged
	}
	if err := d.carryOver(); err != nil {
		return nil, nil, fmt.Errorf("save %s: %w", dir, err)
	}
	index, err := d.end(s.Summary)
	if err != nil {
		return nil, nil, err
	}
	return index, state, nil
}

// look finds what is to be saved.
func (s *Saving) look(ctx context.Context, dir string) ([]found, error) {
	if s.Capture != nil {
		return s.Capture.taken()
	}
	return scan(ctx, dir, s.Keep)
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

// fill makes the draft's tree from what was found in dir: files that have changed since the base are read, all others
// keep their blocks.
func (d *draft) fill(dir string, all []found, s Saving) error {
	before := map[string]entry{}
	for _, e := range d.ancestors.index.tree {
		before[e.Path] = e
	}
	d.tree = make([]entry, len(all))
	var toRead []int
	var done, total int64
	for i, f := range all {
		d.tree[i] = f.entry
		if f.entry.Kind != file {
			continue
		}
		old, ok := before[f.entry.Path]
		if seen, known := s.State.of(s.Base, f.entry.Path); ok && known && seen == f.stamp && d.ancestors.check(old) == nil {
			d.tree[i].Extents = inherit(old.Extents)
			continue
		}
		toRead = append(toRead, i)
		total += f.entry.Size
	}

	c := cutter{out: d.writer, known: d.ancestors.blocks(), older: d.ancestors, leaves: d.leaves, read: func(n int) {
		done += int64(n)
		if s.Progress != nil {
			s.Progress(done, total)
		}
	}}
	for _, i := range toRead {
		path := all[i].entry.Path
		from := cmp.Or(all[i].copy, filepath.Join(dir, filepath.FromSlash(path)))
		extents, err := c.cut(from, all[i].stamp, before[path].Extents)
		if err != nil {
			return err
		}
		d.tree[i].Extents = extents
	}
	return d.err()
}

// unchanged says whether the tree is the base's, but for the times of files.
func (d *draft) unchanged() bool {
	return len(d.ancestors.objects) > 0 && slices.EqualFunc(d.tree, d.ancestors.index.tree, func(now, then entry) bool {
		return now.Path == then.Path && now.Kind == then.Kind && now.Mode == then.Mode && now.Size == then.Size &&
			d.ancestors.check(then) == nil && d.ancestors.sameBlocks(now.Extents, inherit(then.Extents))
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
