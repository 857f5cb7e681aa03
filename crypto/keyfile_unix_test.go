//go:build unix

package crypto

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"valise/problem"
)

func TestKeyFileIsForItsOwnerOnly(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0)) // the rights must not hang on it
	path := filepath.Join(t.TempDir(), "folder", "keys")
	set(t, path, "name", "secret")
	for name, want := range map[string]os.FileMode{path: 0o600, path + ".lock": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(name), got, want)
		}
	}
}

func TestAKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	set(t, path, "name", "secret")
	for _, mode := range []os.FileMode{0o640, 0o604, 0o660, 0o602} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := KeyFile(path).Get(t.Context(), "name")
		if !errors.Is(err, ErrKeyFileExposed) || problem.NextStep(err) == "" {
			t.Errorf("with mode %v: got %v", mode, err)
		}
		if err := KeyFile(path).Set(t.Context(), "name", "new"); !errors.Is(err, ErrKeyFileExposed) {
			t.Errorf("with mode %v it was written: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := KeyFile(path).Get(t.Context(), "name"); err != nil || got != "secret" {
		t.Errorf("with its rights put right: got %q, %v", got, err)
	}
}

// owned is a file of another owner, which only root could make.
type owned struct {
	os.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestAKeyFileOfAnotherPersonIsExposed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	set(t, path, "name", "secret")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[uint32]bool{0: false, uint32(os.Geteuid()): false, uint32(os.Geteuid() + 1): true} {
		if got := exposed(owned{info, uid}); got != want {
			t.Errorf("owned by %d, read by %d: exposed is %v", uid, os.Geteuid(), got)
		}
	}
}

func TestAKeyFileBehindALinkStaysBehindIt(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	set(t, file, "name", "old")
	if err := os.Symlink("file", link); err != nil {
		t.Fatal(err)
	}
	set(t, link, "name", "new")
	if got, err := KeyFile(file).Get(t.Context(), "name"); err != nil || got != "new" {
		t.Errorf("got %q, %v", got, err)
	}
	if target, err := os.Readlink(link); err != nil || target != "file" {
		t.Errorf("the link became %q, %v", target, err)
	}
}

func TestAPipeIsNoKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := KeyFile(path).Get(t.Context(), "name"); !errors.Is(err, ErrKeyFileDamaged) {
		t.Errorf("got %v", err)
	}
}
