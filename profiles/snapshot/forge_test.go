package snapshot

import (
	"bytes"
	"encoding/binary"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
)

// forge seals an object out of what a test says, whether or not it makes sense: frames are the segments before sealing,
// index is the CBOR. Save would never write most of these.
func forge(t testing.TB, id uuid.UUID, flags uint64, frames [][]byte, index any) []byte {
	t.Helper()
	plain, ok := index.([]byte)
	if !ok {
		var err error
		plain, err = encMode.Marshal(index)
		must(t, err)
	}
	o := testKey.NewObject(id, flags)
	b := o.HeaderBytes()
	for i, frame := range frames {
		b = o.Seal(b, crypto.Segment(uint64(i)), frame, nil)
	}
	compressed := compress(nil, plain)
	place := binary.BigEndian.AppendUint64(nil, uint64(len(b)))
	place = binary.BigEndian.AppendUint64(place, uint64(len(compressed)+crypto.Overhead))
	place = binary.BigEndian.AppendUint64(place, uint64(len(frames)))
	b = o.Seal(b, crypto.Index(uint64(len(frames))), compressed, place)
	return append(append(b, o.HeaderBytes()...), place...)
}

// forgery is the beginning of one: a tree with one file in one block, which tests spoil.
func forgery(t testing.TB) ([][]byte, *indexMap) {
	content := []byte("what a file holds")
	frame := compress(nil, content)
	m := &indexMap{
		Meta: metaMap{Profile: uuid.MustParse("01020304-0506-4708-890a-0b0c0d0e0f10"), When: 1_760_000_000_000, Ended: Clean},
		Tree: []entry{
			{Path: "dir", Kind: directory, Mode: 0o700, Modified: 1_760_000_000_000_000_000},
			{Path: "dir/file", Kind: file, Mode: 0o600, Modified: 1_760_000_000_000_000_000, Size: int64(len(content)), Extents: []extent{{First: 0, Blocks: 1}}},
		},
	}
	m.Blocks.add(content)
	m.Blocks.Segments = []segment{{Sealed: uint32(len(frame) + crypto.Overhead), Plain: uint32(len(content)), Blocks: 1}}
	return [][]byte{frame}, m
}

// add describes a further block.
func (t *table) add(content []byte) {
	h := hashOf(content)
	t.Lengths, t.Hashes = append(t.Lengths, uint32(len(content))), append(t.Hashes, h[:]...)
}

// withDelta is an object whose second block is stored as a delta, built on the first block of base (zero: on its own
// first block). It has two files.
func withDelta(t testing.TB, id, base uuid.UUID, baseContent []byte) (object, changed []byte) {
	t.Helper()
	plain := newGenerator(3).text(3000)
	if base == uuid.Nil {
		baseContent = plain
	}
	changed = bytes.Replace(baseContent, []byte(" "), []byte(" something new "), 1)
	e, err := zstd.NewWriter(nil, zstd.WithEncoderDictRaw(0, baseContent), zstd.WithEncoderCRC(false))
	must(t, err)
	delta1 := e.EncodeAll(changed, nil)
	if len(delta1) > len(changed)/4 {
		t.Fatalf("the delta has %d bytes: it was not made with the dictionary", len(delta1))
	}
	stored := append(append([]byte(nil), plain...), delta1...)
	frame := compress(nil, stored)
	m := &indexMap{
		Meta: metaMap{When: 1_760_000_000_000, Ended: Clean},
		Tree: []entry{
			{Path: "changed", Kind: file, Mode: 0o600, Size: int64(len(changed)), Extents: []extent{{First: 1, Blocks: 1}}},
			{Path: "plain", Kind: file, Mode: 0o600, Size: int64(len(plain)), Extents: []extent{{First: 0, Blocks: 1}}},
		},
	}
	m.Blocks.add(plain)
	m.Blocks.add(changed)
	m.Blocks.Segments = []segment{{Sealed: uint32(len(frame) + crypto.Overhead), Plain: uint32(len(stored)), Blocks: 2}}
	d := delta{Block: 1, Stored: uint32(len(delta1))}
	if base != uuid.Nil {
		m.Needs, d.Object = []uuid.UUID{base}, 1
	}
	m.Blocks.Deltas = []delta{d}
	return forge(t, id, 0, [][]byte{frame}, m), changed
}
