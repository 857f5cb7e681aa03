package snapshot

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
)

// State is what a working directory looked like when it was last equal to a snapshot. Save does not read files that
// still look like that. It is kept as a file beside the working directory; losing it costs nothing but time.
type State struct {
	snapshot uuid.UUID
	files    map[string]stamp
}

// stamp is what tells that a file has been written to, without reading it.
type stamp struct {
	_        struct{} `cbor:",toarray"`
	Size     int64
	Modified int64  // nanoseconds since 1970
	Changed  int64  // the same; of the inode, which no program can set back. 0 where there is none
	Inode    uint64 // 0 where there is none
}

// racy is how coarse the clock of a file system may be. A file that was written less than that before it was looked at
// can be written again without its times becoming different, and has no place in a State.
const racy = 2 * time.Second

// settled says whether a file with that time, looked at when, would show a later change.
func settled(nanoseconds int64, when time.Time) bool {
	return time.Unix(0, nanoseconds).Before(when.Add(-racy))
}

// stateOf is what was found, when it was looked for.
func stateOf(all []found, when time.Time) *State {
	s := &State{files: make(map[string]stamp, len(all))}
	for _, f := range all {
		if f.entry.Kind == file && settled(f.stamp.Modified, when) && settled(f.stamp.Changed, when) {
			s.files[f.entry.Path] = f.stamp
		}
	}
	return s
}

// of says what the file at path looked like in snapshot.
func (s *State) of(snapshot uuid.UUID, path string) (stamp, bool) {
	if s == nil || s.snapshot != snapshot {
		return stamp{}, false
	}
	found, ok := s.files[path]
	return found, ok
}

type stateMap struct {
	Snapshot uuid.UUID        `cbor:"1,keyasint"`
	Files    map[string]stamp `cbor:"2,keyasint"`
}

// LoadState reads a file that Store wrote. Where there is none, or it is damaged, there is no State: nil.
func LoadState(path string) (*State, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the state of the working directory: %w", err)
	}
	return decodeState(content), nil
}

// decodeState returns nil for what is damaged.
func decodeState(content []byte) *State {
	if len(content) < sha256.Size {
		return nil
	}
	sum := sha256.Sum256(content[sha256.Size:])
	var m stateMap
	if !bytes.Equal(sum[:], content[:sha256.Size]) || decMode.Unmarshal(content[sha256.Size:], &m) != nil {
		return nil
	}
	return &State{m.Snapshot, m.Files}
}

// Store writes the State to a file that only its owner can read, whole or not at all: a hash of what follows, and CBOR.
func (s *State) Store(path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("store the state of the working directory: %w", err)
		}
	}()
	content, err := encMode.Marshal(stateMap{s.snapshot, s.files})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(sum[:], content...))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path) // without fsync: what a crash would damage, the hash would show
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
