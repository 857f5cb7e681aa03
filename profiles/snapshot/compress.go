package snapshot

import (
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Checksums are left out: what is sealed needs none.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(2<<20), zstd.WithLowerEncoderMem(true), // a segment is not much longer than half of that
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)))
	if err != nil {
		panic("snapshot: " + err.Error()) // only for options that contradict each other
	}
	return e
})

var segmentDecoder = sync.OnceValue(func() *zstd.Decoder { return newDecoder(zstd.WithDecodeAllCapLimit(true)) })
var indexDecoder = sync.OnceValue(func() *zstd.Decoder { return newDecoder() })

func newDecoder(options ...zstd.DOption) *zstd.Decoder {
	d, err := zstd.NewReader(nil, append(options, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxIndex))...)
	if err != nil {
		panic("snapshot: " + err.Error())
	}
	return d
}

// compress appends src as one zstd frame to dst.
func compress(dst, src []byte) []byte { return encoder().EncodeAll(src, dst) }

// decompress returns what the frame src holds, which must be size bytes, in buffer or a larger one.
func decompress(buffer, src []byte, size int) ([]byte, error) {
	return decompressWith(segmentDecoder(), buffer, src, size)
}

// deltaDecoders serve one goroutine at a time, since the dictionary is another one for every block.
var deltaDecoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxIndex),
		zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic("snapshot: " + err.Error())
	}
	return d
}}

// decompressDelta is decompress for a frame that was made with base as raw dictionary.
func decompressDelta(buffer, src, base []byte, size int) ([]byte, error) {
	d := deltaDecoders.Get().(*zstd.Decoder)
	defer deltaDecoders.Put(d)
	if err := d.ResetWithOptions(nil, zstd.WithDecoderDictRaw(0, base)); err != nil {
		return nil, err
	}
	return decompressWith(d, buffer, src, size)
}

const spare = 64 // room that lets the decoder write in strides

func decompressWith(d *zstd.Decoder, buffer, src []byte, size int) ([]byte, error) {
	if cap(buffer) < size+spare {
		buffer = make([]byte, 0, size+spare)
	}
	out, err := d.DecodeAll(src, buffer[:0:size+spare])
	if err != nil {
		return nil, damaged("decompress: %w", err)
	}
	if len(out) != size {
		return nil, damaged("%d bytes where %d should be", len(out), size)
	}
	return out, nil
}

// decompressIndex returns what the frame src holds, at most maxIndex bytes.
func decompressIndex(src []byte) ([]byte, error) {
	out, err := indexDecoder().DecodeAll(src, nil)
	if err != nil {
		return nil, damaged("decompress the index: %w", err)
	}
	return out, nil
}
