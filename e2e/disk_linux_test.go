package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"valise/internal/testenv"
)

// On a full disk nothing can be saved. Nothing is lost either: what the browser left stays where it is, and the next
// command saves it when there is room.
func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	disk := c.smallDisk("vaults")
	c.logIn(site, "ada", "new", "Shop")
	ada := c.profile("Shop").Newest

	s := c.open("open", "Shop")
	s.logIn(site, "bob")
	disk.fill()
	s.Signal(t, syscall.SIGINT)
	if code := exitCode(t, s.Wait()); code != 1 {
		t.Errorf("it ended with code %d: %s", code, s.Output())
	}
	for _, words := range []string{`valise: saving "Shop": the session could not be saved`, "there is no room left", "Nothing is lost"} {
		if !strings.Contains(s.Output(), words) {
			t.Errorf("it does not say %q:\n%s", words, s.Output())
		}
	}
	if a := c.does("list"); !strings.Contains(a.err, "there is no room left") {
		t.Errorf("while the disk is full, the next command says %q", a.err)
	}
	if h := c.history("Shop"); len(h) != 1 || h[0].ID != ada {
		t.Errorf("while the disk is full, the history is %+v", h)
	}

	disk.free()
	if a := c.does("list"); !strings.HasPrefix(a.err, "recovered: Shop: saved 1 site") {
		t.Errorf("when there is room, the next command says %q", a.err)
	}
	c.leavesNothing()
	if who := c.loggedIn(site, "Shop"); who != "bob" {
		t.Errorf("when there is room, it is logged in as %q", who)
	}
	if who := c.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("the snapshot before is logged in as %q", who)
	}
	c.does("vault", "check")
}

// Where the whole home is on the disk, the browser cannot write either, and what it did not write is lost; whether there
// is room for a snapshot of the rest, it decides too. All that was saved before is there.
func TestAFullDiskHarmsNoEarlierSnapshot(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newComputer(t)
	disk := c.smallDisk(".")
	c.logIn(site, "ada", "new", "Shop")
	ada := c.profile("Shop").Newest

	disk.fill()
	refused(t, c.valise("open", "Shop", "--headless"), 1, "there is no room left", "Free some space")
	refused(t, c.valise("new", "Office", "--headless"), 1, "there is no room left", "Free some space")
	disk.free()

	s := c.open("open", "Shop")
	s.logIn(site, "bob")
	disk.fill()
	s.Signal(t, syscall.SIGINT)
	s.Wait()
	if printed := s.Output(); strings.Contains(printed, "Shop: saved") && !strings.Contains(printed, "The disk was full when the browser closed") {
		t.Errorf("it says that all is saved:\n%s", printed)
	}
	disk.free()

	if who := c.loggedIn(site, "Shop"); who != "ada" && who != "bob" {
		t.Errorf("when there is room, it is logged in as %q: neither what was there before nor what was done last", who)
	}
	if h := c.history("Shop"); len(h) != 2 || h[0].Parent != ada {
		t.Errorf("when there is room, the history is %+v", h)
	}
	if who := c.loggedIn(site, "Shop", "--at", ada); who != "ada" {
		t.Errorf("the snapshot before is logged in as %q", who)
	}
	c.does("vault", "check")
}

// disk is a small file system in memory.
type disk struct {
	t       testing.TB
	orders  io.Writer
	answers *bufio.Reader
}

// smallDisk puts one in the place of a folder in VALISE_HOME, for the commands that are run from now on: it is mounted
// where only they see it, which takes no more rights than an ordinary user has where user namespaces are allowed.
func (c *computer) smallDisk(folder string) *disk {
	c.t.Helper()
	place := filepath.Join(c.home, folder)
	if err := os.MkdirAll(place, 0o700); err != nil {
		c.t.Fatal(err)
	}
	apart, enter := []string{"unshare", "--mount"}, []string{"--mount"}
	if os.Geteuid() != 0 {
		apart = append(apart, "--user", "--map-current-user", "--keep-caps")
		enter = append(enter, "--user", "--preserve-credentials")
	}
	// It carries out orders, and answers when one is done.
	script := `
		set -e
		mount -t tmpfs -o size=64m,mode=700 small .
		cd "$PWD"; echo ready
		while read order; do case $order in
			fill) cat /dev/zero >filler 2>/dev/null || echo full;;
			free) rm filler; echo free;;
		esac; done`
	keeper := exec.Command(testenv.Need(c.t, apart[0], "util-linux"), append(apart[1:], "sh", "-c", script)...)
	keeper.Dir = place
	keeper.Env = []string{"PATH=" + os.Getenv("PATH")} // and nothing that takes it for a process of the computer
	orders, err := keeper.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	answers, answer, err := os.Pipe()
	if err != nil {
		c.t.Fatal(err)
	}
	keeper.Stdout = answer
	process := testenv.Start(c.t, keeper)
	answer.Close()
	c.t.Cleanup(func() { answers.Close() })
	d := &disk{c.t, orders, bufio.NewReader(answers)}
	d.expect("ready")
	c.through = slices.Concat([]string{testenv.Need(c.t, "nsenter", "util-linux"), "--target", strconv.Itoa(process.Pid())}, enter, []string{"--"})
	return d
}

// fill leaves no byte free.
func (d *disk) fill() {
	d.t.Helper()
	fmt.Fprintln(d.orders, "fill")
	d.expect("full")
}

// free undoes fill.
func (d *disk) free() {
	d.t.Helper()
	fmt.Fprintln(d.orders, "free")
	d.expect("free")
}

func (d *disk) expect(answer string) {
	d.t.Helper()
	line, err := d.answers.ReadString('\n')
	if strings.TrimSpace(line) != answer {
		d.t.Fatalf("a disk of the test's own cannot be made (it takes unprivileged user namespaces, or root): it says %q, %v", line, err)
	}
}
