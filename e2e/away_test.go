package e2e

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// What is saved while the bucket is away waits here, is told of, and comes through later: each command is a process of
// its own, so all of it outlives the one that saved.
func TestWhatIsSavedWhileTheBucketIsAwayComesThroughLater(t *testing.T) {
	t.Parallel()
	site, server, first := testenv.NewSite(t), testenv.S3(t), newComputer(t)
	first.connect(server)
	first.logIn(site, "ada", "new", "Shop")
	if n := first.waiting(); n != 0 {
		t.Fatalf("%d objects wait while the bucket is there", n)
	}

	s := first.open("open", "Shop")
	s.logIn(site, "bob")
	server.Stop()
	printed := s.interrupt() // which fails the test unless the exit code is 0
	for _, words := range []string{"Shop: saved 1 site", "warning: saved on this computer, 1 object waiting to be sent", "cannot be reached", "`valise sync` tries again"} {
		if !strings.Contains(printed, words) {
			t.Errorf("it does not say %q:\n%s", words, printed)
		}
	}
	if n := first.waiting(); n != 1 {
		t.Errorf("%d objects wait, want 1", n)
	}
	if where := first.profile("Shop").Where; where != "waiting" {
		t.Errorf("the list has it as %q", where)
	}
	refused(t, first.valise("sync"), 1, "the place cannot be reached", "Check the network")
	if who := first.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("with the bucket away it is logged in as %q", who)
	}

	server.Start()
	if moved := first.does("sync").out; !strings.HasPrefix(moved, "sent 1 object ") || !strings.Contains(moved, "0 objects waiting") {
		t.Errorf("the sync says %q", moved)
	}
	if n, where := first.waiting(), first.profile("Shop").Where; n != 0 || where != "in the vault" {
		t.Errorf("after the sync %d objects wait, and the profile is %q", n, where)
	}
	second := newComputer(t)
	second.join(server, first.recoveryCode())
	if who := second.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("on the second computer it is logged in as %q", who)
	}
}

// The line breaks in the middle of sending: nothing half-sent is in the bucket, and the next sync sends it whole.
func TestALineThatBreaksInTheMiddleLeavesNothingHalf(t *testing.T) {
	t.Parallel()
	site, server, first := testenv.NewSite(t), testenv.S3(t), newComputer(t)
	line := newWire(t, server)
	first.connectBy(server, line.endpoint)
	s := first.open("new", "Shop")
	if err := testenv.FillState(s.browser(), site, "ada"); err != nil {
		t.Fatal(err)
	}
	line.breakAfter(30_000) // the snapshot has 60,000 bytes and more
	if printed := s.interrupt(); !strings.Contains(printed, "warning: saved on this computer, ") {
		t.Errorf("it says %q", printed)
	}
	if half := files(t, server.DataDir, server.Bucket, "of", "ours", "profiles", "*", "*.valise"); len(half) > 0 {
		t.Errorf("the bucket has %v, which was not sent whole", half)
	}
	if first.waiting() == 0 {
		t.Error("nothing waits to be sent")
	}

	line.mend()
	first.does("sync")
	if n := first.waiting(); n != 0 {
		t.Errorf("%d objects wait after the sync", n)
	}
	second := newComputer(t)
	second.join(server, first.recoveryCode())
	if who := second.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("on the second computer it is logged in as %q", who)
	}
	if here, there := first.profile("Shop"), second.profile("Shop"); !reflect.DeepEqual(here, there) {
		t.Errorf("the first computer has %+v, the second %+v", here, there)
	}
}

// Whatever becomes of the bucket later, work goes on here, is told why it waits, and comes through when that is mended.
func TestTroubleWithTheBucketLaterKeepsEverythingHere(t *testing.T) {
	t.Parallel()
	site, server, c := testenv.NewSite(t), testenv.S3(t), newComputer(t)
	c.connect(server)
	c.logIn(site, "ada", "new", "Shop")
	bucket := filepath.Join(server.DataDir, server.Bucket)
	ours, aside := filepath.Join(bucket, "of", "ours"), filepath.Join(bucket, "aside")
	other := newComputer(t)
	move := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	restart := func(secret string) {
		server.Stop()
		server.SecretKey = secret
		server.Start()
	}
	right := server.SecretKey
	for _, trouble := range []struct {
		name, says     string
		happens, mends func()
		code           int // of sync
	}{
		{"the secret is no longer the right one", "does not accept the access key and secret",
			func() { restart("another secret") }, func() { restart(right) }, 1},
		{"the bucket is gone", "there is no such bucket",
			func() { move(bucket, bucket+" aside") }, func() { move(bucket+" aside", bucket) }, 3},
		{"the bucket was emptied", "no longer holds the vault",
			func() { move(ours, aside) }, func() { move(aside, ours) }, 1},
		{"another vault is in its place", "another vault is kept at this place",
			func() { move(ours, aside); other.connect(server) }, func() { os.RemoveAll(ours); move(aside, ours) }, 1},
	} {
		trouble.happens()
		a := c.does("fork", "Shop", trouble.name)
		for _, words := range []string{"warning: saved on this computer, 2 objects waiting to be sent", trouble.says, "`valise sync` tries again"} {
			if !strings.Contains(a.err, words) {
				t.Errorf("%s: it does not say %q:\n%s", trouble.name, words, a.err)
			}
		}
		if a = c.valise("sync"); a.code != trouble.code || !strings.Contains(a.err, trouble.says) {
			t.Errorf("%s: sync ends with code %d: %s", trouble.name, a.code, a.err)
		}
		if n := c.waiting(); n != 2 {
			t.Errorf("%s: %d objects wait, want 2", trouble.name, n)
		}
		trouble.mends()
		if moved := c.does("sync").out; !strings.HasPrefix(moved, "sent 2 objects ") {
			t.Errorf("%s: mended, the sync says %q", trouble.name, moved)
		}
	}
	second := newComputer(t)
	second.join(server, c.recoveryCode())
	if here, there := c.profiles(), second.profiles(); !reflect.DeepEqual(here, there) {
		t.Errorf("the first computer has %+v, the second %+v", here, there)
	}
}

// Two computers that save the same profile while they know nothing of each other keep both savings.
func TestTwoComputersNeverOverwriteEachOther(t *testing.T) {
	t.Parallel()
	site, server, first, second := testenv.NewSite(t), testenv.S3(t), newComputer(t), newComputer(t)
	first.connect(server)
	first.logIn(site, "ada", "new", "Shop")
	second.join(server, first.recoveryCode())

	server.Stop()
	first.logIn(site, "bob", "open", "Shop")
	second.logIn(site, "eve", "open", "Shop")
	server.Start()
	for _, c := range []*computer{first, second, first} {
		c.does("sync")
	}

	h := first.history("Shop")
	if len(h) != 3 || !h[0].Newest || h[0].Branch || !h[1].Branch || h[0].Parent != h[2].ID || h[1].Parent != h[2].ID {
		t.Errorf("the history is %+v", h)
	}
	if there := second.history("Shop"); !reflect.DeepEqual(h, there) {
		t.Errorf("the second computer has another history: %+v", there)
	}
	if who := first.loggedIn(site, "Shop"); who != "eve" { // who saved last
		t.Errorf("the newest snapshot is logged in as %q", who)
	}
	second.does("rollback", "Shop", h[1].ID)
	if who := second.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("with the other branch picked, it is logged in as %q", who)
	}
}
