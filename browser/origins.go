package browser

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Origins are those that have something in localStorage or in databases (IndexedDB) of a user data directory that no browser has
// open, and how many more keep something apart for when they are embedded in other sites. What cannot be read is left out.
func Origins(ctx context.Context, userDataDir string) (all []string, embedded int) {
	dir := filepath.Join(userDataDir, "Default")
	found, apart := map[string]bool{}, map[string]bool{}
	add := func(storageKey string) {
		origin, _, inside := strings.Cut(storageKey, "^")
		switch {
		case hostOf(origin) == "":
		case inside:
			apart[storageKey] = true
		default:
			found[strings.TrimSuffix(origin, "/")] = true
		}
	}
	eachLevelDBRecord(filepath.Join(dir, "Local Storage", "leveldb"), func(key, _ []byte) {
		if rest, ok := bytes.CutPrefix(key, []byte("_")); ok {
			origin, _, _ := bytes.Cut(rest, []byte{0})
			add(string(origin))
		}
	})
	entries, _ := os.ReadDir(filepath.Join(dir, "IndexedDB"))
	for _, e := range entries {
		if origin, ok := strings.CutSuffix(e.Name(), ".indexeddb.leveldb"); ok {
			add(originOfIdentifier(origin))
		}
	}
	// Its table of buckets has who keeps caches and files only, too: looking there once more costs little.
	eachRow(ctx, filepath.Join(dir, "WebStorage", "QuotaManager"), "select storage_key from buckets", func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		add(key)
		return err
	})
	for origin := range found {
		all = append(all, origin)
	}
	slices.Sort(all)
	return all, len(apart)
}

// originOfIdentifier is the origin in the name of its files: "https_shop.example_0", with the port unless it is the scheme's own.
func originOfIdentifier(identifier string) string {
	host := hostOfIdentifier(identifier)
	if host == "" {
		return ""
	}
	scheme, rest, _ := strings.Cut(identifier, "_")
	if port := rest[len(host)+1:]; port != "0" {
		host += ":" + port
	}
	return scheme + "://" + host
}
