package browser

import (
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
	err := eachPlaceInLog(log, func(start int, batch []byte) error {
		deletes, err := deletesOnly(batch, namespaces)
		switch {
		case err != nil:
			return err
		case len(batch) == batchHeader: // says nothing; Chromium writes such ones in between
		case !deletes:
			end, running = len(log), false
		case !running:
			end, running = start, true
		}
		return nil
	})
	if err != nil {
		return len(log)
	}
	return end
}

// deletesOnly says whether a batch does nothing but delete namespaces among those given, and what is in their maps.
func deletesOnly(batch []byte, namespaces map[string]bool) (bool, error) {
	found, other := false, false
	err := eachInBatch(batch, func(key, _ []byte, order uint64) {
		namespace, isNamespace := strings.CutPrefix(string(key), "namespace-")
		namespace, _, _ = strings.Cut(namespace, "-")
		switch {
		case byte(order) == recordPut:
			other = true
		case isNamespace:
			found, other = true, other || !namespaces[namespace]
		default:
			other = other || !strings.HasPrefix(string(key), "map-")
		}
	})
	return found && !other, err
}
