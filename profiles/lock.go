package profiles

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

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
	path := filepath.Join(l.home.locks(), profile.String())
	lock := flock.New(path, flock.SetPermissions(0o600))
	note := path + ".holder"
	for deadline := time.Now().Add(brief); ; time.Sleep(20 * time.Millisecond) {
		ok, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking the profile: %w", err)
		}
		if ok {
			break
		}
		inUse := &InUseError{Name: holder.Name, Device: l.device}
		var other SessionInfo
		if data, err := os.ReadFile(note); err == nil && json.Unmarshal(data, &other) == nil {
			inUse.Name, inUse.Since, inUse.Session = other.Name, other.Since, other.ID
		}
		if inUse.Session != uuid.Nil || time.Now().After(deadline) {
			return nil, inUse
		}
	}
	data, err := json.Marshal(holder)
	if err == nil {
		err = writeFile(note, data)
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("locking the profile: %w", explain(err))
	}
	return &profileLock{lock}, nil
}

// release gives the profile back. The note goes first: it names the profile.
func (p *profileLock) release() {
	os.Remove(p.Path() + ".holder")
	p.Close()
}
