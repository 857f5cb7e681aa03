package browser

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// When a person closes the last window, Chromium keeps the record of its tabs, so that they come back, but deletes what
// they had in sessionStorage. (Asked to close by us, it keeps both.) keepSessionStorage undoes that, once the browser is
// gone, for the tabs that come back.
//
// sessionStorage is a LevelDB, "Session Storage", in which nothing is deleted by itself: a deletion is one more entry at
// the end of the log. Its keys are "namespace-<tab>-<origin>", with the number of a map for a value, and
// "map-<number>-<key>"; the record of the session says which namespace is a tab's. So the log is cut off where the
// deletions of whole namespaces begin that it ends with. Measured with Chromium 156: all else is as if it had never
// happened. Sources: components/services/storage/dom_storage/session_storage_metadata.cc, and doc/log_format.md of LevelDB.
func keepSessionStorage(userDataDir string) error {
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return err
	}
	for _, profile := range profiles {
		restorable := map[string]bool{}
		for _, t := range lastSession(filepath.Join(profile, "Sessions")) {
			restorable[t.storage] = true
		}
		logs, _ := filepath.Glob(filepath.Join(profile, "Session Storage", "*.log"))
		if len(logs) == 0 || len(restorable) == 0 {
			continue
		}
		log := logs[len(logs)-1] // the numbers in the names have six digits
		content, err := os.ReadFile(log)
		if err != nil {
			return fmt.Errorf("reading the session storage: %w", err)
		}
		if end := beforeLastDeletions(content, restorable); end < len(content) {
			if err := os.Truncate(log, int64(end)); err != nil {
				return fmt.Errorf("keeping the session storage: %w", err)
			}
		}
	}
	return nil
}

// beforeLastDeletions is where the deletions of namespaces begin with which the log ends: its length, if it does not end so.
func beforeLastDeletions(log []byte, namespaces map[string]bool) int {
	end, running := len(log), false
	for start, batch := range logRecords(log) {
		switch {
		case len(batch) == batchHeader: // says nothing; Chromium writes such ones in between
		case !deletesOnly(batch[min(batchHeader, len(batch)):], namespaces):
			end, running = len(log), false
		case !running:
			end, running = start, true
		}
	}
	return end
}

// deletesOnly says whether the writes of a batch do nothing but delete namespaces among those given, and what is in maps.
func deletesOnly(writes []byte, namespaces map[string]bool) bool {
	const deletion = 0
	found := false
	for rest := writes; len(rest) > 0; {
		length, n := binary.Uvarint(rest[1:])
		if rest[0] != deletion || n <= 0 || length > uint64(len(rest)-1-n) {
			return false
		}
		key := string(rest[1+n : 1+n+int(length)])
		rest = rest[1+n+int(length):]
		if namespace, ok := strings.CutPrefix(key, "namespace-"); ok {
			namespace, _, _ = strings.Cut(namespace, "-")
			if !namespaces[namespace] {
				return false
			}
			found = true
		} else if !strings.HasPrefix(key, "map-") {
			return false
		}
	}
	return found
}

// logRecords yields the records of a log of LevelDB, each with the place where it begins, as far as they are whole. The log
// is made of blocks, and a record that does not fit into the rest of one goes on in the next.
func logRecords(log []byte) func(yield func(start int, record []byte) bool) {
	const block, header = 32 << 10, 4 + 2 + 1 // a checksum, a length, a kind
	const whole, first, middle, last = 1, 2, 3, 4
	return func(yield func(int, []byte) bool) {
		start, record := 0, bytes.Buffer{}
		for at := 0; at+header <= len(log); {
			if left := block - at%block; left < header {
				at += left // filled up with zeros
				continue
			}
			length, kind := int(binary.LittleEndian.Uint16(log[at+4:])), log[at+6]
			if at+header+length > len(log) {
				return
			}
			part := log[at+header : at+header+length]
			switch kind {
			case whole, first:
				start = at
				record.Reset()
			case middle, last:
			default:
				return
			}
			record.Write(part)
			at += header + length
			if (kind == whole || kind == last) && !yield(start, bytes.Clone(record.Bytes())) {
				return
			}
		}
	}
}
