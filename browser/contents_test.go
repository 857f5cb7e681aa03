package browser_test

import (
	"bytes"
	"database/sql"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
)

func TestInspectTellsWhatAProfileHoldsAndChangesNothing(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	p := start(t, b, browser.Options{Dir: dir})
	if err := testenv.FillState(drive(t, p), site, "alice"); err != nil {
		t.Fatal(err)
	}
	openOneMore(t, p, site)
	p.Close(t.Context())

	profile := browser.UserDataDir(dir)
	before := stamps(t, profile)
	got, err := browser.Inspect(t.Context(), profile)
	if err != nil {
		t.Fatal(err)
	}
	if after := stamps(t, profile); !reflect.DeepEqual(before, after) {
		t.Error("it changed files")
	}
	got.Tabs[3].Favicon = nil // see openOneMore
	for i, tab := range got.Tabs[:3] {
		icon, err := png.Decode(bytes.NewReader(tab.Favicon))
		if err != nil || icon.Bounds().Dx() < 16 || icon.Bounds().Dx() > 32 {
			t.Errorf("the icon of tab %d: %v", i+1, err)
		}
		got.Tabs[i].Favicon = nil
	}
	want := browser.Contents{
		Sites: []string{"127.0.0.1"}, Cookies: 5, Passwords: 1, Bookmarks: 1, History: 6,
		Tabs: []browser.Tab{
			{URL: site.URL + "/tab/1", Title: "Tab 1", Window: 1},
			{URL: site.URL + "/tab/2", Title: "Tab 2", Window: 1},
			{URL: site.URL + "/tab/3", Title: "Tab 3", Window: 1},
			{URL: site.URL + "/tab/4", Title: "Tab 4", Window: 1},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// openOneMore opens a fourth tab: an icon is written down a moment after it has arrived, so that those of the others are there when that
// of the fourth has arrived too.
func openOneMore(t *testing.T, p *browser.Process, site *testenv.Site) {
	t.Helper()
	testenv.Until(t, "the icon of tab 3", func() bool { return site.Cookies("/icon/3") != "" })
	if err := p.OpenURL(t.Context(), site.URL+"/tab/4"); err != nil {
		t.Fatal(err)
	}
	testenv.Until(t, "the icon of tab 4", func() bool { return site.Cookies("/icon/4") != "" })
}

func TestInspectGivesWhatItCanRead(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Default/Cookies":              "no database",
		"Default/History":              "SQLite format 3\x00",
		"Default/Bookmarks":            `{"roots": {"bookmark_bar": {"children": [{"type": "url"}, {"type": "folder", "children": [{"type": "url"}]}]}, "sync": 1}}`,
		"Default/Sessions/Session_2":   "SNSS\x03\x00\x00\x00\xff\xff",
		"Default/Sessions/Session_1":   "",
		"Default/Login Data/directory": "",
		"Default/Extensions/abcdefghijklmnopabcdefghijklmnop/1.0_0/manifest.json":                 "{}",
		"Default/Extensions/Temp/manifest.json":                                                   "{}",
		"Default/IndexedDB/https_shop.example.org_0.indexeddb.leveldb/CURRENT":                    "",
		"Default/IndexedDB/chrome-extension_abcdefghijklmnopabcdefghijklmnop_0.indexeddb.leveldb": "",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := browser.Inspect(t.Context(), dir)
	want := browser.Contents{Bookmarks: 2, Extensions: 1, Sites: []string{"shop.example.org"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := browser.Inspect(t.Context(), filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestAProfileOfAnotherKeyringIsNotStarted(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	p := start(t, b, browser.Options{Dir: dir})
	if err := testenv.LogIn(drive(t, p), site, "alice"); err != nil {
		t.Fatal(err)
	}
	p.Close(t.Context())
	db, err := sql.Open("sqlite", filepath.Join(browser.UserDataDir(dir), "Default", "Cookies"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("update cookies set encrypted_value = 'v11' || substr(encrypted_value, 4) where name = 'session'"); err != nil {
		t.Fatal(err)
	}
	db.Close()

	if _, err := browser.Start(t.Context(), b, browser.Options{Dir: dir, Headless: true}); !errors.Is(err, browser.ErrForeignKeys) {
		t.Error(err)
	}
	if contents, err := browser.Inspect(t.Context(), browser.UserDataDir(dir)); err != nil || contents.Cookies != 5 {
		t.Errorf("%+v, %v", contents, err)
	}
}

// stamps are the sizes and times of the files in a directory.
func stamps(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			found[path] = fs.FormatFileInfo(info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
