package snapshot

import (
	"context"
	"iter"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// share is what one segment contributes to the files of a tree.
type share struct {
	object  *object
	segment int
	pieces  []piece // by ascending file
}

// piece is a run of blocks and their place in a file.
type piece struct {
	file          int // index into the tree
	at            int64
	first, blocks uint32
}

// cut takes the piece's bytes out of the blocks of its segment.
func (s *share) cut(p piece, blocks []byte) []byte {
	return s.object.table.within(s.segment, blocks, p.first, p.blocks)
}

// files yields each file of the share with its pieces.
func (s *share) files() iter.Seq2[int, []piece] {
	return func(yield func(int, []piece) bool) {
		for rest := s.pieces; len(rest) > 0; {
			n := 1
			for n < len(rest) && rest[n].file == rest[0].file {
				n++
			}
			if !yield(rest[0].file, rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

// shares says which segments have to be read for the tree, so that each is read once. lost is called for files that
// cannot be had.
func (l *lineage) shares(lost func(file int, err error)) []*share {
	segments := make([][]*share, len(l.objects))
	for i, o := range l.objects {
		if o != nil {
			segments[i] = make([]*share, len(o.table.Segments))
		}
	}
	for i, e := range l.index.tree {
		if err := l.check(e); err != nil {
			lost(i, err)
			continue
		}
		var at int64
		for _, x := range e.Extents {
			t := l.objects[x.Object].table
			for first, end := x.First, x.First+x.Blocks; first < end; {
				n := t.segmentOf(first)
				blocks := min(end, t.firsts[n+1]) - first
				s := segments[x.Object][n]
				if s == nil {
					s = &share{object: l.objects[x.Object], segment: n}
					segments[x.Object][n] = s
				}
				s.pieces = append(s.pieces, piece{i, at, first, blocks})
				at += t.starts[first+blocks] - t.starts[first]
				first += blocks
			}
		}
	}
	var all []*share
	for _, of := range segments {
		for _, s := range of {
			if s != nil {
				all = append(all, s)
			}
		}
	}
	return all
}

// read opens every share's segment and hands its blocks to use, or the reason why they cannot be had; from several
// goroutines, each share once. The first error that use returns ends it.
func (l *lineage) read(ctx context.Context, shares []*share, use func(s *share, blocks []byte, err error) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), len(shares)) {
		group.Go(func() error {
			var b buffers
			for {
				i := int(next.Add(1)) - 1
				if i >= len(shares) {
					return nil
				}
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				blocks, err := l.segment(shares[i].object, shares[i].segment, &b)
				if err := use(shares[i], blocks, err); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// segment returns the blocks of a segment, one after the other. They may stand in b, until it is used again.
func (l *lineage) segment(o *object, i int, b *buffers) ([]byte, error) {
	plain, err := o.plain(i, b)
	if err != nil || !o.table.hasDelta(i) {
		return plain, err
	}
	return l.expand(o, i, plain)
}
