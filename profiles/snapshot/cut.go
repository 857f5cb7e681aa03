package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ref is where a block is: in the object being written (0), or in one of the older ones.
type ref struct{ object, block uint32 }

// cutter cuts files into blocks, and gives those that are not known yet to the writer.
type cutter struct {
	out    *writer
	known  map[hash]ref
	older  *lineage
	leaves []bool          // objects of it that nothing may be built on
	read   func(bytes int) // told as it goes
}

// cut reads the file at path, which must still be what was seen of it, and returns its blocks. before are those that it
// had in the older snapshot.
func (c *cutter) cut(path string, seen stamp, before []extent) ([]extent, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrChanging.Because(err)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var extents []extent
	size := blockSize
	was := blocksOf{objects: c.older.objects, extents: before}
	for at := int64(0); at < seen.Size; {
		chunk := c.out.room(int(min(blockSize, seen.Size-at)))
		if err := c.out.err(); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(f, chunk); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, ErrChanging.Because(fmt.Errorf("%s became shorter", path))
		} else if err != nil {
			return nil, err
		}
		if at == 0 && bytes.HasPrefix(chunk, []byte(databaseMagic)) {
			size = databaseBlock
		}
		c.read(len(chunk))
		for len(chunk) > 0 {
			block := chunk[:min(size, len(chunk))]
			chunk = chunk[len(block):]
			r := c.find(block, was.at(at))
			extents = appendBlock(extents, r.object, r.block)
			at += int64(len(block))
		}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if stampOf(info) != seen {
		return nil, ErrChanging.Because(fmt.Errorf("%s was written to", path))
	}
	return extents, nil
}

// find returns where the block is, storing it if it is nowhere. was is the block that was in its place.
func (c *cutter) find(block []byte, was place) ref {
	h := hashOf(block)
	r, known := c.known[h]
	if !known {
		r = ref{0, c.out.store(block, h, c.base(was))}
		c.known[h] = r
	}
	return r
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
