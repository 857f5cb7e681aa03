package tree

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/snappy"
)

// Logs and tables are written as https://github.com/google/leveldb/tree/main/doc describes them.

// pair is a key and its value.
type pair struct{ key, value []byte }

// kind makes the pairs of one kind of store.
type kind func(words) pair

// localStorage has what sites keep in local storage and extensions in theirs.
func localStorage(w words) pair {
	key := fmt.Sprintf("_https://%s\x00\x01%s_%s", w.host(), w.vocabulary[w.IntN(200)],
		pick(w.Rand, []string{"state", "cache", "v2", "settings", fmt.Sprint(w.IntN(400))}))
	n := min(max(w.about(270, 1.6), 8), 60000)
	var value []byte
	switch x := w.Float64(); {
	case x < .6:
		value = w.record(n)
	case x < .8:
		value = []byte(w.token(n*7/10 + 4))
	default:
		value = []byte(w.text(n/6 + 1))
	}
	if w.Float64() < .12 {
		return pair{[]byte(key), append([]byte{0}, wide(value)...)}
	}
	return pair{[]byte(key), append([]byte{1}, value...)}
}

// indexedDB has the records of a site's databases.
func indexedDB(w words) pair {
	key := append([]byte{0, byte(1 + w.IntN(9)), byte(1 + w.IntN(12)), 1, 1},
		wide(fmt.Appendf(nil, "%s:%d", w.vocabulary[w.IntN(50)], w.IntN(1e7)))...)
	n := min(max(w.about(665, 1.3), 20), 120000)
	value := []byte{0xff, 0x15, 0xff, 0x0f}
	switch x := w.Float64(); {
	case x < .7:
		value = append(value, w.record(n)...)
	case x < .85:
		value = append(value, wide(w.record(n))...)
	default:
		value = append(value, w.noise(n)...)
	}
	return pair{key, value}
}

// small has what Chromium itself keeps.
func small(w words) pair {
	key := pick(w.Rand, []string{"md", "dt", "database_metadata", w.vocabulary[w.IntN(30)]}) + "-" + w.hex(8)
	return pair{[]byte(key), append(w.noise(10+w.IntN(50)), w.text(3+w.IntN(22))...)}
}

// store makes a database: tables of about size bytes each before compression, and a log of the same size.
func (m *maker) store(name string, of kind, tables, size int) error {
	for i := range tables {
		if err := m.put(fmt.Sprintf("%s/%06d.ldb", name, 3*i+5), m.table(of, size)); err != nil {
			return err
		}
	}
	number := 3*tables + 3
	if err := m.put(fmt.Sprintf("%s/%06d.log", name, number), m.batches(nil, of, size)); err != nil {
		return err
	}
	if err := m.put(name+"/CURRENT", fmt.Appendf(nil, "MANIFEST-%06d\n", number-1)); err != nil {
		return err
	}
	manifest := appendLog(nil, append([]byte("\x01\x1aleveldb.BytewiseComparator"), m.noise(20+60*tables)...))
	if err := m.put(fmt.Sprintf("%s/MANIFEST-%06d", name, number-1), manifest); err != nil {
		return err
	}
	return m.diary(name)
}

// diary writes the LOG of a database, and an empty LOCK.
func (m *maker) diary(name string) error {
	at := epoch.AddDate(0, 0, m.session)
	var b bytes.Buffer
	for _, line := range []string{"Reusing MANIFEST " + name + "/MANIFEST-000001", "Recovering log #3", "Reusing old log " + name + "/000003.log "} {
		fmt.Fprintf(&b, "%s.%03d %x %s\n", at.Format("2006/01/02-15:04:05"), m.IntN(1000), m.IntN(1<<16), line)
	}
	for _, file := range []string{"LOG", "LOG.old"} {
		if err := m.put(name+"/"+file, b.Bytes()); err != nil {
			return err
		}
	}
	return m.put(name+"/LOCK", nil)
}

// write adds about size bytes to the log of a database, as a session does.
func (m *maker) write(name string, of kind, size int) error {
	logs, err := filepath.Glob(m.path(name + "/*.log"))
	if err != nil || len(logs) == 0 {
		return fmt.Errorf("no log in %s (%v)", name, err)
	}
	path := slices.Max(logs)
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(content) > writeBuffer {
		if err := m.flush(name, of); err != nil {
			return err
		}
		return m.write(name, of, size)
	}
	if err := os.WriteFile(path, m.batches(content, of, size), 0o600); err != nil {
		return err
	}
	return m.diary(name)
}

// writeBuffer is how long a log becomes before it is made a table, and mostTables how many of them there are before they
// are merged, which leaves out what was overwritten. Here, the oldest goes.
const (
	writeBuffer = 4 << 20
	mostTables  = 4
)

// flush makes a table of a log that has become long, and begins another one.
func (m *maker) flush(name string, of kind) error {
	logs, err := filepath.Glob(m.path(name + "/*.log"))
	if err != nil || len(logs) == 0 {
		return fmt.Errorf("no log in %s (%v)", name, err)
	}
	path := slices.Max(logs)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var number int
	if _, err := fmt.Sscanf(filepath.Base(path), "%d.log", &number); err != nil {
		return err
	}
	if err := m.put(fmt.Sprintf("%s/%06d.ldb", name, number+2), m.table(of, int(info.Size()))); err != nil {
		return err
	}
	if err := m.put(fmt.Sprintf("%s/%06d.log", name, number+1), nil); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	tables, err := filepath.Glob(m.path(name + "/*.ldb"))
	if err != nil || len(tables) <= mostTables {
		return err
	}
	return os.Remove(slices.Min(tables))
}

// batches appends write batches of a few pairs each to a log, until it is about size bytes longer.
func (m *maker) batches(log []byte, of kind, size int) []byte {
	sequence := uint64(m.session+1) * 1e6
	for end := len(log) + size; len(log) < end; {
		n := 1 + m.IntN(8)
		record := binary.LittleEndian.AppendUint64(nil, sequence)
		record = binary.LittleEndian.AppendUint32(record, uint32(n))
		for range n {
			p := of(m.words)
			record = append(record, 1)
			record = append(binary.AppendUvarint(record, uint64(len(p.key))), p.key...)
			record = append(binary.AppendUvarint(record, uint64(len(p.value))), p.value...)
		}
		sequence += uint64(n)
		log = appendLog(log, record)
	}
	return log
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is a CRC in the form in which LevelDB stores it.
func checksum(parts ...[]byte) uint32 {
	var c uint32
	for _, p := range parts {
		c = crc32.Update(c, castagnoli, p)
	}
	return (c>>15 | c<<17) + 0xa282ead8
}

// appendLog appends a record, in pieces that do not cross the log's blocks of 32 KiB.
func appendLog(log, record []byte) []byte {
	const block, header = 32 << 10, 7
	for first := true; ; first = false {
		left := block - len(log)%block
		if left < header {
			log = append(log, make([]byte, left)...)
			left = block
		}
		n := min(len(record), left-header)
		last := n == len(record)
		piece := byte(3)
		switch {
		case first && last:
			piece = 1
		case first:
			piece = 2
		case last:
			piece = 4
		}
		log = binary.LittleEndian.AppendUint32(log, checksum([]byte{piece}, record[:n]))
		log = binary.LittleEndian.AppendUint16(log, uint16(n))
		log = append(append(log, piece), record[:n]...)
		if record = record[n:]; last {
			return log
		}
	}
}

// table is a sorted table of about size bytes before compression.
func (m *maker) table(of kind, size int) []byte {
	var pairs []pair
	for n := 0; n < size; {
		p := of(m.words)
		p.key = append(p.key, binary.LittleEndian.AppendUint64(nil, uint64(len(pairs))<<8|1)...)
		pairs = append(pairs, p)
		n += len(p.key) + len(p.value)
	}
	slices.SortFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })

	var file, index []byte
	var block tableBlock
	end := func(last []byte) {
		handle := appendBlock(&file, block.end())
		var entry tableBlock
		entry.add(last, handle)
		index = append(index, entry.entries...)
		block = tableBlock{}
	}
	for i, p := range pairs {
		if block.add(p.key, p.value); len(block.entries) > 4<<10 || i == len(pairs)-1 {
			end(p.key)
		}
	}
	meta := appendBlock(&file, (&tableBlock{}).end())
	footer := append(meta, appendBlock(&file, (&tableBlock{entries: index, restarts: []uint32{0}}).end())...)
	footer = append(footer, make([]byte, 40-len(footer))...)
	return append(append(file, footer...), "\x57\xfb\x80\x8b\x24\x75\x47\xdb"...)
}

// tableBlock is entries whose keys share their beginnings, and every 16th place where one does not.
type tableBlock struct {
	entries  []byte
	restarts []uint32
	last     []byte
	count    int
}

func (b *tableBlock) add(key, value []byte) {
	shared := 0
	if b.count%16 == 0 {
		b.restarts = append(b.restarts, uint32(len(b.entries)))
	} else {
		for shared < min(len(key), len(b.last)) && key[shared] == b.last[shared] {
			shared++
		}
	}
	for _, n := range []int{shared, len(key) - shared, len(value)} {
		b.entries = binary.AppendUvarint(b.entries, uint64(n))
	}
	b.entries = append(append(b.entries, key[shared:]...), value...)
	b.last = key
	b.count++
}

func (b *tableBlock) end() []byte {
	out := b.entries
	for _, r := range b.restarts {
		out = binary.LittleEndian.AppendUint32(out, r)
	}
	return binary.LittleEndian.AppendUint32(out, uint32(len(b.restarts)))
}

// appendBlock compresses a block into a file and returns its handle: where it begins, and its length.
func appendBlock(file *[]byte, block []byte) []byte {
	packed := snappy.Encode(nil, block)
	handle := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(len(*file))), uint64(len(packed)))
	*file = append(append(*file, packed...), 1)
	*file = binary.LittleEndian.AppendUint32(*file, checksum(packed, []byte{1}))
	return handle
}
