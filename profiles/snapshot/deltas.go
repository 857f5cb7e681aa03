package snapshot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// delta says that a block is stored as a zstd frame of its own inside of its segment, made with another block, its base,
// as raw dictionary. A base is never a delta. This package reads such blocks and does not write them.
type delta struct {
	_            struct{} `cbor:",toarray"`
	Block        uint32
	Object, Base uint32 // where the base is, as in extent
	Stored       uint32 // length of the frame
}

// nextDelta is the first delta from block on, or nil.
func (t *table) nextDelta(block uint32) *delta {
	i, _ := slices.BinarySearchFunc(t.Deltas, block, func(d delta, b uint32) int { return cmp.Compare(d.Block, b) })
	if i == len(t.Deltas) {
		return nil
	}
	return &t.Deltas[i]
}

// delta is nil for a block that is stored as it is.
func (t *table) delta(block uint32) *delta {
	if d := t.nextDelta(block); d != nil && d.Block == block {
		return d
	}
	return nil
}

// hasDelta says whether any block of the segment is one.
func (t *table) hasDelta(segment int) bool {
	d := t.nextDelta(t.firsts[segment])
	return d != nil && d.Block < t.firsts[segment+1]
}

// storedLength is what a block takes up in its segment.
func (t *table) storedLength(block uint32) uint32 {
	if d := t.delta(block); d != nil {
		return d.Stored
	}
	return t.Lengths[block]
}

func (t *table) checkDeltas(objects int) error {
	previous := int64(-1)
	for _, d := range t.Deltas {
		switch {
		case int64(d.Block) <= previous || d.Block >= t.blocks():
			return damaged("delta block %d is out of order", d.Block)
		case int64(d.Object) > int64(objects):
			return damaged("delta block %d has its base in object %d", d.Block, d.Object)
		case d.Stored == 0 || d.Stored > maxBlock:
			return damaged("delta block %d is stored in %d bytes", d.Block, d.Stored)
		}
		previous = int64(d.Block)
	}
	return nil
}

// expand returns the blocks of segment i of o, whose plaintext has deltas in it.
func (l *lineage) expand(o *object, i int, plain []byte) ([]byte, error) {
	t := o.table
	out := make([]byte, 0, t.starts[t.firsts[i+1]]-t.starts[t.firsts[i]])
	for block := t.firsts[i]; block < t.firsts[i+1]; block++ {
		stored := plain[:t.storedLength(block)]
		plain = plain[len(stored):]
		if d := t.delta(block); d != nil {
			base, err := l.base(o, d)
			if err == nil {
				stored, err = decompressDelta(stored, base, int(t.Lengths[block]))
			}
			if err != nil {
				return nil, fmt.Errorf("snapshot %s: block %d: %w", o.id(), block, err)
			}
		}
		out = append(out, stored...)
	}
	return out, nil
}

// base reads the block that d was made with.
func (l *lineage) base(o *object, d *delta) ([]byte, error) {
	from := o
	if d.Object > 0 {
		if from = l.find(o.needs[d.Object-1]); from == nil {
			return nil, damaged("snapshot %s is not at hand", o.needs[d.Object-1])
		}
	}
	t := from.table
	if d.Base >= t.blocks() || t.delta(d.Base) != nil {
		return nil, damaged("snapshot %s has no block %d to build on", from.id(), d.Base)
	}
	segment := t.segmentOf(d.Base)
	plain, err := from.plain(segment, new(buffers))
	if err != nil {
		return nil, err
	}
	for block := t.firsts[segment]; block < d.Base; block++ {
		plain = plain[t.storedLength(block):]
	}
	return plain[:t.Lengths[d.Base]], nil
}

// find is the object with that id, if it could be opened.
func (l *lineage) find(id uuid.UUID) *object {
	for _, o := range l.objects {
		if o != nil && o.id() == id {
			return o
		}
	}
	return nil
}

// markBases marks those objects of the lineage that o's deltas build on.
func (l *lineage) markBases(o *object, used []bool) {
	for _, d := range o.table.Deltas {
		if d.Object > 0 {
			for i, other := range l.objects {
				if other != nil && other.id() == o.needs[d.Object-1] {
					used[i] = true
				}
			}
		}
	}
}
