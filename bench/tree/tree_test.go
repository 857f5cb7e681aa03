package tree

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

const scale = 0.02

func TestTheSameSeedMakesTheSameProfileAndSessions(t *testing.T) {
	a, b := profile(t, 7), profile(t, 7)
	if !maps.Equal(content(t, a), content(t, b)) {
		t.Error("two profiles of one seed differ")
	}
	for n := 1; n <= 2; n++ {
		session(t, a, 7, n)
		session(t, b, 7, n)
	}
	if !maps.Equal(content(t, a), content(t, b)) {
		t.Error("after the same two sessions they differ")
	}
}

func TestAnotherSeedMakesAnotherProfile(t *testing.T) {
	a, b := content(t, profile(t, 7)), content(t, profile(t, 8))
	if a["Default/History"] == b["Default/History"] || a["Default/Preferences"] == b["Default/Preferences"] {
		t.Error("two seeds made the same files")
	}
}

func TestASessionChangesAFewFilesAndKeepsTheRest(t *testing.T) {
	dir := profile(t, 7)
	before := content(t, dir)
	session(t, dir, 7, 1)
	after := content(t, dir)
	var changed, added, removed int
	for name, now := range after {
		switch then, was := before[name]; {
		case !was:
			added++
		case then != now:
			changed++
		}
	}
	for name := range before {
		if _, is := after[name]; !is {
			removed++
		}
	}
	if changed < 30 || changed > 70 || added != 8 || removed != 2 {
		t.Errorf("of %d files it changed %d, added %d and removed %d", len(before), changed, added, removed)
	}
	for _, name := range []string{"Default/History", "Default/Cookies", "Default/Preferences"} {
		if before[name] == after[name] {
			t.Errorf("%s is as it was", name)
		}
	}
}

func TestItsDatabasesAreWholeAfterSessions(t *testing.T) {
	dir := profile(t, 7)
	for n := 1; n <= 2; n++ {
		session(t, dir, 7, n)
	}
	seen := 0
	for name := range content(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(raw, []byte("SQLite format 3\x00")) {
			continue
		}
		seen++
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, name)+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		var verdict string
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("%s: %s %v", name, verdict, err)
		}
		db.Close()
	}
	if seen != len(lists)+3 {
		t.Errorf("%d databases", seen)
	}
}

func profile(t *testing.T, seed uint64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "profile")
	if err := Profile(t.Context(), dir, seed, scale); err != nil {
		t.Fatal(err)
	}
	return dir
}

func session(t *testing.T, dir string, seed uint64, n int) {
	t.Helper()
	if err := Session(t.Context(), dir, seed, n); err != nil {
		t.Fatal(err)
	}
}

// content is the hash of every file.
func content(t *testing.T, dir string) map[string][sha256.Size]byte {
	t.Helper()
	all := map[string][sha256.Size]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = sha256.Sum256(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
