package profiles_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"
)

// Killed in the middle of writing, a browser may leave a database that it would delete at its next start. The site gets
// the one from the snapshot before.
func TestADatabaseThatAKillDamagedComesFromTheSnapshotBefore(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	s, browser := c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if err := testenv.FillState(browser, site, "ada"); err != nil {
		t.Fatal(err)
	}
	before := c.close(s)

	s, browser = c.open(profiles.How{Load: before.Profile, Save: profiles.SaveSame})
	if err := testenv.FillState(browser, site, "bob"); err != nil {
		t.Fatal(err)
	}
	manifests, _ := filepath.Glob(filepath.Join(c.home.Dir, "sessions", "*", "profile", "Default", "IndexedDB", "http_127.0.0.1_*.leveldb", "MANIFEST-*"))
	if len(manifests) == 0 {
		t.Fatal("no database is there")
	}
	for _, manifest := range manifests {
		if err := os.WriteFile(manifest, []byte("this is no manifest of a LevelDB, as anybody can see"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, process := range browserProcesses(c.home, false) {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err != nil {
			t.Fatal(err)
		}
		syscall.Kill(pid, syscall.SIGKILL)
	}
	r, err := s.Result()
	if err != nil || r.Ended != "forced" || !strings.Contains(strings.Join(r.Warnings, "\n"), "127.0.0.1 kept in its database") {
		t.Errorf("the receipt is %+v, %v", r, err)
	}
	_, browser = c.open(profiles.How{Load: before.Profile})
	page, err := testenv.ReadPage(browser, site)
	if err != nil || page.IndexedDB != "ada" || page.Blob != "ada" {
		t.Errorf("the database has %q and %q, %v", page.IndexedDB, page.Blob, err)
	}
}
