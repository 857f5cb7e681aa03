package profiles

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"valise/browser"
	"valise/internal/fault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Session is a running browser of this process, bound to at most one profile.
//
// Its life: Library.Open restores and starts (opening.go); while it runs it is copied now and then (checkpoint.go); finish
// waits for the browser's end, saves and wipes (closing.go). Whatever happens to this process in between, Recover finds the folder (leftover.go).
type Session struct {
	library *Library
	folder  *folder
	lock    *profileLock       // nil for a throwaway
	abandon context.CancelFunc // gives the opening up
	done    chan struct{}

	checkpoints checkpoints
	away        *away // nil: its browser is one of this computer

	mu         sync.Mutex
	info       SessionInfo
	hold       *hold            // the profile's lease; nil: it has none, and
	wantsLease bool             // is to get it when it can be had
	warnings   []string         // for the receipt
	browser    *browser.Process // nil until it has started

	receipt Receipt // these two may be read when done is closed
	err     error
}

// Info says how the session stands.
func (s *Session) Info() SessionInfo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

// Done is closed when the session has ended and is saved.
func (s *Session) Done() <-chan struct{} { return s.done }

// Result is the session's receipt, or why it could not be saved; it waits for the session's end.
func (s *Session) Result() (Receipt, error) {
	<-s.done
	return s.receipt, s.err
}

// Close asks the browser to close, and waits until all is saved. Cancelling ctx hurries the closing (browser.Close),
// never the saving. A session that is still being opened is given up.
func (s *Session) Close(ctx context.Context) (Receipt, error) {
	if b := s.Browser(); b != nil {
		s.advance(StageClosing)
		s.bringBack(ctx)
		if s.folder.album != nil {
			s.folder.album.look(ctx, b, lastLook)
		}
		b.Close(ctx)
	} else {
		s.abandon()
	}
	return s.Result()
}

// Dir is the session's working directory (0700), which goes when it is over, whatever becomes of this process: for what
// belongs to the session alone.
func (s *Session) Dir() string { return s.folder.dir }

// Browser is the session's browser, for those who want more of it than a session does; nil while it is being opened.
func (s *Session) Browser() *browser.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.browser
}

// advance moves the session on to stage, never back, and tells everybody.
func (s *Session) advance(stage Stage) {
	order := map[Stage]int{StageStarting: 1, StageRunning: 2, StageClosing: 3, StageSaving: 4, StageEnded: 5}
	s.mu.Lock()
	if order[stage] <= order[s.info.Stage] {
		s.mu.Unlock()
		return
	}
	s.info.Stage = stage
	s.mu.Unlock()
	if stage != StageEnded { // settle tells of that, with the receipt
		s.tell(Progress{})
		s.library.changed(s.Info().SavesTo)
	}
}

func (s *Session) tell(p Progress) {
	s.library.watchers.emit(Event{Session: &SessionEvent{SessionInfo: s.Info(), Progress: p}})
}

// settle ends the session: from here on only its result is left of it.
func (s *Session) settle(r Receipt, err error) {
	s.receipt, s.err = r, err
	s.advance(StageEnded)
	l := s.library
	l.mu.Lock()
	delete(l.sessions, s.info.ID)
	l.mu.Unlock()
	s.endLease()
	if s.lock != nil {
		s.lock.release()
	}
	fault.Point("closing: the profile is given back")
	event := &SessionEvent{SessionInfo: s.Info(), Err: err}
	if err == nil {
		event.Receipt = &r
	}
	l.watchers.emit(Event{Session: event})
	l.changed(s.info.SavesTo)
	close(s.done)
}

// folder is a session's working directory with what is written down there for the case of a crash. Everything in it is
// plain, so it is 0700 and goes when the session is over.
type folder struct {
	dir    string
	lock   *flock.Flock // held as long as the process lives
	record record
	album  *album // nil: no pictures are taken
}

// record is what the next start needs to know to save what was left behind.
type record struct {
	Session uuid.UUID `json:"session"`
	Vault   uuid.UUID `json:"vault"`
	Name    string    `json:"name"`
	Loads   uuid.UUID `json:"loads,omitzero"`
	At      uuid.UUID `json:"at,omitzero"` // the snapshot that was restored
	SavesTo uuid.UUID `json:"saves_to,omitzero"`
	New     bool      `json:"new,omitempty"`     // SavesTo is to be made
	Expires int       `json:"expires,omitempty"` // of SavesTo, if new
	Named   bool      `json:"named,omitempty"`   // SavesTo, if new, has its card
	Live    bool      `json:"live,omitempty"`    // At is a checkpoint: nothing may be written against it
	Parent  uuid.UUID `json:"parent,omitzero"`   // SavesTo's newest snapshot when the session began
	Token   uint32    `json:"token,omitempty"`   // what is saved bears it
	SavedAs uuid.UUID `json:"saved_as,omitzero"` // once the saving has begun
	Started bool      `json:"started,omitempty"` // the browser was started: there is something to save
	Opened  time.Time `json:"opened"`
	Browser string    `json:"browser"`
	Version string    `json:"version"`
}

func (f *folder) recordFile() string { return filepath.Join(f.dir, "session.json") }
func (f *folder) stateFile() string  { return filepath.Join(f.dir, "state") }
func (f *folder) mirror() string     { return filepath.Join(f.dir, "mirror") }
func (f *folder) browserLog() string { return filepath.Join(f.dir, "browser.log") }

// makeFolder makes and locks a session's folder, and writes its record.
func (h Home) makeFolder(r record) (*folder, error) {
	f := &folder{dir: h.session(r.Session), record: r}
	making := h.making()
	if err := making.Lock(); err != nil {
		return nil, err
	}
	defer making.Close()
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, err
	}
	fault.Point("opening: the folder is made")
	f.lock = flock.New(filepath.Join(f.dir, "lock"), flock.SetPermissions(0o600))
	if err := f.lock.Lock(); err != nil {
		os.RemoveAll(f.dir)
		return nil, err
	}
	fault.Point("opening: the folder is locked")
	if err := f.note(func(*record) {}); err != nil {
		f.wipe()
		return nil, err
	}
	fault.Point("opening: the folder has its record")
	return f, nil
}

// note changes the record, durably.
func (f *folder) note(change func(*record)) error {
	change(&f.record)
	data, err := json.Marshal(f.record)
	if err != nil {
		return err
	}
	return ReplaceFile(f.recordFile(), data)
}

// making is the lock that is held while a folder has no record yet: what has none at another time is for sweep.
func (h Home) making() *flock.Flock {
	return flock.New(filepath.Join(h.locks(), "sessions"), flock.SetPermissions(0o600))
}

// wipe removes everything. The record goes first: from then on nobody takes what is left for something to be saved, and a
// wiping that is cut short is finished by sweep.
func (f *folder) wipe() error {
	defer f.lock.Close()
	if err := os.Remove(f.recordFile()); err != nil && !os.IsNotExist(err) {
		return err
	}
	fault.Point("wiping: the record is gone")
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(f.dir, e.Name())
		if path == f.lock.Path() {
			continue
		}
		if err := removeAll(path); err != nil {
			return err
		}
		fault.Point("wiping: a part is gone")
	}
	f.lock.Close()
	fault.Point("wiping: only the folder is left")
	return os.RemoveAll(f.dir)
}

// removeAll is os.RemoveAll with patience: a browser's last helper process may still be writing its goodbye.
func removeAll(path string) error {
	var err error
	for range 20 {
		if err = os.RemoveAll(path); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
