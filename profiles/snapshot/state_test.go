package snapshot

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestAStateIsTheSameWhenItIsLoadedAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "1", "Grüße/b": "2"})
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{})
	_, state := s.restore(t, index.Meta.ID)
	if len(state.files) != 2 {
		t.Fatalf("the state has %d files", len(state.files))
	}
	path := filepath.Join(t.TempDir(), "state")
	for range 2 { // the second replaces the first
		must(t, state.Store(path))
	}
	loaded, err := LoadState(path)
	must(t, err)
	if !reflect.DeepEqual(loaded, state) {
		t.Errorf("loaded %+v, stored %+v", loaded, state)
	}
	names, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(names) != 1 {
		t.Errorf("storing left %v", names)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read the state: %v, %v", info.Mode(), err)
	}
}

func TestAMissingOrDamagedStateIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if state, err := LoadState(path); state != nil || err != nil {
		t.Errorf("a missing state: %v, %v", state, err)
	}
	must(t, (&State{uuid.New(), map[string]stamp{"a": {Size: 1}}}).Store(path))
	whole, err := os.ReadFile(path)
	must(t, err)
	for i := range whole {
		changed := append([]byte(nil), whole...)
		changed[i] ^= 0x10
		must(t, os.WriteFile(path, changed, 0o600))
		if state, err := LoadState(path); state != nil || err != nil {
			t.Errorf("with byte %d changed: %v, %v", i, state, err)
		}
		must(t, os.WriteFile(path, whole[:i], 0o600))
		if state, err := LoadState(path); state != nil || err != nil {
			t.Errorf("cut after %d bytes: %v, %v", i, state, err)
		}
	}
}

func TestAStateThatCannotBeStoredIsAnError(t *testing.T) {
	if err := new(State).Store(filepath.Join(t.TempDir(), "missing", "state")); err == nil {
		t.Error("stored into a directory that is not there")
	}
}

// A file that is written twice within the tick of a coarse clock looks the same both times.
func TestAFileThatWasJustWrittenIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"old": "old", "new": "one"})
	now := time.Now()
	must(t, os.Chtimes(filepath.Join(dir, "new"), now, now))
	s := shelf{}
	first, _ := s.save(t, dir, nil, Saving{})
	work, state := s.restore(t, first.Meta.ID)
	if _, ok := state.files["old"]; !ok || len(state.files) != 1 {
		t.Fatalf("the state has %v, not just the old file", state.files)
	}

	// What a clock that stands still would do: other content, and every stamp as before.
	path := filepath.Join(work, "new")
	must(t, os.WriteFile(path, []byte("two"), 0o600))
	must(t, os.Chtimes(path, now, now))
	second, _ := s.save(t, work, first, Saving{State: state})
	back, _ := s.restore(t, second.Meta.ID)
	hasContent(t, back, "new", []byte("two"))
}

func TestTheStateOfASavingLeavesOutWhatWasJustWritten(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "1"}) // its time is set back, but its inode changed now
	s := shelf{}
	first, state := s.save(t, dir, nil, Saving{})
	if len(state.files) != 0 {
		t.Errorf("the state has %v", state.files)
	}
	time.Sleep(racy + 100*time.Millisecond)
	state = s.unchanged(t, dir, first, state)
	if len(state.files) != 1 {
		t.Error("after a while the file is still not in the state")
	}
}
