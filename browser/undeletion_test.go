package browser

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
)

// Only the deletions of tabs that come back are undone, only at the end of the log, and all of them.
func TestTheLogIsCutWhereItBeginsToDeleteTabsThatComeBack(t *testing.T) {
	const open, closed = "namespace-11111111_a-http://shop.example/", "namespace-22222222_b-http://shop.example/"
	restorable := map[string]bool{"11111111_a": true}
	put := func(key string) string { return "\x01" + string(rune(len(key))) + key + "\x01v" }
	del := func(key string) string { return "\x00" + string(rune(len(key))) + key }
	long := put("map-0-" + strings.Repeat("k", 100))
	for name, c := range map[string]struct {
		batches []string
		keeps   int // how many of them
	}{
		"nothing was deleted":        {[]string{put(open), put("map-0-a")}, 2},
		"the tab was deleted":        {[]string{put(open), del(open) + del("map-0-a")}, 1},
		"with empty batches":         {[]string{put(open), "", del(open), "", ""}, 2},
		"two of its origins":         {[]string{put(open), del(open), del(open)}, 1},
		"the page cleared its own":   {[]string{put(open), del("map-0-a")}, 2},
		"a tab that stays closed":    {[]string{put(closed), del(closed)}, 2},
		"both kinds of tabs":         {[]string{put(open), del(closed), del(open)}, 2},
		"something came behind":      {[]string{put(open), del(open), put("map-1-a")}, 3},
		"in the middle of something": {[]string{put(open), del(open) + put("map-1-a")}, 2},
		"after more than a block":    {append(slices.Repeat([]string{long}, 400), del(open)), 400},
	} {
		var log []byte
		want := 0
		for i, batch := range c.batches {
			log = appendRecord(log, append(make([]byte, batchHeader), batch...))
			if i+1 == c.keeps {
				want = len(log)
			}
		}
		if got := beforeLastDeletions(log, restorable); got != want {
			t.Errorf("%s: it keeps %d of %d bytes, want %d", name, got, len(log), want)
		}
	}
	if got := beforeLastDeletions([]byte("no log at all"), restorable); got != len("no log at all") {
		t.Errorf("of what is no log it keeps %d bytes", got)
	}
}

// appendRecord writes a record to a log of LevelDB, in pieces where it does not fit into a block.
func appendRecord(log, record []byte) []byte {
	for first := true; ; first = false {
		left := logBlock - len(log)%logBlock
		if left < logHeader {
			log = append(log, make([]byte, left)...)
			left = logBlock
		}
		piece := record[:min(len(record), left-logHeader)]
		record = record[len(piece):]
		kind := byte(3)
		switch {
		case first && len(record) == 0:
			kind = 1
		case first:
			kind = 2
		case len(record) == 0:
			kind = 4
		}
		sum := crc32.Checksum(append([]byte{kind}, piece...), castagnoli)
		log = binary.LittleEndian.AppendUint32(log, (sum>>15|sum<<17)+0xa282ead8)
		log = binary.LittleEndian.AppendUint16(log, uint16(len(piece)))
		log = append(append(log, kind), piece...)
		if len(record) == 0 {
			return log
		}
	}
}
