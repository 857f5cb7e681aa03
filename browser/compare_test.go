package browser_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"valise/browser"
)

// directory makes a user data directory of text files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestCompareTellsOfPermissionsBookmarksAndExtensions(t *testing.T) {
	const blocker, notes, reader = "abcdefghijklmnopabcdefghijklmnop", "bbcdefghijklmnopabcdefghijklmnop", "cbcdefghijklmnopabcdefghijklmnop"
	from := directory(t, map[string]string{
		"Default/Preferences": `{"profile": {"content_settings": {"exceptions": {
			"notifications": {"https://mail.example:443,*": {"setting": 2}, "https://news.example:443,*": {"setting": 2}},
			"cookies": "odd"}}}}`,
		"Default/Bookmarks": `{"roots": {"bookmark_bar": {"children": [
			{"type": "url", "name": "Old", "url": "https://old.example/"}, {"type": "url", "name": "Kept", "url": "https://kept.example/"}]}}}`,
		"Default/Extensions/" + blocker + "/1.0_0/manifest.json": `{"name": "Blocker", "version": "1.0"}`,
		"Default/Extensions/" + notes + "/1.0_0/manifest.json":   `{"name": "Notes", "version": "1.0"}`,
	})
	to := directory(t, map[string]string{
		"Default/Preferences": `{"profile": {"content_settings": {"exceptions": {
			"notifications": {"https://mail.example:443,*": {"setting": 1}, "https://news.example:443,*": {"setting": 2}},
			"media_stream_camera": {"https://meet.example:443,*": {"setting": 1}}}}}}`,
		"Default/Bookmarks": `{"roots": {"other": {"children": [{"type": "url", "name": "Kept", "url": "https://kept.example/"}]}}}`,
		"Profile 1/Bookmarks": `{"roots": {"other": {"children": [{"type": "folder", "children": [
			{"type": "url", "name": "New", "url": "https://new.example/"}]}]}}}`,
		"Default/Extensions/" + blocker + "/1.1_0/manifest.json":            `{"name": "Blocker", "version": "1.1"}`,
		"Default/Extensions/" + reader + "/2.0_0/manifest.json":             `{"name": "__MSG_Name__", "version": "2.0", "default_locale": "de"}`,
		"Default/Extensions/" + reader + "/2.0_0/_locales/de/messages.json": `{"name": {"message": "Leser"}}`,
		"Default/Cookies":                       "no database",
		"Default/Local Storage/leveldb/CURRENT": "MANIFEST-000001\n",
		"Default/IndexedDB/https_shop.example_0.indexeddb.leveldb/CURRENT":      "",
		"Default/Service Worker/CacheStorage/0123/index.txt":                    "\xff\xff\xff",
		"Default/IndexedDB/https_shop.example_0.indexeddb.leveldb/000003.log":   "no log",
		"Default/IndexedDB/https_shop.example_0.indexeddb.leveldb/MANIFEST-001": "",
	})
	want := browser.Changes{
		Sites: []browser.SiteChanges{
			{Site: "mail.example", Permissions: browser.Names{Added: []string{"notifications allowed"}, Removed: []string{"notifications blocked"}}},
			{Site: "meet.example", Permissions: browser.Names{Added: []string{"camera allowed"}}},
		},
		Bookmarks: browser.Links{
			Added: []browser.Link{{URL: "https://new.example/", Title: "New"}}, Removed: []browser.Link{{URL: "https://old.example/", Title: "Old"}},
		},
		Extensions: browser.Extensions{
			Added:   []browser.Extension{{ID: reader, Name: "Leser", Version: "2.0"}},
			Removed: []browser.Extension{{ID: notes, Name: "Notes", Version: "1.0"}},
			Changed: []browser.Extension{{ID: blocker, Name: "Blocker", Version: "1.1"}},
		},
		Unread: []string{"cookies", "local storage", "IndexedDB"},
	}
	got, err := browser.Compare(t.Context(), from, to)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestAComparisonCanBeGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := browser.Compare(ctx, t.TempDir(), t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
