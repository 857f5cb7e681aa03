package vault

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAFolderIsMadeButNotWhatIsAboveIt(t *testing.T) {
	drive := filepath.Join(t.TempDir(), "drive")
	s, err := NewFolder(filepath.Join(drive, "valise"))
	if err != nil {
		t.Fatal(err)
	}
	wants(t, s.Put(t.Context(), "a", strings.NewReader(""), 0), ErrUnreachable)
	_, err = s.Get(t.Context(), "a", 0, -1)
	wants(t, err, ErrUnreachable)
	wants(t, s.Remove(t.Context(), "a"), ErrUnreachable)
	for _, err := range s.List(t.Context(), "") {
		wants(t, err, ErrUnreachable)
	}
	if err := os.Mkdir(drive, 0o700); err != nil { // the drive is connected
		t.Fatal(err)
	}
	put(t, s, "a", "")
}

func TestAFolderNeedsAFullPathThatIsNoFile(t *testing.T) {
	_, err := NewFolder("here")
	wants(t, err, ErrBadLocation)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = NewFolder(file)
	wants(t, err, ErrBadLocation)
}

func TestALinkIsNoObject(t *testing.T) {
	s := newFolder(t)
	put(t, s, "a", "content")
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(s.dir, "link")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(t.Context(), "link", 0, -1)
	wants(t, err, ErrNotFound)
	if got := names(t, s, ""); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the listing shows %q", got)
	}
	wants(t, s.Put(t.Context(), "link", strings.NewReader(""), 0), ErrExists)
}

func TestAFolderMayBeALinkItself(t *testing.T) {
	behind := newFolder(t)
	put(t, behind, "a", "content")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(behind.dir, link); err != nil {
		t.Fatal(err)
	}
	s, err := NewFolder(link)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "b/c", "")
	if got := names(t, s, ""); !slices.Equal(got, []string{"a", "b/c"}) {
		t.Errorf("the listing shows %q", got)
	}
}

func TestWhatACrashLeftBehindIsSweptAway(t *testing.T) {
	v := newVault(t)
	old, err := v.local.newPartial()
	if err != nil {
		t.Fatal(err)
	}
	defer old.abort()
	fresh, err := v.local.newPartial()
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.abort()
	past := time.Now().Add(-leftAfter - time.Minute)
	if err := os.Chtimes(old.file.Name(), past, past); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(v.local.dir); err != nil {
		t.Fatal(err)
	}
	if left := filesBelow(t, filepath.Join(v.local.dir, partialDir)); !slices.Equal(left, []string{fresh.file.Name()}) {
		t.Errorf("there is %q, want only the fresh one", left)
	}
}
