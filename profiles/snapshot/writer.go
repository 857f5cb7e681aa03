package snapshot

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"

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

	table   table
	filling *job   // takes the next blocks
	blocks  uint32 // that are in it
	free    chan *job
	queue   chan *job // in the order of their segments
	closed  bool

	done    chan struct{} // closed when all that was queued is written; what follows is to be read only then
	lengths []uint32      // of the sealed segments
	written int64         // bytes
}

// job is a segment on its way.
type job struct {
	plain  []byte
	sealed []byte
	ready  chan error
}

// newWriter writes nothing yet: the header goes out with the first segment. The writer must be closed.
func newWriter(ctx context.Context, out io.Writer, sealed *crypto.Object) *writer {
	jobs := runtime.GOMAXPROCS(0) + 2 // one is being filled and one written, while all processors are busy
	w := &writer{out: out, sealed: sealed,
		free: make(chan *job, jobs), queue: make(chan *job, jobs), done: make(chan struct{})}
	w.ctx, w.fail = context.WithCancelCause(ctx)
	for range jobs {
		w.free <- &job{ready: make(chan error, 1)}
	}
	w.filling = <-w.free
	go w.writeQueued()
	return w
}

// room returns n bytes of the segment to read into. Store those blocks of them that are new, before asking for more.
func (w *writer) room(n int) []byte {
	if len(w.filling.plain) >= segmentSize {
		w.endSegment()
	}
	if w.filling.plain == nil {
		w.filling.plain = make([]byte, 0, segmentSize+blockSize)
	}
	at := len(w.filling.plain)
	w.filling.plain = slices.Grow(w.filling.plain, n)
	return w.filling.plain[at : at+n]
}

// store keeps a block that lies in room, and returns its number.
func (w *writer) store(block []byte, h hash) uint32 {
	w.filling.plain = append(w.filling.plain, block...) // moves nothing as long as all of room is new
	w.blocks++
	return w.describe(uint32(len(block)), h)
}

func (w *writer) describe(length uint32, h hash) uint32 {
	w.table.Lengths = append(w.table.Lengths, length)
	w.table.Hashes = append(w.table.Hashes, h[:]...)
	return w.table.blocks() - 1
}

func (w *writer) endSegment() {
	if w.blocks == 0 {
		return
	}
	s := segment{Plain: uint32(len(w.filling.plain)), Blocks: w.blocks}
	w.send(s, func(j *job) ([]byte, error) { return compress(j.sealed[:0], j.plain), nil })
	w.blocks = 0
}

// carry takes over a segment of another object as it is, without decompressing it, and returns the number of its first
// block.
func (w *writer) carry(from *object, i int) uint32 {
	w.endSegment()
	t := from.table
	first := w.table.blocks()
	for block := t.firsts[i]; block < t.firsts[i+1]; block++ {
		w.describe(t.Lengths[block], t.hash(block))
	}
	s := segment{Plain: t.Segments[i].Plain, Blocks: t.Segments[i].Blocks}
	w.send(s, func(j *job) ([]byte, error) {
		b := buffers{sealed: j.sealed}
		return from.frame(i, &b)
	})
	return first
}

// send starts the next segment on its way: frame makes what is to be sealed.
func (w *writer) send(s segment, frame func(*job) ([]byte, error)) {
	part := crypto.Segment(uint64(len(w.table.Segments)))
	w.table.Segments = append(w.table.Segments, s)
	j := w.filling
	w.queue <- j
	go func() {
		f, err := frame(j)
		if err == nil {
			j.sealed = w.sealed.Seal(f[:0], part, f, nil)
		}
		j.ready <- err
	}()
	w.filling = <-w.free
	w.filling.plain = w.filling.plain[:0]
}

func (w *writer) writeQueued() {
	defer close(w.done)
	for j := range w.queue {
		err := <-j.ready
		if err == nil {
			w.lengths = append(w.lengths, uint32(len(j.sealed)))
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

// finish ends the object with its index and trailer, and returns its length.
func (w *writer) finish(index *indexMap) (int64, error) {
	w.endSegment()
	w.stop()
	if err := w.err(); err != nil {
		return 0, err
	}
	for i, length := range w.lengths {
		w.table.Segments[i].Sealed = length
	}
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
