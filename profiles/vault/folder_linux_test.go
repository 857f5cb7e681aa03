package vault

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAFolderThatMayNotBeWrittenIsTold(t *testing.T) {
	s := newFolder(t)
	put(t, s, "a", "content")
	if err := os.Chmod(s.dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(s.dir, 0o700)
	obeyModes(t)
	wants(t, s.Put(t.Context(), "b/c", strings.NewReader("x"), 1), ErrForbidden)
	_, err := Test(t.Context(), s)
	wants(t, err, ErrForbidden)
	if got := get(t, s, "a", 0, -1); got != "content" {
		t.Errorf("what is there cannot be read: %q", got)
	}
	wants(t, s.Remove(t.Context(), "a"), ErrForbidden)
}

// obeyModes has the modes of files count for the rest of the test, for root too. It is about one thread, so the test
// keeps to one goroutine.
func obeyModes(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var before [2]unix.CapUserData
	if err := unix.Capget(&header, &before[0]); err != nil {
		t.Fatal(err)
	}
	after := before
	after[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
	if err := unix.Capset(&header, &after[0]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Capset(&header, &before[0]); err != nil {
			t.Fatal(err)
		}
		runtime.UnlockOSThread()
	})
}
