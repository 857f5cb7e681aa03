package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// followed is a Capture of a directory with these files.
func followed(t *testing.T, files map[string]string, o Capturing) (*Capture, string) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, files)
	c, err := NewCapture(dir, filepath.Join(t.TempDir(), "mirror"), o)
	must(t, err)
	return c, dir
}

func (c *Capture) mustFollow(t *testing.T) (changed bool) {
	t.Helper()
	changed, err := c.Follow(t.Context())
	must(t, err)
	return changed
}

// savedFrom saves what was taken, and gives back what a restoration of that has.
func (s shelf) savedFrom(t *testing.T, c *Capture, base *Index, state *State) map[string]string {
	t.Helper()
	index, _ := s.save(t, c.dir, base, Saving{State: state, Capture: c})
	back, _ := s.restore(t, index.Meta.ID)
	return contents(t, back)
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		relative, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(relative)] = string(content)
		return err
	}))
	return all
}

func TestACaptureIsTheDirectoryAtTheMomentWhenItWasTaken(t *testing.T) {
	c, dir := followed(t, map[string]string{"a/changes": "before", "a/goes": "x", "stays": "y", "becomes": "a file"}, Capturing{})
	if !c.mustFollow(t) {
		t.Error("nothing taken, and nothing to take")
	}
	must(t, os.Remove(filepath.Join(dir, "a/goes")))
	must(t, os.Remove(filepath.Join(dir, "becomes")))
	write(t, dir, map[string]string{"a/changes": "taken", "comes": "z", "becomes/a": "directory"})
	must(t, c.Take(t.Context()))
	write(t, dir, map[string]string{"a/changes": "after", "a/later": "w"})
	must(t, os.Remove(filepath.Join(dir, "comes")))

	got := shelf{}.savedFrom(t, c, nil, nil)
	want := map[string]string{"a/changes": "taken", "stays": "y", "comes": "z", "becomes/a": "directory"}
	same(t, got, want)
	if !c.mustFollow(t) {
		t.Error("what came after it was taken is no change")
	}
	must(t, c.Take(t.Context()))
	if c.mustFollow(t) {
		t.Error("nothing has changed since it was taken, and it says so not")
	}
	same(t, contents(t, c.Mirror()), contents(t, dir))
}

// The clock of a file system may be too coarse to tell two writings apart: what was written shortly before it was copied
// is copied again.
func TestACaptureTrustsNoTimeThatIsYoung(t *testing.T) {
	c, dir := followed(t, map[string]string{"old": "1", "young": "1"}, Capturing{})
	long := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(filepath.Join(dir, "old"), long, long))
	c.mustFollow(t)
	for path, has := range c.copies {
		if has.settled { // both were made just now, whatever one of their times says
			t.Errorf("%s is trusted", path)
		}
	}
	// As if the second writing had left all times as they were.
	write(t, dir, map[string]string{"young": "2"})
	for _, path := range []string{"old", "young"} {
		info, err := os.Lstat(filepath.Join(dir, path))
		must(t, err)
		c.copies[path] = copied{stamp: stampOf(info), settled: path == "old"}
	}
	must(t, os.WriteFile(filepath.Join(c.Mirror(), "old"), []byte("trusted"), 0o600))
	must(t, c.Take(t.Context()))
	same(t, contents(t, c.Mirror()), map[string]string{"old": "trusted", "young": "2"})
}

// What is the base's is neither copied nor read, but for those files that somebody wants to read.
func TestACaptureCopiesOnlyWhatDiffersFromTheBase(t *testing.T) {
	s, g, first := shelf{}, newGenerator(1), t.TempDir()
	g.put(t, first, "large", g.noise(1<<20))
	write(t, first, map[string]string{"wanted": "w", "changes": "before"})
	base, _ := s.save(t, first, nil, Saving{})
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	for _, path := range []string{"large", "wanted", "changes"} {
		must(t, os.Chtimes(filepath.Join(first, path), long, long))
	}
	base, _ = s.save(t, first, base, Saving{Always: true}) // with times that a State trusts
	_, state, err := Restore(t.Context(), testKey, s.open, base.Meta.ID, dir, Restoring{})
	must(t, err)

	c, err := NewCapture(dir, filepath.Join(t.TempDir(), "mirror"), Capturing{
		Base: state, Wanted: func(path string) bool { return path == "wanted" }})
	must(t, err)
	write(t, dir, map[string]string{"changes": "after"})
	c.mustFollow(t)
	must(t, c.Take(t.Context()))
	same(t, contents(t, c.Mirror()), map[string]string{"wanted": "w", "changes": "after"})

	write(t, dir, map[string]string{"changes": "later"})
	index, _ := s.save(t, dir, base, Saving{State: state, Capture: c})
	if index.Stored > 4<<10 {
		t.Errorf("a small change took %d bytes", index.Stored)
	}
	back, _ := s.restore(t, index.Meta.ID)
	got := contents(t, back)
	if got["changes"] != "after" || got["wanted"] != "w" || len(got["large"]) != 1<<20 {
		t.Errorf("it came back as %.40q", got)
	}
}

// Somebody may put a file of the mirror right before it is saved.
func TestWhatIsChangedInTheMirrorIsSavedSo(t *testing.T) {
	c, dir := followed(t, map[string]string{"Preferences": "crashed"}, Capturing{})
	must(t, c.Take(t.Context()))
	write(t, c.Mirror(), map[string]string{"Preferences": "ended in order"})
	got := shelf{}.savedFrom(t, c, nil, nil)
	same(t, got, map[string]string{"Preferences": "ended in order"})
	same(t, contents(t, dir), map[string]string{"Preferences": "crashed"})
}

// A browser writes, makes and removes files without a pause. Following it meets none of that with an error, and what is
// taken in a quiet moment is whole.
func TestFollowingADirectoryThatNeverRests(t *testing.T) {
	c, dir := followed(t, map[string]string{"log": "", "a/b/c": ""}, Capturing{})
	writing, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return
		}
		defer log.Close()
		for n := 0; writing.Err() == nil; n++ {
			log.WriteString("a line\n")
			journal := filepath.Join(dir, "a/b/journal")
			os.WriteFile(journal, []byte("x"), 0o600)
			os.Remove(journal)
			if n%10 == 0 {
				os.RemoveAll(filepath.Join(dir, "a/d"))
			} else {
				os.MkdirAll(filepath.Join(dir, "a/d/e"), 0o700)
			}
		}
	}()
	for range 200 {
		c.mustFollow(t)
	}
	stop()
	<-stopped
	must(t, c.Take(t.Context()))
	now := contents(t, dir)
	if !strings.HasSuffix(now["log"], "a line\n") {
		t.Fatal("nothing was written")
	}
	same(t, shelf{}.savedFrom(t, c, nil, nil), now)
}

func TestTakingADirectoryThatIsWrittenToFails(t *testing.T) {
	c, dir := followed(t, map[string]string{"gone": "x"}, Capturing{})
	all, err := scan(t.Context(), dir, nil)
	must(t, err)
	must(t, os.Remove(filepath.Join(dir, "gone")))
	if err := c.copy(all[0], time.Now()); !errors.Is(err, ErrChanging) {
		t.Errorf("a file that is gone: %v", err)
	}
	write(t, dir, map[string]string{"gone": "longer than before"})
	if err := c.copy(all[0], time.Now()); !errors.Is(err, ErrChanging) {
		t.Errorf("a file that was written to: %v", err)
	}
}
