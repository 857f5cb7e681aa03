package snapshot

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// maxBases is how much of the blocks that deltas are built on is kept in memory while a tree is read.
const maxBases = 24 << 20

// unreadable is damage to a segment.
type unreadable struct {
	object  *object
	segment int
	err     error
}

func (u *unreadable) Error() string {
	return fmt.Sprintf("snapshot %s: segment %d: %v", u.object.id(), u.segment, u.err)
}

func (u *unreadable) Unwrap() error { return u.err }

// read opens every share's segment and hands its blocks to use, or the reason why they cannot be had; from several
// goroutines. Where that differs between files, use is called for a part of the share at a time, but only once for each
// file. The first error that use returns ends it.
//
// Segments with deltas come last, so that what these are built on has passed by then and need not be read twice.
func (l *lineage) read(ctx context.Context, shares []*share, use func(s *share, blocks []byte, err error) error) error {
	simple, batches, err := sortOut(shares)
	if err != nil {
		return err
	}
	passing := new(batch)
	if len(batches) > 0 {
		passing = batches[0]
	}
	err = each(ctx, simple, func(s *share, b *buffers) error {
		stored, err := s.object.plain(s.segment, b)
		passing.keep(s.at(), stored, err)
		if err != nil {
			return use(s, nil, err)
		}
		blocks, _ := s.expand(stored, nil, nil, b)
		return use(s, blocks, nil)
	})
	for _, batch := range batches {
		if err != nil {
			return err
		}
		err = each(ctx, batch.missing(), func(at segmentAt, b *buffers) error {
			stored, err := at.object.plain(at.segment, b)
			batch.keep(at, stored, err)
			return nil
		})
		if err == nil {
			err = each(ctx, batch.shares, func(s *share, b *buffers) error { return batch.use(s, b, use) })
		}
		batch.kept = nil
	}
	return err
}

// each calls do for all of what, from several goroutines, until there is an error.
func each[T any](ctx context.Context, what []T, do func(T, *buffers) error) error {
	var next atomic.Int64
	var memory slab
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), len(what)) {
		group.Go(func() error {
			b := buffers{slab: &memory}
			for {
				i := int(next.Add(1)) - 1
				if i >= len(what) {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := do(what[i], &b); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// segmentAt is where a segment is.
type segmentAt struct {
	object  *object
	segment int
}

// batch is some shares with deltas, and the blocks that these are built on.
type batch struct {
	shares []*share
	deltas [][]delta // of each share, those that files have
	wanted map[segmentAt][]uint32
	size   int64 // of what is wanted

	mu   sync.Mutex
	kept map[place]kept
}

type kept struct {
	block []byte
	err   error
}

// sortOut tells shares without deltas from those with, which it puts into batches.
func sortOut(shares []*share) (simple []*share, batches []*batch, err error) {
	var last *batch
	for _, s := range shares {
		deltas := s.deltas()
		if len(deltas) == 0 {
			simple = append(simple, s)
			continue
		}
		if last == nil || last.size >= maxBases {
			last = &batch{wanted: map[segmentAt][]uint32{}, kept: map[place]kept{}}
			batches = append(batches, last)
		}
		s.batched = len(last.shares)
		last.shares, last.deltas = append(last.shares, s), append(last.deltas, deltas)
		for _, d := range deltas {
			base, err := s.object.base(&d)
			if err != nil {
				return nil, nil, err // shares has made sure that there is one
			}
			if _, twice := last.kept[base]; !twice {
				at := segmentAt{base.object, base.segment()}
				last.wanted[at] = append(last.wanted[at], base.block)
				last.kept[base] = kept{}
				last.size += int64(base.length())
			}
		}
	}
	return simple, batches, nil
}

// keep takes what is wanted from a segment.
func (b *batch) keep(at segmentAt, stored []byte, err error) {
	b.mu.Lock()
	wanted := b.wanted[at]
	delete(b.wanted, at)
	b.mu.Unlock()
	all := make([]kept, len(wanted))
	for i, block := range wanted {
		if all[i].err = err; err == nil {
			all[i].block = bytes.Clone(at.object.table.storedBlock(at.segment, block, stored))
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, block := range wanted {
		b.kept[place{at.object, block}] = all[i]
	}
}

// missing are the segments that have not passed yet.
func (b *batch) missing() []segmentAt {
	var all []segmentAt
	for at := range b.wanted {
		all = append(all, at)
	}
	slices.SortFunc(all, func(x, y segmentAt) int {
		return cmp.Or(cmp.Compare(x.object.number, y.object.number), cmp.Compare(x.segment, y.segment))
	})
	return all
}

// use expands a share of the batch and hands it on.
func (b *batch) use(s *share, buffers *buffers, use func(s *share, blocks []byte, err error) error) error {
	stored, err := s.object.plain(s.segment, buffers)
	if err != nil {
		return use(s, nil, err)
	}
	blocks, lost := s.expand(stored, b.deltas[s.batched], b.kept, buffers)
	if len(lost) == 0 {
		return use(s, blocks, nil)
	}
	rest := &share{object: s.object, segment: s.segment}
	for _, pieces := range s.files() {
		if err := lostOf(pieces, lost); err == nil {
			rest.pieces = append(rest.pieces, pieces...)
		} else if err := use(&share{object: s.object, segment: s.segment, pieces: pieces}, nil, err); err != nil {
			return err
		}
	}
	return use(rest, blocks, nil)
}

func lostOf(pieces []piece, lost map[uint32]error) error {
	for _, p := range pieces {
		for block := p.first; block < p.first+p.blocks; block++ {
			if err := lost[block]; err != nil {
				return err
			}
		}
	}
	return nil
}

// expand returns the blocks of the segment, one after the other, of which only the given deltas are really there; and
// what there is against those that are not. They stand in b, or in stored.
func (s *share) expand(stored []byte, live []delta, bases map[place]kept, b *buffers) ([]byte, map[uint32]error) {
	t := s.object.table
	first, end := t.firsts[s.segment], t.firsts[s.segment+1]
	deltas := t.deltas(first, end)
	if len(deltas) == 0 {
		return stored, nil
	}
	var lost map[uint32]error
	from := t.starts[first]
	size := int(t.starts[end] - from)
	b.expanded = b.slab.fit(b.expanded, size+spare)
	out := b.expanded[:size]
	for block, i := first, 0; block < end; i++ {
		next := end
		if i < len(deltas) {
			next = deltas[i].Block
		}
		n := copy(out[t.starts[block]-from:t.starts[next]-from], stored)
		stored = stored[n:]
		if block = next; block == end {
			break
		}
		d := &deltas[i]
		frame := stored[:d.Stored]
		stored, block = stored[d.Stored:], block+1
		if len(live) == 0 || live[0].Block != d.Block {
			continue
		}
		live = live[1:]
		at := int(t.starts[d.Block] - from)
		if err := s.object.expandDelta(d, frame, out[at:at:cap(b.expanded)], bases); err != nil {
			if lost == nil {
				lost = map[uint32]error{}
			}
			lost[d.Block] = fmt.Errorf("snapshot %s: block %d: %w", s.object.id(), d.Block, err)
		}
	}
	return out, lost
}

// expandDelta writes the block of a delta into out, which has room for it.
func (o *object) expandDelta(d *delta, frame, out []byte, bases map[place]kept) error {
	base, err := o.base(d)
	if err != nil {
		return err
	}
	k := bases[base]
	if k.err != nil {
		return k.err
	}
	block, err := decompressDelta(out, frame, k.block, int(o.table.Lengths[d.Block]))
	copy(out[:len(block)], block) // they are the same, unless the decoder wanted more room
	return err
}
