package snapshot

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"valise/crypto"

	"github.com/google/uuid"
)

// Object is one stored snapshot, open for reading. Several goroutines read it at once.
type Object interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Source opens the objects of one profile by snapshot id; several goroutines call it at once.
type Source func(ctx context.Context, id uuid.UUID) (Object, error)

// The trailer repeats the header, so that one read of the end is enough, and says where the index is:
// offset (8) · length (8) · number of segments (8).
const (
	placeSize   = 24
	trailerSize = crypto.HeaderSize + placeSize
	tailSize    = 64 << 10 // what is read of the end of an object before anything is known of it
)

// Flags of the header. A reader refuses those of the lower 32 that it does not know, and ignores the others.
const (
	flagCard     = 1 << 0 // no snapshot, but a card of the vault
	flagKeyframe = 1 << 1 // refers to no other object
)

// tokenShift is where the token is in the flags: their upper half. It is plain, so that the newest of many snapshots is found
// without opening them.
const tokenShift = 32

// TokenOf is the token of the lease under which the snapshot with this header was saved. It can be trusted as far as the
// header can: for certain when the index has been read (Meta.Token).
func TokenOf(h crypto.Header) uint32 { return uint32(h.Flags >> tokenShift) }

// ReadIndex reads and checks the index. One read of the end of the object does, unless the index is longer than 64 KiB;
// then there is a second one. Errors: crypto.ErrWrongKey, crypto.ErrDamaged, crypto.ErrNewerFormat.
func ReadIndex(key crypto.Key, o Object) (*Index, error) {
	index, _, err := openSnapshot(key, o)
	return index, err
}

// object is an Object whose index has been read as far as it describes blocks.
type object struct {
	Object
	sealed *crypto.Object
	needs  []uuid.UUID // what its deltas, and its tree, refer to
	older  []*object   // these, where they are at hand in its lineage
	number uint32      // its own in that lineage, as a draft counts
	table  *table
}

func (o *object) id() uuid.UUID { return o.sealed.Header.Object }

// segmentsLength is the length of all its segments, sealed.
func (o *object) segmentsLength() int64 {
	return o.table.offsets[len(o.table.Segments)] - crypto.HeaderSize
}

// openSnapshot reads all of an object's index.
func openSnapshot(key crypto.Key, from Object) (*Index, *object, error) {
	t, err := readTail(key, from)
	if err != nil {
		return nil, nil, err
	}
	index, table, err := decodeIndex(t.index, t.sealed.Header.Object, t.segments, t.offset)
	if err != nil {
		return nil, nil, err
	}
	if t.sealed.Header.Flags&flagKeyframe != 0 && len(index.needs) > 0 {
		return nil, nil, damaged("a keyframe refers to %d other objects", len(index.needs))
	}
	index.Meta.Token = TokenOf(t.sealed.Header)
	index.Stored = from.Size()
	return index, &object{Object: from, sealed: t.sealed, needs: index.needs, table: table}, nil
}

// openBlocks reads what an object's index says of its blocks.
func openBlocks(key crypto.Key, from Object) (*object, error) {
	t, err := readTail(key, from)
	if err != nil {
		return nil, err
	}
	needs, table, err := decodeBlocks(t.index, t.segments, t.offset)
	return &object{Object: from, sealed: t.sealed, needs: needs, table: table}, err
}

// tail is what the end of an object says.
type tail struct {
	sealed   *crypto.Object
	index    []byte // CBOR
	offset   int64  // where the sealed index begins
	segments uint64
}

func readTail(key crypto.Key, from Object) (*tail, error) {
	size := from.Size()
	end := make([]byte, min(size, tailSize))
	if err := readAt(from, end, size-int64(len(end))); err != nil {
		return nil, err
	}
	if len(end) < crypto.HeaderSize+trailerSize {
		return nil, damaged("an object of %d bytes is too short", size)
	}
	trailer := end[len(end)-trailerSize:]
	sealed, err := key.OpenObject(trailer)
	if err != nil {
		return nil, err
	}
	if err := checkFlags(sealed.Header.Flags); err != nil {
		return nil, err
	}

	place := trailer[crypto.HeaderSize:]
	offset, length := binary.BigEndian.Uint64(place), binary.BigEndian.Uint64(place[8:])
	segments := binary.BigEndian.Uint64(place[16:])
	if length > maxIndex || offset < crypto.HeaderSize || offset != uint64(size-trailerSize)-length {
		return nil, damaged("no index of %d bytes can be at %d", length, offset)
	}
	index := make([]byte, length)
	if room := len(end) - trailerSize; length <= uint64(room) {
		copy(index, end[room-int(length):])
	} else if err := readAt(from, index, int64(offset)); err != nil {
		return nil, err
	}
	compressed, err := sealed.Open(index[:0], crypto.Index(segments), index, place)
	if err != nil {
		return nil, fmt.Errorf("open the index: %w", err)
	}
	plain, err := decompressIndex(compressed)
	if err != nil {
		return nil, err
	}
	return &tail{sealed, plain, int64(offset), segments}, nil
}

func checkFlags(flags uint64) error {
	if flags&flagCard != 0 {
		return damaged("this is a card, not a snapshot")
	}
	if unknown := uint32(flags) &^ flagKeyframe; unknown != 0 {
		return crypto.ErrNewerFormat.Because(fmt.Errorf("it has flags %#x", unknown))
	}
	return nil
}

// buffers are what one goroutine reads segments with, again and again.
type buffers struct {
	slab                    *slab
	sealed, plain, expanded []byte
}

// frame reads and opens segment i, which is still compressed then. It stands in b.
func (o *object) frame(i int, b *buffers) ([]byte, error) {
	length := int(o.table.Segments[i].Sealed)
	b.sealed = b.slab.fit(b.sealed, length)[:length]
	if err := readAt(o, b.sealed, o.table.offsets[i]); err != nil {
		return nil, &unreadable{o, i, err}
	}
	frame, err := o.sealed.Open(b.sealed[:0], crypto.Segment(uint64(i)), b.sealed, nil)
	if err != nil {
		return nil, &unreadable{o, i, err}
	}
	return frame, nil
}

// plain is the segment's frame, decompressed.
func (o *object) plain(i int, b *buffers) ([]byte, error) {
	frame, err := o.frame(i, b)
	if err != nil {
		return nil, err
	}
	size := int(o.table.Segments[i].Plain)
	b.plain = b.slab.fit(b.plain, size+spare)
	plain, err := decompress(b.plain, frame, size)
	if err != nil {
		return nil, &unreadable{o, i, err}
	}
	return plain, nil
}

// readAt fills b. An object that ends too early is damaged.
func readAt(from io.ReaderAt, b []byte, offset int64) error {
	n, err := from.ReadAt(b, offset)
	if n == len(b) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return damaged("it ends after %d bytes", offset+int64(n))
	}
	return err
}
