package browser

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/snappy"
)

// A LevelDB is a directory of tables and logs, of which a manifest says which ones count. Its source is
// github.com/google/leveldb: doc/log_format.md, doc/table_format.md, db/version_edit.cc, db/write_batch.cc. Records are read here
// without regard to their order, so that those of IndexedDB can be read too, which has an order of its own. Nothing is locked or
// written.

const (
	logBlock      = 32 << 10
	logHeader     = 7 // checksum, length, kind
	tableFooter   = 48
	tableMagic    = 0xdb4775248b80fb57
	blockTrailer  = 5 // compression, checksum
	maxTableBlock = 64 << 20
	snappyBlock   = 1
	recordPut     = 1  // the other kind, 0, takes a key away
	recordOrder   = 8  // bytes behind a key in a table: sequence and kind
	batchHeader   = 12 // a sequence number, and how many writes there are
)

var errLevelDB = errors.New("not a LevelDB that can be read")

// eachLevelDBRecord calls use for every record of the database in dir, in no order. What it is given may be changed afterwards. A log
// that ends in the middle, as after a crash, counts as far as it is whole.
func eachLevelDBRecord(dir string, use func(key, value []byte)) error {
	tables, logs, err := levelDBFiles(dir)
	if err != nil {
		return err
	}
	each := func(use func(key, value []byte, order uint64)) error {
		for _, name := range tables {
			file, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				err = eachInTable(file, use)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		for _, name := range logs {
			file, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil {
				err = eachInLog(file, func(batch []byte) error { return eachInBatch(batch, use) })
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
	// What was written last counts. Looking twice needs no memory for values.
	newest := map[string]uint64{}
	err = each(func(key, _ []byte, order uint64) {
		if order >= newest[string(key)] {
			newest[string(key)] = order
		}
	})
	if err != nil {
		return err
	}
	return each(func(key, value []byte, order uint64) {
		if last, ok := newest[string(key)]; ok && last == order {
			delete(newest, string(key))
			if byte(order) == recordPut {
				use(key, value)
			}
		}
	})
}

// levelDBFiles names the tables and logs that the manifest says are in use.
func levelDBFiles(dir string) (tables, logs []string, err error) {
	current, err := os.ReadFile(filepath.Join(dir, "CURRENT"))
	if err != nil {
		return nil, nil, err
	}
	manifest, err := os.ReadFile(filepath.Join(dir, filepath.Base(strings.TrimSpace(string(current)))))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %v", errLevelDB, err)
	}
	live := map[uint64]bool{}
	var firstLog uint64
	if err := eachInLog(manifest, func(edit []byte) error { return applyEdit(edit, live, &firstLog) }); err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	there := map[uint64]string{}
	for _, e := range entries {
		var number uint64
		stem, kind, _ := strings.Cut(e.Name(), ".")
		if _, err := fmt.Sscanf(stem, "%d", &number); err != nil {
			continue
		}
		switch {
		case kind == "log" && number >= firstLog:
			logs = append(logs, e.Name())
		case kind == "ldb", kind == "sst":
			there[number] = e.Name()
		}
	}
	for _, number := range slices.Sorted(maps.Keys(live)) {
		if there[number] == "" {
			return nil, nil, fmt.Errorf("%w: table %d is missing", errLevelDB, number)
		}
		tables = append(tables, there[number])
	}
	return tables, logs, nil
}

// applyEdit reads an entry of the manifest: which tables came and went, and which log is the first in use.
func applyEdit(edit []byte, live map[uint64]bool, firstLog *uint64) error {
	p := varints{rest: edit}
	for len(p.rest) > 0 && !p.broken {
		switch tag := p.next(); tag {
		case 1: // name of the order
			p.bytes()
		case 2: // first log in use
			*firstLog = p.next()
		case 3, 4, 9: // next file, last sequence, previous log
			p.next()
		case 5: // where compaction goes on
			p.next()
			p.bytes()
		case 6: // a table that is gone
			p.next()
			delete(live, p.next())
		case 7: // a new table: level, number, size, smallest and largest key
			p.next()
			live[p.next()] = true
			p.next()
			p.bytes()
			p.bytes()
		default:
			return fmt.Errorf("%w: entry %d in its manifest", errLevelDB, tag)
		}
	}
	if p.broken {
		return fmt.Errorf("%w: its manifest is cut", errLevelDB)
	}
	return nil
}

// eachInLog calls use for the records of a log file.
func eachInLog(file []byte, use func(record []byte) error) error {
	return eachPlaceInLog(file, func(_ int, record []byte) error { return use(record) })
}

// eachPlaceInLog calls use for the records of a log file, which may be in several pieces, with the place where each begins.
func eachPlaceInLog(file []byte, use func(start int, record []byte) error) error {
	var record []byte
	start, blocks := 0, 0
	for block := range slices.Chunk(file, logBlock) {
		blocks++
		end := min(blocks*logBlock, len(file))
		for len(block) >= logHeader {
			at := end - len(block)
			length, kind := int(binary.LittleEndian.Uint16(block[4:])), block[6]
			if kind == 0 && length == 0 {
				break // the rest of the block was never written
			}
			if length > len(block)-logHeader || !checksummed(block[6:logHeader+length], binary.LittleEndian.Uint32(block)) {
				return nil // where a crash cut it off
			}
			piece := block[logHeader : logHeader+length]
			block = block[logHeader+length:]
			switch kind {
			case 1, 2: // all of it; the first piece
				start, record = at, slices.Clone(piece)
			case 3, 4: // one in the middle; the last
				record = append(record, piece...)
			}
			if kind == 1 || kind == 4 {
				if err := use(start, record); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksummed compares with a checksum in the form that LevelDB stores.
func checksummed(data []byte, masked uint32) bool {
	sum := crc32.Checksum(data, castagnoli)
	return (sum>>15|sum<<17)+0xa282ead8 == masked
}

// eachInBatch calls use for what one record of a log writes.
func eachInBatch(batch []byte, use func(key, value []byte, order uint64)) error {
	if len(batch) < batchHeader {
		return fmt.Errorf("%w: a short record in its log", errLevelDB)
	}
	sequence := binary.LittleEndian.Uint64(batch)
	p := varints{rest: batch[batchHeader:]}
	for len(p.rest) > 0 {
		kind := p.byte()
		key := p.bytes()
		var value []byte
		if kind == recordPut {
			value = p.bytes()
		}
		if p.broken || kind > recordPut {
			return fmt.Errorf("%w: an odd record in its log", errLevelDB)
		}
		use(key, value, sequence<<8|uint64(kind))
		sequence++
	}
	return nil
}

// eachInTable calls use for the records of a table file.
func eachInTable(file []byte, use func(key, value []byte, order uint64)) error {
	if len(file) < tableFooter || binary.LittleEndian.Uint64(file[len(file)-8:]) != tableMagic {
		return fmt.Errorf("%w: a table without an end", errLevelDB)
	}
	p := varints{rest: file[len(file)-tableFooter:]}
	p.next() // where the block about blocks is, and its size
	p.next()
	index, err := tableBlock(file, &p)
	if err != nil {
		return err
	}
	return eachInBlock(index, func(_, place []byte) error {
		block, err := tableBlock(file, &varints{rest: place})
		if err != nil {
			return err
		}
		return eachInBlock(block, func(key, value []byte) error {
			if len(key) < recordOrder {
				return fmt.Errorf("%w: a short key in a table", errLevelDB)
			}
			n := len(key) - recordOrder
			use(key[:n], value, binary.LittleEndian.Uint64(key[n:]))
			return nil
		})
	})
}

// tableBlock reads the block of a table that p says the place of.
func tableBlock(file []byte, p *varints) ([]byte, error) {
	offset, size := p.next(), p.next()
	if p.broken || size > uint64(len(file)) || offset > uint64(len(file)) || offset+size+blockTrailer > uint64(len(file)) {
		return nil, fmt.Errorf("%w: a block outside of its table", errLevelDB)
	}
	stored := file[offset : offset+size+1] // with its compression, which is checksummed too
	if !checksummed(stored, binary.LittleEndian.Uint32(file[offset+size+1:])) {
		return nil, fmt.Errorf("%w: a damaged block", errLevelDB)
	}
	switch stored[size] {
	case 0:
		return stored[:size], nil
	case snappyBlock:
		if n, err := snappy.DecodedLen(stored[:size]); err != nil || n > maxTableBlock {
			return nil, fmt.Errorf("%w: a block that is too large", errLevelDB)
		}
		return snappy.Decode(nil, stored[:size])
	}
	return nil, fmt.Errorf("%w: compression %d", errLevelDB, stored[size])
}

// eachInBlock calls use for the entries of a block. A key begins with as much of the one before as it says.
func eachInBlock(block []byte, use func(key, value []byte) error) error {
	const length = 4
	if len(block) < length {
		return fmt.Errorf("%w: a short block", errLevelDB)
	}
	restarts := uint64(binary.LittleEndian.Uint32(block[len(block)-length:]))
	if (restarts+1)*length > uint64(len(block)) {
		return fmt.Errorf("%w: a block without entries", errLevelDB)
	}
	p := varints{rest: block[:uint64(len(block))-(restarts+1)*length]}
	var key []byte
	for len(p.rest) > 0 {
		shared, more, size := p.next(), p.next(), p.next()
		rest := p.take(more)
		value := p.take(size)
		if p.broken || shared > uint64(len(key)) {
			return fmt.Errorf("%w: an odd entry in a block", errLevelDB)
		}
		key = append(key[:shared:shared], rest...)
		if err := use(key, value); err != nil {
			return err
		}
	}
	return nil
}

// varints reads numbers in the form of protocol buffers, which LevelDB has too, and what is measured by them.
type varints struct {
	rest   []byte
	broken bool
}

func (v *varints) next() uint64 {
	n, length := binary.Uvarint(v.rest)
	if v.broken || length <= 0 {
		v.broken = true
		return 0
	}
	v.rest = v.rest[length:]
	return n
}

func (v *varints) take(n uint64) []byte {
	if v.broken || n > uint64(len(v.rest)) {
		v.broken = true
		return nil
	}
	taken := v.rest[:n]
	v.rest = v.rest[n:]
	return taken
}

func (v *varints) bytes() []byte { return v.take(v.next()) }

func (v *varints) byte() byte {
	if b := v.take(1); b != nil {
		return b[0]
	}
	return 0
}

// message calls use for the fields of a protocol buffer that are bytes or text.
func (v *varints) message(use func(field uint64, content []byte)) {
	for len(v.rest) > 0 && !v.broken {
		switch tag := v.next(); tag & 7 {
		case 0:
			v.next()
		case 1:
			v.take(8)
		case 2:
			use(tag>>3, v.bytes())
		case 5:
			v.take(4)
		default:
			v.broken = true
		}
	}
}
