package snapshot

import (
	"cmp"
	"slices"
)

// delta says that a block is stored as a zstd frame of its own inside of its segment, made with another block, its base,
// as raw dictionary. A base is never a delta.
type delta struct {
	_            struct{} `cbor:",toarray"`
	Block        uint32
	Object, Base uint32 // where the base is, as in extent
	Stored       uint32 // length of the frame
}

// deltas are those of blocks [first, end).
func (t *table) deltas(first, end uint32) []delta {
	from := t.searchDelta(first)
	to := from
	for to < len(t.Deltas) && t.Deltas[to].Block < end {
		to++
	}
	return t.Deltas[from:to]
}

func (t *table) searchDelta(block uint32) int {
	i, _ := slices.BinarySearchFunc(t.Deltas, block, func(d delta, b uint32) int { return cmp.Compare(d.Block, b) })
	return i
}

// delta is nil for a block that is stored as it is.
func (t *table) delta(block uint32) *delta {
	if i := t.searchDelta(block); i < len(t.Deltas) && t.Deltas[i].Block == block {
		return &t.Deltas[i]
	}
	return nil
}

// storedBlock cuts a block out of its segment's plaintext: of a delta, its frame.
func (t *table) storedBlock(segment int, block uint32, stored []byte) []byte {
	first := t.firsts[segment]
	at := t.starts[block] - t.starts[first]
	before := t.deltas(first, block)
	for _, d := range before {
		at += int64(d.Stored) - int64(t.Lengths[d.Block])
	}
	return stored[at:][:t.storedLength(block)]
}

// storedLength is what a block takes up in its segment.
func (t *table) storedLength(block uint32) uint32 {
	if d := t.delta(block); d != nil {
		return d.Stored
	}
	return t.Lengths[block]
}

func byBlock(a, b delta) int { return cmp.Compare(a.Block, b.Block) }

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

// place is where a block is, whichever object that is.
type place struct {
	object *object
	block  uint32
}

func (p place) length() uint32 { return p.object.table.Lengths[p.block] }

func (p place) segment() int { return p.object.table.segmentOf(p.block) }

// base is where the block is that d, a delta of o, was made with.
func (o *object) base(d *delta) (place, error) {
	from := o
	if d.Object > 0 {
		if from = o.older[d.Object-1]; from == nil {
			return place{}, damaged("snapshot %s is not at hand", o.needs[d.Object-1])
		}
	}
	if d.Base >= from.table.blocks() || from.table.delta(d.Base) != nil {
		return place{}, damaged("snapshot %s has no block %d to build on", from.id(), d.Base)
	}
	return place{from, d.Base}, nil
}
