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
	out   *writer
	known map[hash]ref
	read  func(bytes int) // told as it goes
}

// cut reads the file at path, which must still be what was seen of it, and returns its blocks.
func (c *cutter) cut(path string, seen stamp) ([]extent, error) {
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
		at += int64(len(chunk))
		c.read(len(chunk))
		for len(chunk) > 0 {
			block := chunk[:min(size, len(chunk))]
			chunk = chunk[len(block):]
			r := c.find(block)
			extents = appendBlock(extents, r.object, r.block)
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

// find returns where the block is, storing it if it is nowhere.
func (c *cutter) find(block []byte) ref {
	h := hashOf(block)
	r, known := c.known[h]
	if !known {
		r = ref{0, c.out.store(block, h)}
		c.known[h] = r
	}
	return r
}
