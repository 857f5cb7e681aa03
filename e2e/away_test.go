package e2e

import (
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
