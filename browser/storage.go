package browser

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// addStorage adds what sites keep in the storages that a browser has for them. What a storage of its own is found in (see "buckets"
// of the quota manager) has the number of the bucket; the others have the name of their origin.
func (v *inventory) addStorage(ctx context.Context, dir string) {
	v.addLocalStorage(filepath.Join(dir, "Local Storage", "leveldb"))
	entries, _ := os.ReadDir(filepath.Join(dir, "IndexedDB"))
	for _, e := range entries {
		if origin, ok := strings.CutSuffix(e.Name(), ".indexeddb.leveldb"); ok {
			v.addIndexedDB(hostOfIdentifier(origin), filepath.Join(dir, "IndexedDB", e.Name()))
		}
	}
	v.addWorkers(filepath.Join(dir, "Service Worker", "Database"))
	v.addCaches("", filepath.Join(dir, "Service Worker", "CacheStorage"))
	v.addFileSystems(filepath.Join(dir, "File System"))
	for bucket, site := range buckets(ctx, dir) {
		home := filepath.Join(dir, "WebStorage", bucket)
		v.addIndexedDB(site, filepath.Join(home, "IndexedDB", "indexeddb.leveldb"))
		v.addCaches(site, filepath.Join(home, "CacheStorage"))
		v.addFiles(site, filepath.Join(home, "FileSystem"))
	}
}

// buckets are the sites of the quota manager's buckets, by their numbers.
func buckets(ctx context.Context, dir string) map[string]string {
	sites := map[string]string{}
	eachRow(ctx, filepath.Join(dir, "WebStorage", "QuotaManager"), "select id, storage_key from buckets", func(scan func(...any) error) error {
		var id, key string
		if err := scan(&id, &key); err != nil {
			return err
		}
		sites[id] = siteOf(key)
		return nil
	})
	return sites
}

// siteOf is the host of a storage key: an origin and, where it is embedded in another site, "^0" and that.
func siteOf(storageKey string) string {
	origin, _, _ := strings.Cut(storageKey, "^")
	return hostOf(origin)
}

// add adds a thing in a storage. What is of no site is the browser's own or an extension's.
func (v *inventory) add(storage, site string, id, content digest) {
	if site != "" {
		v.things[thing{storageKind(storage), site, id}] = trace{content: content}
	}
}

// addLocalStorage reads one database for all sites: "_", the storage key, a zero byte and the site's own key
// (components/services/storage/dom_storage/local_storage_impl.cc).
func (v *inventory) addLocalStorage(dir string) {
	v.rely(storageKind(LocalStorage), eachLevelDBRecord(dir, func(key, value []byte) {
		if rest, ok := bytes.CutPrefix(key, []byte("_")); ok {
			origin, name, _ := bytes.Cut(rest, []byte{0})
			v.add(LocalStorage, siteOf(string(origin)), digestOf(origin, name), digestOf(value))
		}
	}))
}

// addIndexedDB reads the database of one site. Its keys begin with the numbers of a database, an object store and an index, in as many
// bytes as the first byte says; the records themselves are in index 1. There is one more record for each database, without numbers and
// of type 201 (content/browser/indexed_db/indexed_db_leveldb_coding.cc). All else follows from these, or is housekeeping.
func (v *inventory) addIndexedDB(site, dir string) {
	v.rely(storageKind(IndexedDB), eachLevelDBRecord(dir, func(key, value []byte) {
		if len(key) == 0 {
			return
		}
		first := int(key[0])
		index := 1 + first>>5 + 1 + first>>2&7 + 1
		end := index + first&3 + 1
		if len(key) <= end {
			return
		}
		isRecord := bytes.Equal(key[index:end], []byte{1})
		isDatabase := bytes.Equal(key[:end+1], []byte{0, 0, 0, 0, 201})
		if isRecord {
			version := varints{rest: value} // of the database's writing: grows with every one
			version.next()
			value = version.rest
		}
		if isRecord || isDatabase {
			v.add(IndexedDB, site, digestOf([]byte(filepath.Base(dir)), key), digestOf(value))
		}
	}))
}

// addWorkers reads the registrations: "REG:", the storage key, a zero byte, a number
// (components/services/storage/service_worker/service_worker_database.cc).
func (v *inventory) addWorkers(dir string) {
	v.rely(storageKind(ServiceWorker), eachLevelDBRecord(dir, func(key, _ []byte) {
		if rest, ok := bytes.CutPrefix(key, []byte("REG:")); ok {
			origin, _, _ := bytes.Cut(rest, []byte{0})
			v.add(ServiceWorker, siteOf(string(origin)), digestOf(rest), digest{})
		}
	}))
}

// addCaches reads directories of the Cache API: one for an origin, with an index that says which (message CacheStorageIndex in
// content/browser/cache_storage/cache_storage.proto), and in it one for each cache, with a file for each response.
func (v *inventory) addCaches(site, dir string) {
	origins, _ := os.ReadDir(dir)
	for _, origin := range origins {
		home := filepath.Join(dir, origin.Name())
		index, err := os.ReadFile(filepath.Join(home, "index.txt"))
		if err != nil {
			continue
		}
		of := site
		message := varints{rest: index}
		message.message(func(field uint64, content []byte) {
			if field == 2 && of == "" {
				of = siteOf(string(content))
			}
		})
		if of != "" {
			v.addFilesIf(CacheStorage, of, home, func(path string) bool {
				base := filepath.Base(path)
				return len(base) > 2 && base[len(base)-2] == '_' // the others are indexes, which change by looking
			})
		}
	}
}

// addFileSystems reads the file systems of sites: a database says which directory is whose
// (storage/browser/file_system/sandbox_origin_database.cc).
func (v *inventory) addFileSystems(dir string) {
	v.rely(storageKind(SiteFiles), eachLevelDBRecord(filepath.Join(dir, "Origins"), func(key, value []byte) {
		if origin, ok := strings.CutPrefix(string(key), "ORIGIN:"); ok {
			if _, err := strconv.Atoi(string(value)); err == nil {
				v.addFiles(hostOfIdentifier(origin), filepath.Join(dir, string(value)))
			}
		}
	}))
}

// addFiles adds the files of one site's file system, but not the database of their names, which changes by looking.
func (v *inventory) addFiles(site, dir string) {
	v.addFilesIf(SiteFiles, site, dir, func(path string) bool {
		return filepath.Base(path) != ".usage" && !slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "Paths")
	})
}

// addFilesIf adds the files below dir that are of interest; path is relative to dir.
func (v *inventory) addFilesIf(storage, site, dir string, wanted func(path string) bool) {
	if site == "" {
		return
	}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		relative, err := filepath.Rel(dir, path)
		if err != nil || !wanted(relative) {
			return nil
		}
		if content, err := os.ReadFile(path); err == nil {
			v.add(storage, site, digestOf(relative), digestOf(content))
		}
		return nil
	})
}
