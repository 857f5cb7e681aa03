package snapshot

import (
	"iter"
	"slices"
)

// share is what one segment contributes to the files of a tree.
type share struct {
	object  *object
	segment int
	pieces  []piece // by ascending file
	batched int     // its place in a batch
}

func (s *share) at() segmentAt { return segmentAt{s.object, s.segment} }

// deltas are those of its blocks that files have, in ascending order.
func (s *share) deltas() []delta {
	t := s.object.table
	if len(t.deltas(t.firsts[s.segment], t.firsts[s.segment+1])) == 0 {
		return nil
	}
	var all []delta
	for _, p := range s.pieces {
		all = append(all, t.deltas(p.first, p.first+p.blocks)...)
	}
	slices.SortFunc(all, byBlock)
	return slices.CompactFunc(all, func(a, b delta) bool { return a.Block == b.Block })
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
