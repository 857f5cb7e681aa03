package browser_test

import (
	"bytes"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"valise/browser"
	"valise/internal/testenv"

	"github.com/chromedp/chromedp"
)

// fillMuch writes enough records for Chromium's databases to make tables of them, and to compress those.
const fillMuch = `(async () => {
	const db = await new Promise((done, failed) => {
		const opening = indexedDB.open('archive', 1)
		opening.onupgradeneeded = () => opening.result.createObjectStore('letters')
		opening.onsuccess = () => done(opening.result)
		opening.onerror = () => failed(opening.error)
	})
	const change = db.transaction('letters', 'readwrite')
	for (let i = 0; i < 3000; i++) change.objectStore('letters').put(('letter ' + i + ' ').repeat(300), i)
	await new Promise((done, failed) => { change.oncomplete = done; change.onabort = () => failed(change.error) })
	localStorage.setItem('stays', 'as it is')
	localStorage.setItem('goes', 'away')
	return true
})()`

// changeMuch changes something in each storage.
const changeMuch = `(async () => {
	const db = await new Promise((done, failed) => {
		const opening = indexedDB.open('archive')
		opening.onsuccess = () => done(opening.result)
		opening.onerror = () => failed(opening.error)
	})
	const change = db.transaction('letters', 'readwrite'), letters = change.objectStore('letters')
	letters.delete(IDBKeyRange.bound(0, 9))
	letters.put('another', 10)
	letters.put(('letter 11 ').repeat(300), 11)
	letters.put('one more', 'more')
	await new Promise((done, failed) => { change.oncomplete = done; change.onabort = () => failed(change.error) })
	localStorage.setItem('word', 'another')
	localStorage.setItem('came', 'new')
	localStorage.removeItem('goes')
	await caches.delete('desk')
	for (const r of await navigator.serviceWorker.getRegistrations()) await r.unregister()
	const directory = await navigator.storage.getDirectory()
	const writer = await (await directory.getFileHandle('second.txt', {create: true})).createWritable()
	await writer.write('second')
	await writer.close()
	document.cookie = 'lasting=; max-age=0'
	document.cookie = 'session=another'
	document.cookie = 'fresh=1; max-age=100000'
	return true
})()`

func TestCompareTellsWhatASiteChanged(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	session := func(do func(p *browser.Process)) string {
		p := start(t, b, browser.Options{Dir: dir})
		do(p)
		p.Close(t.Context())
		copied := filepath.Join(t.TempDir(), "copied")
		if err := os.CopyFS(copied, os.DirFS(browser.UserDataDir(dir))); err != nil {
			t.Fatal(err)
		}
		return copied
	}
	evaluate := func(p *browser.Process, address, script string) {
		t.Helper()
		if err := p.OpenURL(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Run(tabAt(t, p, address), chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
			t.Fatal(err)
		}
	}
	before := session(func(p *browser.Process) {
		if err := testenv.FillState(drive(t, p), site, "alice"); err != nil {
			t.Fatal(err)
		}
		evaluate(p, site.URL+"/desk?much", fillMuch)
	})
	tables, err := filepath.Glob(filepath.Join(before, "Default/IndexedDB/*.leveldb/*.ldb"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("Chromium made no tables: %v", err)
	}
	unchanged := session(func(p *browser.Process) { tabAt(t, p, site.URL+"/desk?much") })
	after := session(func(p *browser.Process) { evaluate(p, site.URL+"/desk?changes", changeMuch) })

	for what, changes := range map[string]browser.Changes{
		"a directory and itself": compare(t, before, before), "a session in which nothing was done": compare(t, before, unchanged),
	} {
		if !changes.Empty() || len(changes.Phrases()) > 0 {
			t.Errorf("between %s: %+v", what, changes)
		}
	}

	stamped := stamps(t, before)
	tab := browser.Link{URL: site.URL + "/desk?changes", Title: "Desk"}
	want := browser.Changes{
		Sites: []browser.SiteChanges{{
			Site:    "127.0.0.1",
			Cookies: browser.Names{Added: []string{"fresh"}, Removed: []string{"lasting"}, Changed: []string{"session"}},
			Storage: []browser.StorageChanges{
				{Kind: browser.LocalStorage, Change: browser.StorageChanged, Numbers: browser.Numbers{Added: 1, Removed: 1, Changed: 1}},
				{Kind: browser.IndexedDB, Change: browser.StorageChanged, Numbers: browser.Numbers{Added: 1, Removed: 10, Changed: 1}},
				{Kind: browser.CacheStorage, Change: browser.StorageRemoved, Numbers: browser.Numbers{Removed: 1}},
				{Kind: browser.ServiceWorker, Change: browser.StorageRemoved, Numbers: browser.Numbers{Removed: 1}},
				{Kind: browser.SiteFiles, Change: browser.StorageChanged, Numbers: browser.Numbers{Added: 1}},
			},
			Tabs:    browser.Numbers{Added: 1},
			History: browser.Numbers{Added: 1},
		}},
		Cookies: browser.Numbers{Added: 1, Removed: 1, Changed: 1},
		History: browser.Numbers{Added: 1},
		Tabs:    browser.Links{Added: []browser.Link{tab}},
	}
	if got := compare(t, before, after); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !reflect.DeepEqual(stamps(t, before), stamped) {
		t.Error("it changed files")
	}

	part := func(of string, wanted func(string) bool) string {
		copied := filepath.Join(t.TempDir(), "part")
		if err := os.CopyFS(copied, some{os.DirFS(of), wanted}); err != nil {
			t.Fatal(err)
		}
		return copied
	}
	if got := compare(t, part(after, browser.Compared), after); !got.Empty() {
		t.Errorf("files that Compared leaves out matter: %+v", got)
	}
	differing := map[string]bool{}
	for _, of := range []string{before, after} {
		fs.WalkDir(os.DirFS(of), ".", func(path string, e fs.DirEntry, err error) error {
			if !e.IsDir() && browser.Compared(path) {
				then, _ := os.ReadFile(filepath.Join(before, path))
				now, _ := os.ReadFile(filepath.Join(after, path))
				if !bytes.Equal(then, now) {
					differing[browser.ComparedTogether(path)] = true
				}
			}
			return err
		})
	}
	inGroups := func(path string) bool { return browser.Compared(path) && differing[browser.ComparedTogether(path)] }
	if got := compare(t, part(before, inGroups), part(after, inGroups)); !reflect.DeepEqual(got, want) {
		t.Errorf("by the groups that differ, got %+v", got)
	}

	first := compare(t, t.TempDir(), before)
	if got, want := first.Sites[0].Phrases(), []string{"+5 cookies", "+1 password", "+local storage", "+IndexedDB",
		"+cache storage", "+service worker", "+files", "+4 tabs", "+6 pages"}; !slices.Equal(got, want) {
		t.Errorf("against nothing: %q, want %q", got, want)
	}
	if len(first.Bookmarks.Added) != 1 || first.Bookmarks.Added[0] != (browser.Link{URL: site.URL + "/desk", Title: "Desk"}) {
		t.Errorf("bookmarks: %+v", first.Bookmarks)
	}

	random := rand.New(rand.NewPCG(1, 2))
	for _, path := range slices.Sorted(maps.Keys(stamped)) {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + len(content)/1000 {
			content[random.IntN(len(content))] ^= 1 << random.IntN(8)
		}
		if err := os.WriteFile(path, content[:random.IntN(len(content)+1)], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, before, after) // it may tell anything, but has to come to an end
}

func compare(t *testing.T, from, to string) browser.Changes {
	t.Helper()
	c, err := browser.Compare(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// some shows those files of a directory that are wanted.
type some struct {
	fs.FS
	wanted func(path string) bool
}

func (s some) ReadDir(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return !e.IsDir() && !s.wanted(strings.TrimPrefix(dir+"/"+e.Name(), "./"))
	}), err
}
