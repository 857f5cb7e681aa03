package browser_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"valise/browser"
	"valise/internal/testenv"
)

// A database whose table of contents is damaged is found out, one that is whole is not, and one that was not written to is
// not looked at.
func TestTheBrowserTellsWhichDatabasesItWouldReject(t *testing.T) {
	b, site, dir := chromium(t), testenv.NewSite(t), t.TempDir()
	began := time.Now().Add(-time.Minute)
	p := start(t, b, browser.Options{Dir: dir})
	if err := testenv.FillState(drive(t, p), site, "ada"); err != nil {
		t.Fatal(err)
	}
	p.Close(t.Context())
	profile := browser.UserDataDir(dir)
	rejected := func(since time.Time) []browser.Database {
		t.Helper()
		found, err := browser.RejectedDatabases(t.Context(), b, profile, t.TempDir(), since)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := rejected(began); len(found) != 0 {
		t.Errorf("whole ones would be rejected: %v", found)
	}
	manifests, _ := filepath.Glob(filepath.Join(profile, "Default", "IndexedDB", "http_127.0.0.1_*.leveldb", "MANIFEST-*"))
	if len(manifests) != 1 {
		t.Fatalf("the manifests are %v", manifests)
	}
	if err := os.WriteFile(manifests[0], []byte("this is no manifest of a LevelDB, as anybody can see"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := rejected(began); len(found) != 1 || found[0].Host != "127.0.0.1" {
		t.Errorf("of a damaged one it says %v", found)
	}
	if found := rejected(time.Now().Add(time.Minute)); len(found) != 0 {
		t.Errorf("what was not written to was looked at: %v", found)
	}
}
