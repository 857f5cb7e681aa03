package profiles

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"valise/internal/fault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// profileLock is held while a session may save to the profile. The operating system holds it (flock, LockFileEx), so
// that it ends with the process, however that ends.
type profileLock struct{ *flock.Flock }

// brief is how long lockProfile waits for one who has the profile without a session: rolling back, pruning and the like
// are soon done.
const brief = 5 * time.Second

// lockProfile takes the lock, and leaves a note there on who has it. *InUseError: another session does.
func (l *Library) lockProfile(profile uuid.UUID, holder SessionInfo) (*profileLock, error) {
	p := l.home.profileLock(profile.String())
	for deadline, again := time.Now().Add(brief), false; ; again = true {
		ok, err := p.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking the profile: %w", err)
		}
		if ok {
			break
		}
		inUse := &InUseError{Name: holder.Name, Device: l.device}
		var other SessionInfo
		if data, err := os.ReadFile(p.note()); err == nil && json.Unmarshal(data, &other) == nil {
			inUse.Name, inUse.Since, inUse.Session = other.Name, other.Since, other.ID
		}
		// Once may be sweepNotes, with the note that it is about to remove.
		if inUse.Session != uuid.Nil && again || time.Now().After(deadline) {
			return nil, inUse
		}
		time.Sleep(20 * time.Millisecond)
	}
	// The note is for people. One that a crash tore is worth as little as none, and so is one that does not outlive it.
	data, err := json.Marshal(holder)
	if err == nil {
		err = os.WriteFile(p.note(), data, 0o600)
	}
	if err != nil {
		p.release()
		return nil, fmt.Errorf("locking the profile: %w", explain(err))
	}
	return p, nil
}

func (h Home) profileLock(name string) *profileLock {
	return &profileLock{flock.New(filepath.Join(h.locks(), name), flock.SetPermissions(0o600))}
}

// holder is what the name of a lock's note ends in.
const holder = ".holder"

func (p *profileLock) note() string { return p.Path() + holder }

// release gives the profile back. The note goes first: it names the profile.
func (p *profileLock) release() {
	os.Remove(p.note())
	fault.Point("closing: the lock has no note any more")
	p.Close()
}

// sweepNotes removes those of locks that nobody has: a crash came before their release.
func (h Home) sweepNotes() {
	notes, _ := filepath.Glob(filepath.Join(h.locks(), "*"+holder))
	for _, note := range notes {
		p := h.profileLock(strings.TrimSuffix(filepath.Base(note), holder))
		if ok, err := p.TryLock(); ok && err == nil {
			p.release()
		}
	}
}
