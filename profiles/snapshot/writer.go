package snapshot

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"

	"valise/crypto"
)

// writer writes one object, front to back. Blocks are gathered into segments; segments are compressed and sealed side by
// side, each by a goroutine of its own, and written in their order by yet another. The number of jobs bounds how many
// are under way, and so the memory.
type writer struct {
	ctx    context.Context // ends when writing fails; its cause is why
	fail   context.CancelCauseFunc
	out    io.Writer
	sealed *crypto.Object

	memory   slab
	differ   *differ
	table    table
	filling  *job   // takes the next blocks
	sent     uint64 // segments
	blocks   uint32 // that are in the one that is being filled
	expanded int    // their length
	free     chan *job
	queue    chan *job // in the order of their segments
	closed   bool

	done     chan struct{} // closed when all that was queued is written; what follows is to be read only then
	segments []segment
	deltas   []delta // by the numbers of objects that a draft has
	written  int64   // bytes
}

// job is a segment on its way.
type job struct {
	segment segment
	plain   []byte
	deltas  []delta    // in plain
	like    []likeness // what could become one
	shrunk  []byte     // takes turns with plain
	sealed  []byte
	ready   chan error
}

// newWriter writes nothing yet: the header goes out with the first segment. The writer must be closed.
func newWriter(ctx context.Context, out io.Writer, sealed *crypto.Object) *writer {
	jobs := runtime.GOMAXPROCS(0) + 2 // one is being filled and one written, while all processors are busy
	w := &writer{out: out, sealed: sealed,
		free: make(chan *job, jobs), queue: make(chan *job, jobs), done: make(chan struct{})}
	w.differ = newDiffer(&w.memory)
	w.ctx, w.fail = context.WithCancelCause(ctx)
	for range jobs {
		w.free <- &job{ready: make(chan error, 1)}
	}
	w.filling = <-w.free
	go w.writeQueued()
	return w
}

// store keeps a block, and returns its number. It may become a delta of base, if there is one.
func (w *writer) store(block []byte, h hash, base place) uint32 {
	at := w.append(block)
	number := w.describe(uint32(len(block)), h)
	if base.object != nil && len(block) >= minDelta {
		w.filling.like = append(w.filling.like, likeness{number, at, len(block), base})
	}
	return number
}

// storeDelta keeps a block of that length as the frame that was made of it with base.
func (w *writer) storeDelta(frame []byte, length uint32, h hash, base place) uint32 {
	w.append(frame)
	number := w.describe(length, h)
	w.filling.deltas = append(w.filling.deltas, delta{Block: number, Object: base.object.number, Base: base.block, Stored: uint32(len(frame))})
	return number
}

// append adds to a segment, a new one if the last is full, and returns where in it.
func (w *writer) append(b []byte) int {
	if len(w.filling.plain) >= segmentSize || w.expanded >= expandedSize {
		w.endSegment()
	}
	if w.filling.plain == nil {
		w.filling.plain = w.memory.buffer(bufferSize)
	}
	at := len(w.filling.plain)
	w.filling.plain = append(w.filling.plain, b...)
	return at
}

func (w *writer) describe(length uint32, h hash) uint32 {
	w.table.Lengths = append(w.table.Lengths, length)
	w.table.Hashes = append(w.table.Hashes, h[:]...)
	w.blocks++
	w.expanded += int(length)
	return w.table.blocks() - 1
}

func (w *writer) endSegment() {
	if w.blocks > 0 {
		w.send(func(j *job) ([]byte, error) {
			w.differ.shrink(j)
			j.segment.Plain = uint32(len(j.plain))
			return compress(w.memory.fit(j.sealed, bufferSize), j.plain), nil
		})
	}
}

// take takes over a segment of another object as it is, without decompressing it, and returns the number of its first
// block. bases are those of its deltas.
func (w *writer) take(from segmentAt, deltas []delta, bases []place) uint32 {
	w.endSegment()
	t := from.object.table
	begin, first := t.firsts[from.segment], w.table.blocks()
	for block := begin; block < t.firsts[from.segment+1]; block++ {
		w.describe(t.Lengths[block], t.hash(block))
	}
	for i, d := range deltas {
		w.filling.deltas = append(w.filling.deltas, delta{Block: d.Block - begin + first, Object: bases[i].object.number, Base: bases[i].block, Stored: d.Stored})
	}
	w.send(func(j *job) ([]byte, error) {
		b := buffers{slab: &w.memory, sealed: j.sealed}
		f, err := from.object.frame(from.segment, &b)
		j.segment.Plain = t.Segments[from.segment].Plain
		return f, err
	})
	return first
}

// send starts the segment that is filled on its way: frame makes what is to be sealed.
func (w *writer) send(frame func(*job) ([]byte, error)) {
	part := crypto.Segment(w.sent)
	j := w.filling
	j.segment.Blocks = w.blocks
	w.sent++
	w.queue <- j
	go func() {
		f, err := frame(j)
		if err == nil {
			j.sealed = w.sealed.Seal(f[:0], part, f, nil)
		}
		j.ready <- err
	}()
	w.filling, w.blocks, w.expanded = <-w.free, 0, 0
	w.filling.reset()
}

func (j *job) reset() {
	j.segment = segment{}
	j.plain, j.deltas, j.like = j.plain[:0], j.deltas[:0], j.like[:0]
}

func (w *writer) writeQueued() {
	defer close(w.done)
	for j := range w.queue {
		err := <-j.ready
		if err == nil {
			j.segment.Sealed = uint32(len(j.sealed))
			w.segments, w.deltas = append(w.segments, j.segment), append(w.deltas, j.deltas...)
			err = w.write(j.sealed)
		}
		if err != nil {
			w.fail(err)
		}
		w.free <- j
	}
}

// write sends b out, after the header if that has not gone yet, and nothing once something has failed.
func (w *writer) write(b []byte) error {
	if w.written == 0 {
		b = append(w.sealed.HeaderBytes(), b...)
	}
	if err := w.err(); err != nil {
		return err
	}
	n, err := w.out.Write(b)
	w.written += int64(n)
	if err != nil {
		return fmt.Errorf("write the snapshot: %w", err)
	}
	return nil
}

// err is why writing has ended early, if it has.
func (w *writer) err() error { return context.Cause(w.ctx) }

// endSegments waits until all segments are written. The table is whole then, but for the numbers of objects in deltas.
func (w *writer) endSegments() error {
	w.endSegment()
	w.stop()
	w.table.Segments, w.table.Deltas = w.segments, w.deltas
	return w.err()
}

// finish ends the object with its index and trailer, and returns its length.
func (w *writer) finish(index *indexMap) (int64, error) {
	index.Blocks = w.table
	compressed, err := encodeIndex(index)
	if err != nil {
		return 0, err
	}
	offset := max(w.written, crypto.HeaderSize) // the header is still to come if there is no segment
	segments := uint64(len(w.table.Segments))
	place := make([]byte, 0, placeSize)
	place = binary.BigEndian.AppendUint64(place, uint64(offset))
	place = binary.BigEndian.AppendUint64(place, uint64(len(compressed)+crypto.Overhead))
	place = binary.BigEndian.AppendUint64(place, segments)
	end := w.sealed.Seal(compressed[:0], crypto.Index(segments), compressed, place)
	end = append(append(end, w.sealed.HeaderBytes()...), place...)
	if err := w.write(end); err != nil {
		return 0, err
	}
	return w.written, nil
}

// stop waits until all that was queued is written.
func (w *writer) stop() {
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	<-w.done
}

// close ends the writer, whether it has finished or not. Nothing is written after it returns.
func (w *writer) close() {
	w.fail(context.Canceled)
	w.stop()
}
