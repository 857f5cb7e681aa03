package snapshot

import (
	"crypto/sha256"
	"slices"

	"valise/crypto"
)

// Files are cut into blocks, and blocks are stored side by side in segments. The blocks of an object are numbered from 0
// in the order in which they are stored.
const (
	blockSize      = 64 << 10 // LevelDB and journals append: large blocks are as good and cost less
	databaseBlock  = 4 << 10  // SQLite changes single pages in place
	databaseMagic  = "SQLite format 3\x00"
	segmentSize    = 1 << 20 // a segment is closed when it has this much
	expandedSize   = 4 << 20 // or its blocks do, where some are deltas
	maxBlock       = 1 << 20 // readers accept no larger ones
	maxSegment     = 16 << 20
	maxReferred    = 1 << 22 // blocks that one tree may refer to, counted as often as they occur
	sealedOverhead = 4 << 10 // what sealing and badly compressible data may add to a segment
)

// hash is what a block is known by: the first half of its SHA-256.
type hash [16]byte

func hashOf(block []byte) hash {
	sum := sha256.Sum256(block)
	return hash(sum[:])
}

// extent is a run of neighbouring blocks of one object. Object 0 is the object that the extent is written in, object i
// the i-th of those that it refers to.
type extent struct {
	_             struct{} `cbor:",toarray"`
	Object        uint32
	First, Blocks uint32
}

// appendBlock adds one block to a file's extents, joining it to the last one where it can.
func appendBlock(extents []extent, object, block uint32) []extent {
	if n := len(extents); n > 0 {
		if last := &extents[n-1]; last.Object == object && last.First+last.Blocks == block {
			last.Blocks++
			return extents
		}
	}
	return append(extents, extent{Object: object, First: block, Blocks: 1})
}

// segment is one zstd frame, sealed.
type segment struct {
	_      struct{} `cbor:",toarray"`
	Sealed uint32   // length in the object
	Plain  uint32   // length once opened and decompressed
	Blocks uint32   // how many of the object's blocks it holds
}

// table says where the blocks of an object are.
type table struct {
	Segments []segment `cbor:"1,keyasint,omitempty"`
	Lengths  []uint32  `cbor:"2,keyasint,omitempty"` // of the blocks
	Hashes   []byte    `cbor:"3,keyasint,omitempty"` // of the blocks, 16 bytes each
	Deltas   []delta   `cbor:"4,keyasint,omitempty"` // by ascending Block

	offsets []int64  // where segments begin in the object, and where the last one ends
	firsts  []uint32 // the first block of each segment, and the number of blocks
	starts  []int64  // where blocks begin when all are put in a row, and where the last one ends
}

func (t *table) blocks() uint32 { return uint32(len(t.Lengths)) }

func (t *table) hash(block uint32) hash { return hash(t.Hashes[block*16:]) }

// segmentOf is the segment that holds a block.
func (t *table) segmentOf(block uint32) int {
	i, exact := slices.BinarySearch(t.firsts, block)
	if exact {
		return i // no segment is empty, so no two begin with the same block
	}
	return i - 1
}

// within cuts blocks [first, first+n) out of the blocks of their segment.
func (t *table) within(segment int, blocks []byte, first, n uint32) []byte {
	from := t.starts[t.firsts[segment]]
	return blocks[t.starts[first]-from : t.starts[first+n]-from]
}

// check makes sure that everything in the table agrees, and that segments fill an object exactly up to its index at
// end. Only a checked table may be used. objects is how many others the object refers to.
func (t *table) check(segments uint64, end int64, objects int) error {
	if uint64(len(t.Segments)) != segments {
		return damaged("%d segments are announced and %d described", segments, len(t.Segments))
	}
	if len(t.Hashes) != len(t.Lengths)*len(hash{}) {
		return damaged("%d blocks have %d bytes of hashes", len(t.Lengths), len(t.Hashes))
	}
	t.starts = append(make([]int64, 0, len(t.Lengths)+1), 0)
	for b, length := range t.Lengths {
		if length == 0 || length > maxBlock {
			return damaged("block %d has %d bytes", b, length)
		}
		t.starts = append(t.starts, t.starts[b]+int64(length))
	}
	if err := t.checkDeltas(objects); err != nil {
		return err
	}
	return t.checkSegments(end)
}

func (t *table) checkSegments(end int64) error {
	offset, first, deltas := int64(crypto.HeaderSize), uint32(0), t.Deltas
	for i, s := range t.Segments {
		t.offsets = append(t.offsets, offset)
		t.firsts = append(t.firsts, first)
		if s.Blocks == 0 || s.Blocks > t.blocks()-first {
			return damaged("segment %d has %d blocks", i, s.Blocks)
		}
		offset, first = offset+int64(s.Sealed), first+s.Blocks
		expanded := t.starts[first] - t.starts[first-s.Blocks]
		stored := expanded
		for ; len(deltas) > 0 && deltas[0].Block < first; deltas = deltas[1:] {
			stored += int64(deltas[0].Stored) - int64(t.Lengths[deltas[0].Block])
		}
		switch {
		case int64(s.Plain) != stored || stored > maxSegment || expanded > maxSegment:
			return damaged("segment %d has %d bytes, its blocks %d", i, s.Plain, stored)
		case s.Sealed <= crypto.Overhead || s.Sealed > maxSegment+sealedOverhead:
			return damaged("segment %d is sealed in %d bytes", i, s.Sealed)
		}
	}
	if first != t.blocks() || offset != end {
		return damaged("the segments end at %d with block %d, instead of %d with block %d", offset, first, end, t.blocks())
	}
	t.offsets, t.firsts = append(t.offsets, offset), append(t.firsts, first)
	return nil
}
