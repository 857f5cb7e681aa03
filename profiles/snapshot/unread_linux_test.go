package snapshot

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// opened runs do, and returns the names of the files below dir that were opened meanwhile, as the kernel tells.
func opened(t *testing.T, dir string, do func()) []string {
	t.Helper()
	watch, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	must(t, err)
	defer unix.Close(watch)
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_, err = unix.InotifyAddWatch(watch, path, unix.IN_OPEN)
		}
		return err
	}))
	do()
	var names []string
	buffer := make([]byte, 1<<20)
	for {
		n, err := unix.Read(watch, buffer)
		if errors.Is(err, unix.EAGAIN) {
			return names
		}
		must(t, err)
		for b := buffer[:n]; len(b) > 0; { // struct inotify_event: wd, mask, cookie, len, name
			mask, length := binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[12:])
			if mask&unix.IN_ISDIR == 0 {
				names = append(names, strings.TrimRight(string(b[16:16+length]), "\x00"))
			}
			b = b[16+length:]
		}
	}
}

func TestFilesThatHaveNotChangedAreNotEvenOpened(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	g.profile(t, dir, 5)
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	work, state := s.restore(t, first.Meta.ID)
	path := filepath.Join(t.TempDir(), "state")
	must(t, state.Store(path))
	state, err := LoadState(path)
	must(t, err)

	if names := opened(t, work, func() { s.unchanged(t, work, first, state) }); len(names) > 0 {
		t.Errorf("nothing has changed, and opened were %v", names)
	}

	write(t, work, map[string]string{"Default/new": "1"})
	must(t, appendTo(filepath.Join(work, "Default", "Database 0"), "more"))
	var second *Index
	names := opened(t, work, func() { second, _ = s.save(t, work, first, Saving{State: state}) })
	slices.Sort(names)
	if !slices.Equal(names, []string{"Database 0", "new"}) {
		t.Errorf("two files have changed, and opened were %v", names)
	}
	back, _ := s.restore(t, second.Meta.ID)
	same(t, seen(t, back), seen(t, work))

	other := names
	if other = opened(t, work, func() { s.save(t, work, second, Saving{State: state, Always: true}) }); len(other) != second.Files() {
		t.Errorf("with the state of another snapshot, %d of %d files were read", len(other), second.Files())
	}
}

// Every way of changing a file that keeps its size and sets back its time is still seen: by the inode and its time.
func TestAFileThatIsMadeToLookUnchangedIsRead(t *testing.T) {
	for what, change := range map[string]func(path string) error{
		"written in place": func(path string) error { return os.WriteFile(path, []byte("CHANGED"), 0o600) },
		"replaced": func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("CHANGED"), 0o600), os.Rename(path+"~", path))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"file": "content"})
			s := shelf{}
			first, _ := s.save(t, dir, nil, Saving{})
			work, state := s.restore(t, first.Meta.ID)
			path := filepath.Join(work, "file")
			must(t, change(path))
			must(t, os.Chtimes(path, yesterday, yesterday))
			second, _ := s.save(t, work, first, Saving{State: state})
			back, _ := s.restore(t, second.Meta.ID)
			hasContent(t, back, "file", []byte("CHANGED"))
		})
	}
}

func TestWhatIsNoFileIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	must(t, os.Symlink("pipe", filepath.Join(dir, "link")))
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	back, _ := s.restore(t, index.Meta.ID)
	same(t, seen(t, back), nil)
}
