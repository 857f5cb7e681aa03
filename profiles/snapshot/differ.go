package snapshot

import (
	"bytes"
	"runtime"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// A block is worth a delta from minDelta bytes on: below, reading what it is built on costs more than it saves.
const minDelta = 1 << 10

// differ stores blocks as deltas, where that pays.
type differ struct {
	segments segmentCache
	encoders chan *deltaEncoder // as many as there are processors
}

func newDiffer(memory *slab) *differ {
	f := &differ{segments: segmentCache{memory: memory}, encoders: make(chan *deltaEncoder, runtime.GOMAXPROCS(0))}
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
	out, at := f.segments.memory.fit(j.shrunk, bufferSize), 0
	for _, like := range j.like {
		block := j.plain[like.at:][:like.length]
		var frame []byte
		pays := false
		err := f.segments.use(like.base, func(base []byte) error {
			frame, pays = e.encode(block, base)
			return nil
		})
		if err != nil || !pays { // what cannot be read is nothing to build on
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
