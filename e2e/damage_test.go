package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// A damaged object costs its snapshot and no other: it is said what is wrong, where, and what to do, and the earlier one
// is there.
func TestADamagedSnapshotIsToldAndTheEarlierOneOpens(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	c.logIn(site, "ada", "new", "Shop")
	ada := c.profile("Shop").Newest
	c.logIn(site, "bob", "open", "Shop")
	shop := c.profile("Shop")
	vault := filepath.Join(c.home, "vaults", "*")
	flip(t, snapshotFile(t, vault, shop.ID, shop.Newest))

	refused(t, c.valise("open", "Shop", "--headless"), 5, `opening "Shop"`, "the data is damaged", "Open an earlier snapshot")
	check := c.valise("vault", "check")
	if check.code != 5 || !strings.Contains(check.out, "Shop  "+shop.Newest[:8]) || !strings.Contains(check.out, "Default/") {
		t.Errorf("checked, the vault is told to be\n%s%s(code %d)", check.out, check.err, check.code)
	}
	if !strings.Contains(check.err, "valise: the vault has damaged data\n") {
		t.Errorf("the check says %q", check.err)
	}
	if who := c.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("the earlier snapshot is logged in as %q", who)
	}
	c.does("rollback", "Shop", ada)
	if who := c.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("rolled back, it is logged in as %q", who)
	}
	c.leavesNothing()
}

// A bucket that damages an object does so for the computers that fetch it; the one that made it has its own.
func TestADamagedObjectInTheBucketIsToldToWhoFetchesIt(t *testing.T) {
	t.Parallel()
	site, server, first := testenv.NewSite(t), testenv.S3(t), newComputer(t)
	first.connect(server)
	first.logIn(site, "ada", "new", "Shop")
	ada := first.profile("Shop").Newest
	first.logIn(site, "bob", "open", "Shop")
	shop := first.profile("Shop")
	inBucket := snapshotFile(t, filepath.Join(server.DataDir, server.Bucket, "of", "ours"), shop.ID, shop.Newest)
	whole, err := os.ReadFile(inBucket)
	if err != nil {
		t.Fatal(err)
	}

	flip(t, inBucket)
	second := newComputer(t)
	second.join(server, first.recoveryCode())
	refused(t, second.valise("open", "Shop", "--headless"), 5, "the data is damaged")
	if who := second.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("on the second computer, the earlier snapshot is logged in as %q", who)
	}

	// One that was cut short is not even fetched.
	if err := os.WriteFile(inBucket, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	third := newComputer(t)
	third.join(server, first.recoveryCode())
	refused(t, third.valise("sync"), 5, "the data is damaged", shop.Newest)
	if who := third.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("on the third computer, the earlier snapshot is logged in as %q", who)
	}

	// The first computer has a whole one. When that is back in the bucket, the third computer has it too.
	if who := first.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("on the first computer it is logged in as %q", who)
	}
	if err := os.WriteFile(inBucket, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	third.does("sync")
	if who := third.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("mended, on the third computer it is logged in as %q", who)
	}
}

// snapshotFile is the object of a snapshot in the folder that a vault is kept in.
func snapshotFile(t testing.TB, folder, profile, snapshot string) string {
	t.Helper()
	found := files(t, folder, "profiles", profile, snapshot+".valise")
	if len(found) != 1 {
		t.Fatalf("the snapshot %s is in the files %v", snapshot, found)
	}
	return found[0]
}

// flip changes one bit in the middle of a file.
func flip(t testing.TB, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 1
	if err := os.Chmod(path, 0o600); err != nil { // objects are read-only
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
