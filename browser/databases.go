package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// Database is what a site keeps in IndexedDB.
type Database struct {
	Path string // of its directory, relative to the user data directory, with slashes: "Default/IndexedDB/https_example.org_0.indexeddb.leveldb"
	Host string
}

// Blobs is the directory beside it for large values, which need not exist.
func (d Database) Blobs() string { return strings.TrimSuffix(d.Path, ".leveldb") + ".blob" }

// RejectedDatabases are those of the databases written to since then that the browser would find damaged, and delete, at
// its next start. A browser that is killed while a page writes much leaves such (measured: at 6 MB a second in three of
// four cases, below 400 KB never), and no other reader of LevelDB tells them from good ones. So the browser is asked: one
// without a window and without a network opens a copy of them in scratch, an empty directory. What it rejects it cannot
// open, or replaces by a new directory.
func RejectedDatabases(ctx context.Context, b Browser, userDataDir, scratch string, since time.Time) ([]Database, error) {
	suspects, err := databasesSince(userDataDir, since)
	if err != nil || len(suspects) == 0 {
		return nil, err
	}
	looks := map[Database]fs.FileInfo{}
	for _, d := range suspects {
		copied := filepath.Join(UserDataDir(scratch), filepath.FromSlash(d.Path))
		err := os.MkdirAll(filepath.Dir(copied), 0o700)
		if err == nil {
			err = os.CopyFS(copied, os.DirFS(filepath.Join(userDataDir, filepath.FromSlash(d.Path))))
		}
		if err == nil {
			looks[d], err = os.Stat(copied)
		}
		if err != nil {
			return nil, fmt.Errorf("copying a site's database: %w", err)
		}
	}
	p, err := Start(ctx, b, Options{Dir: scratch, Headless: true, Args: []string{"--host-resolver-rules=MAP * ~NOTFOUND"}})
	if err != nil {
		return nil, err
	}
	var failed error
	opened := map[Database]bool{}
	for _, d := range suspects {
		var err error
		opened[d], err = p.openDatabases(ctx, d)
		failed = errors.Join(failed, err)
	}
	p.Close(ctx)
	if failed != nil {
		return nil, failed
	}
	var rejected []Database
	for _, d := range suspects {
		now, err := os.Stat(filepath.Join(UserDataDir(scratch), filepath.FromSlash(d.Path)))
		if err != nil || !opened[d] || !os.SameFile(now, looks[d]) {
			rejected = append(rejected, d)
		}
	}
	return rejected, nil
}

// databasesSince are those of websites, of the first profile, in which a file was written since then.
func databasesSince(userDataDir string, since time.Time) ([]Database, error) {
	dirs, err := filepath.Glob(filepath.Join(userDataDir, "Default", "IndexedDB", "http*.indexeddb.leveldb"))
	if err != nil {
		return nil, err
	}
	var found []Database
	for _, dir := range dirs {
		d := Database{Path: "Default/IndexedDB/" + filepath.Base(dir)}
		origin := d.origin()
		if d.Host = hostOf(origin); d.Host == "" {
			continue
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.ModTime().After(since) {
				found = append(found, d)
				break
			}
		}
	}
	return found, nil
}

// origin is the address in the name of the directory: "https_example.org_8443.indexeddb.leveldb"; port 0 is the usual one.
func (d Database) origin() string {
	name, _, _ := strings.Cut(d.Path[strings.LastIndexByte(d.Path, '/')+1:], ".indexeddb.")
	scheme, rest, _ := strings.Cut(name, "_")
	port := strings.LastIndexByte(rest, '_')
	if port < 0 {
		return ""
	}
	address := scheme + "://" + rest[:port]
	if rest[port+1:] != "0" {
		address += ":" + rest[port+1:]
	}
	return address + "/"
}

// openAllDatabases says whether all of them can be opened.
const openAllDatabases = `(async () => {
	for (const {name} of await indexedDB.databases()) await new Promise((done, failed) => {
		const opening = indexedDB.open(name)
		opening.onsuccess = () => { opening.result.close(); done() }
		opening.onerror = () => failed(opening.error)
	})
	return true
})().catch(() => false)`

// openDatabases opens what a site has from an empty page of its own: no request leaves the browser, none of its scripts runs.
func (p *Process) openDatabases(ctx context.Context, d Database) (all bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tab, leave := p.Drive(ctx)
	defer leave()
	requests := chromedp.Events(tab, fetch.RequestPaused)
	if _, err := chromedp.Call(tab, fetch.Enable, fetch.EnableParams{}); err != nil {
		return false, err
	}
	go func() {
		for request, err := range requests {
			if err != nil {
				return
			}
			chromedp.Call(tab, fetch.FulfillRequest, fetch.FulfillRequestParams{
				RequestID: request.RequestID, ResponseCode: 200, Body: []byte("<title>empty</title>"),
				ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html"}},
			})
		}
	}()
	if _, err = chromedp.Run(tab, chromedp.Navigate(d.origin())); err == nil {
		all, err = chromedp.Run(tab, chromedp.Evaluate[bool](openAllDatabases, chromedp.EvalAwaitPromise))
	}
	if err != nil {
		return false, fmt.Errorf("opening the database of %s: %w", d.Host, err)
	}
	return all, nil
}
