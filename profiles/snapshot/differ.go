package snapshot

import (
	"bytes"
	"runtime"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A block is worth a delta from minDelta bytes on: below, reading what it is built on costs more than it saves.
const (
	minDelta   = 1 << 10
	cachedSize = 8 << 20 // of the segments that blocks are built on
)

// differ stores blocks as deltas, where that pays.
type differ struct {
	segments segmentCache
	encoders chan *deltaEncoder // as many as there are processors
}

func newDiffer() *differ {
	f := &differ{encoders: make(chan *deltaEncoder, runtime.GOMAXPROCS(0))}
	for range cap(f.encoders) {
		f.encoders <- nil // made when it is needed
	}
	return f
}

// likeness says which older block a new one may resemble, because it was in its place.
type likeness struct {
	block      uint32
	at, length int // in the segment
	base       place
}

// shrink stores those blocks of a segment as deltas that are much like their base.
func (f *differ) shrink(j *job) {
	if len(j.like) == 0 {
		return
	}
	e := <-f.encoders
	if e == nil {
		e = newDeltaEncoder()
	}
	defer func() { f.encoders <- e }()
	out, at := j.shrunk[:0], 0
	for _, like := range j.like {
		block := j.plain[like.at:][:like.length]
		base, err := f.segments.block(like.base)
		if err != nil {
			continue // what cannot be read is nothing to build on
		}
		frame, pays := e.encode(block, base)
		if !pays {
			continue
		}
		out = append(append(out, j.plain[at:like.at]...), frame...)
		at = like.at + like.length
		j.deltas = append(j.deltas, delta{Block: like.block, Object: like.base.object.number, Base: like.base.block, Stored: uint32(len(frame))})
	}
	if at == 0 {
		return
	}
	out = append(out, j.plain[at:]...)
	j.plain, j.shrunk = out, j.plain
	slices.SortFunc(j.deltas, byBlock) // some may have been there before
}

// deltaEncoder makes one frame after the other, each with a dictionary of its own.
type deltaEncoder struct {
	zstd  *zstd.Encoder
	frame bytes.Buffer
	alone []byte
}

// Literals are left as they are: the segment's frame compresses those of all of its deltas together.
func newDeltaEncoder() *deltaEncoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false), zstd.WithNoEntropyCompression(true),
		zstd.WithEncoderDictRaw(0, make([]byte, minDelta)), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(256<<10), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("snapshot: " + err.Error())
	}
	return &deltaEncoder{zstd: e}
}

// encode makes a frame, and says whether it is much smaller than the block would be without its base.
func (e *deltaEncoder) encode(block, base []byte) ([]byte, bool) {
	e.frame.Reset()
	err := e.zstd.ResetWithOptions(&e.frame, zstd.WithEncoderDictRaw(0, base))
	if err == nil {
		_, err = e.zstd.Write(block)
	}
	if err == nil {
		err = e.zstd.Close()
	}
	frame := e.frame.Bytes()
	if err != nil || len(frame) >= len(block) {
		return nil, false
	}
	if len(frame) > len(block)/64 {
		e.alone = compress(e.alone[:0], block)
		return frame, len(frame) < len(e.alone)*7/8
	}
	return frame, true
}

// segmentCache keeps the plaintext of segments that were read last.
type segmentCache struct {
	mu     sync.Mutex
	all    []*cachedSegment // the last used at the end
	size   int64
	sealed sync.Pool // of *[]byte, to read segments into
}

type cachedSegment struct {
	at     segmentAt
	once   sync.Once
	stored []byte
	err    error
}

// block returns a block that is no delta. It must not be changed.
func (c *segmentCache) block(p place) ([]byte, error) {
	at := segmentAt{p.object, p.segment()}
	s := c.find(at)
	s.once.Do(func() { s.stored, s.err = c.read(at) })
	if s.err != nil {
		return nil, s.err
	}
	return p.object.table.storedBlock(at.segment, p.block, s.stored), nil
}

func (c *segmentCache) read(at segmentAt) ([]byte, error) {
	var b buffers
	room, _ := c.sealed.Get().(*[]byte)
	if room == nil {
		room = new([]byte)
	}
	b.sealed = *room
	stored, err := at.object.plain(at.segment, &b)
	*room = b.sealed
	c.sealed.Put(room)
	return stored, err
}

// find makes the segment the last used, and lets go of others if it is new.
func (c *segmentCache) find(at segmentAt) *cachedSegment {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.all, func(s *cachedSegment) bool { return s.at == at }); i >= 0 {
		s := c.all[i]
		c.all = append(slices.Delete(c.all, i, i+1), s)
		return s
	}
	for c.size += at.plain(); c.size > cachedSize && len(c.all) > 0; c.all = slices.Delete(c.all, 0, 1) {
		c.size -= c.all[0].at.plain()
	}
	s := &cachedSegment{at: at}
	c.all = append(c.all, s)
	return s
}
