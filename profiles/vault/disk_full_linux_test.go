package vault

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"valise/internal/testenv"

	"golang.org/x/sys/unix"
)

// onASmallDisk runs the calling test again in a process of its own, which has a disk of 2 MiB; there it returns the
// directory of that disk. In the calling process it returns false once that is over. The disk is in a mount namespace
// of that process alone, so nothing of it is seen, or left, elsewhere.
func onASmallDisk(t *testing.T) (dir string, ok bool) {
	t.Helper()
	const setting = "VAULT_TEST_SMALL_DISK"
	if dir := os.Getenv(setting); dir != "" {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m,mode=0700"); err != nil {
			t.Fatal(err)
		}
		return dir, true
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), setting+"="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if os.Geteuid() != 0 { // who may mount in a user namespace of their own
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("on a small disk: %v\n%s", err, out)
	}
	return "", false
}

func vaultIn(t *testing.T, dir string) *Vault {
	t.Helper()
	v, err := Create(filepath.Join(dir, "vault"), NewDescription(testVault, testKey.ID()))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAFullDiskKeepsWhatWasThereAndNothingHalf(t *testing.T) {
	disk, ok := onASmallDisk(t)
	if !ok {
		return
	}
	v := vaultIn(t, disk)
	first := addSnapshot(t, v, 1<<20)
	before := filesBelow(t, disk)
	id := newID()
	name := SnapshotName(testProfile, id)
	wants(t, write(v, name, snapshotOf(id, 1<<20)), ErrDiskFull)

	// A caller that overlooks the error of Write is told by Commit.
	w, err := v.Writer(name)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(snapshotOf(id, 1<<20))
	w.Write([]byte("more"))
	wants(t, w.Commit(), ErrDiskFull)

	if after := filesBelow(t, disk); !slices.Equal(before, after) {
		t.Errorf("there is %q\nand was %q", after, before)
	}
	if got := here(t, v); !slices.Equal(got, []string{first}) {
		t.Errorf("the vault has %q", got)
	}
	addSnapshot(t, v, 100_000) // for which there is room
}

func TestAFullRemoteFolderLetsWhatIsThereCome(t *testing.T) {
	disk, ok := onASmallDisk(t)
	if !ok {
		return
	}
	s, err := NewFolder(filepath.Join(disk, "place"))
	if err != nil {
		t.Fatal(err)
	}
	one, two := newVault(t), newVault(t)
	connect(t, one, s)
	addSnapshot(t, one, 1<<20)
	mustSync(t, one)
	connect(t, two, s)
	ours := addSnapshot(t, two, 1<<20)
	moved, err := two.Sync(t.Context(), nil)
	wants(t, err, ErrDiskFull)
	if moved.Fetched != 1 {
		t.Errorf("it moved %+v", moved)
	}
	waits(t, two, ours)
	if left := butNews(filesBelow(t, disk)); len(left) != 2 {
		t.Errorf("there is %q", left)
	}
}

func TestAFullDiskHereLetsWhatIsHereGo(t *testing.T) {
	disk, ok := onASmallDisk(t)
	if !ok {
		return
	}
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	one, two := newVault(t), vaultIn(t, disk)
	connect(t, one, s)
	connect(t, two, s)
	theirs := addSnapshot(t, one, 3<<20)
	mustSync(t, one)
	ours := addSnapshot(t, two, 100_000)
	moved, err := two.Sync(t.Context(), nil)
	wants(t, err, ErrDiskFull)
	if moved.Sent != 1 || moved.Waiting != 0 || !slices.Equal(here(t, two), []string{ours}) {
		t.Errorf("it moved %+v and has %q", moved, here(t, two))
	}
	_, err = two.Open(t.Context(), theirs)
	wants(t, err, ErrDiskFull)
	if left := filesBelow(t, filepath.Join(two.local.dir, partialDir)); len(left) > 0 {
		t.Errorf("it left %q", left)
	}
}

func TestAnS3ServerWithoutRoomIsToldAndTriedAgain(t *testing.T) {
	disk, ok := onASmallDisk(t)
	if !ok {
		return
	}
	t.Setenv("TMPDIR", disk) // where the server keeps its objects
	server := testenv.S3(t)
	s := newBucket(t, server, server.Endpoint)
	put(t, s, "first", string(noise(1<<20)))
	content := noise(1536 << 10)
	err := s.Put(t.Context(), "second", bytes.NewReader(content), int64(len(content)))
	t.Log(err)
	wants(t, err, ErrDiskFull)
	if got := names(t, s, ""); !slices.Equal(got, []string{"first"}) {
		t.Errorf("the bucket has %q", got)
	}
	if err := s.Remove(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "second", bytes.NewReader(content), int64(len(content))); err != nil {
		t.Error(err)
	}
}
