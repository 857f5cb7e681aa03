package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// chunkSize is how much of a file is read at once, a multiple of all sizes of blocks.
const chunkSize = 256 << 10

// ref is where a block is: in the object being written (0), or in one of the older ones.
type ref struct{ object, block uint32 }

// cutter cuts files into blocks, and gives those that are not known yet to the writer. One goroutine reads, others hash,
// and one stores, in the order of the files.
type cutter struct {
	out    *writer
	known  map[hash]ref
	older  *lineage
	leaves []bool          // objects of it that nothing may be built on
	read   func(bytes int) // told as it goes
}

// uncut is a file to be cut.
type uncut struct {
	path   string
	seen   stamp    // which it must still have when it has been read
	before []extent // what it had in the older snapshot
}

// chunk is a part of a file on its way.
type chunk struct {
	file   int
	at     int64
	room   []byte
	data   []byte // in room
	block  int    // the size of its blocks
	hashes []hash
	hashed chan struct{}
}

// cut returns the blocks of each file.
func (c *cutter) cut(files []uncut) ([][]extent, error) {
	ahead := runtime.GOMAXPROCS(0) + 2 // one is read and one stored, while all processors are busy
	free, queue := make(chan *chunk, ahead), make(chan *chunk, ahead)
	for range ahead {
		free <- &chunk{hashed: make(chan struct{}, 1)}
	}
	extents := make([][]extent, len(files))
	group, ctx := errgroup.WithContext(c.out.ctx)
	group.Go(func() error {
		defer close(queue)
		r := reader{ctx: ctx, memory: &c.out.memory, free: free, queue: queue}
		for i, f := range files {
			if err := r.read(i, f); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() error {
		var was blocksOf
		for k := range queue {
			<-k.hashed
			if err := c.out.err(); err != nil {
				return err
			}
			if k.at == 0 {
				was = blocksOf{objects: c.older.objects, extents: files[k.file].before}
			}
			extents[k.file] = c.store(k, &was, extents[k.file])
			c.read(len(k.data))
			free <- k
		}
		return nil
	})
	return extents, group.Wait()
}

// reader reads files ahead of what is stored.
type reader struct {
	ctx    context.Context
	memory *slab
	free   <-chan *chunk
	queue  chan<- *chunk
}

// read sends all chunks of a file on their way.
func (r *reader) read(i int, file uncut) error {
	f, err := os.Open(file.path)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrChanging.Because(err)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	size := blockSize
	for at := int64(0); at < file.seen.Size; {
		var k *chunk
		select {
		case k = <-r.free:
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
		if k.room == nil {
			k.room = r.memory.buffer(chunkSize)
		}
		k.data = k.room[:min(chunkSize, file.seen.Size-at)]
		if _, err := io.ReadFull(f, k.data); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return ErrChanging.Because(fmt.Errorf("%s became shorter", file.path))
		} else if err != nil {
			return err
		}
		if at == 0 && bytes.HasPrefix(k.data, []byte(databaseMagic)) {
			size = databaseBlock
		}
		k.file, k.at, k.block = i, at, size
		go k.hash()
		r.queue <- k // has room for all that there are
		at += int64(len(k.data))
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if stampOf(info) != file.seen {
		return ErrChanging.Because(fmt.Errorf("%s was written to", file.path))
	}
	return nil
}

// hash hashes the blocks.
func (k *chunk) hash() {
	k.hashes = k.hashes[:0]
	for rest := k.data; len(rest) > 0; {
		n := min(k.block, len(rest))
		k.hashes = append(k.hashes, hashOf(rest[:n]))
		rest = rest[n:]
	}
	k.hashed <- struct{}{}
}

// store adds where the blocks of a chunk are to the extents of its file, storing those that are nowhere. was goes along
// what was in their places.
func (c *cutter) store(k *chunk, was *blocksOf, extents []extent) []extent {
	at := k.at
	rest := k.data
	for _, h := range k.hashes {
		block := rest[:min(k.block, len(rest))]
		rest = rest[len(block):]
		base := was.at(at)
		r, known := c.known[h]
		if !known {
			r = ref{0, c.out.store(block, h, c.base(base))}
			c.known[h] = r
		}
		extents = appendBlock(extents, r.object, r.block)
		at += int64(len(block))
	}
	return extents
}

// base is what a block that takes the place of another can be built on: that one, or what that one is built on itself.
func (c *cutter) base(was place) place {
	if was.object == nil {
		return place{}
	}
	if d := was.object.table.delta(was.block); d != nil {
		var err error
		if was, err = was.object.base(d); err != nil {
			return place{}
		}
	}
	if isLeft(was.object, c.leaves) {
		return place{}
	}
	return was
}

// blocksOf goes along the blocks that a file had in an older snapshot.
type blocksOf struct {
	objects []*object
	extents []extent // what is left of them
	passed  uint32   // blocks of the first one
	start   int64    // of the block after these, in the file
}

// at is the block that the file had at offset, which must not become less from one call to the next.
func (b *blocksOf) at(offset int64) place {
	for len(b.extents) > 0 {
		x := b.extents[0]
		o, block := b.objects[x.Object], x.First+b.passed
		if o == nil || block >= o.table.blocks() {
			break
		}
		end := b.start + int64(o.table.Lengths[block])
		if offset < end {
			return place{o, block}
		}
		b.start = end
		if b.passed++; b.passed == x.Blocks {
			b.extents, b.passed = b.extents[1:], 0
		}
	}
	return place{}
}
