package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// lentFolders has the folders of the extensions that are lent to sessions, and of files on their way in, in one that is the engine's own. A lock beside that
// tells whether its engine still runs: what one left that was killed is cleared away by the next of the same home.
type lentFolders struct {
	parent string

	mu   sync.Mutex
	own  string // "": none was needed yet
	lock *flock.Flock
}

const lockSuffix = ".lock"

// sweep clears away what engines have left that do not run any more.
func (l *lentFolders) sweep() error {
	locks, err := filepath.Glob(filepath.Join(l.parent, "*"+lockSuffix))
	var failed []error
	for _, file := range locks {
		lock := flock.New(file)
		if free, err := lock.TryLock(); err != nil || !free {
			continue // its engine runs
		}
		failed = append(failed, os.RemoveAll(strings.TrimSuffix(file, lockSuffix)), lock.Close(), os.Remove(file))
	}
	return errors.Join(append(failed, err)...)
}

// make makes a new folder for something.
func (l *lentFolders) make(something string) (dir string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.own == "" {
		own := filepath.Join(l.parent, uuid.NewString())
		if err := os.MkdirAll(l.parent, 0o700); err != nil {
			return "", err
		}
		lock := flock.New(own + lockSuffix)
		if err := lock.Lock(); err != nil {
			return "", err
		}
		if err := os.Mkdir(own, 0o700); err != nil {
			return "", errors.Join(err, lock.Close())
		}
		l.own, l.lock = own, lock
	}
	return os.MkdirTemp(l.own, something+"-")
}

// close clears away all folders.
func (l *lentFolders) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.own == "" {
		return nil
	}
	err := errors.Join(os.RemoveAll(l.own), l.lock.Close(), os.Remove(l.own+lockSuffix))
	l.own, l.lock = "", nil
	return err
}
