package profiles

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// Stage is how far a session has come.
type Stage string

const (
	StageRestoring Stage = "restoring"
	StageStarting  Stage = "starting"
	StageRunning   Stage = "running"
	StageClosing   Stage = "closing"
	StageSaving    Stage = "saving"
	StageEnded     Stage = "ended"
)

// SessionInfo is a session as others see it, in this process or another.
type SessionInfo struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`              // of the profile that it saves to or, for a throwaway, loads
	Loads     uuid.UUID `json:"loads,omitzero"`    // a profile
	SavesTo   uuid.UUID `json:"saves_to,omitzero"` // a profile; zero: a throwaway
	Stage     Stage     `json:"stage"`
	Since     time.Time `json:"since"`
	Headless  bool      `json:"headless,omitempty"`
	Here      bool      `json:"-"`                    // it belongs to this process
	PID       int       `json:"pid"`                  // of the Valise process that it belongs to
	DevTools  string    `json:"devtools,omitempty"`   // where a port was asked for
	Engine    string    `json:"engine,omitempty"`     // the name of the engine that it runs on; empty: this computer
	TakenOver string    `json:"taken_over,omitempty"` // the name of another device that has the profile open too
	Carried   bool      `json:"carried,omitempty"`    // that is a Chromium, and the session belongs to a Valise process of this computer all the same
}

// Throwaway says whether the session saves nothing.
func (s SessionInfo) Throwaway() bool { return s.SavesTo == uuid.Nil }

// Foreign says whether the session belongs to an engine, which closes and saves it.
func (s SessionInfo) Foreign() bool { return s.Engine != "" && !s.Carried }

// Progress is how far something has come; Total is 0 while unknown.
type Progress struct{ Done, Total int64 }

// Event is something that happened in the library. Exactly one field is set.
type Event struct {
	Changed  *Changed      // something in the list of profiles or sessions is different: ask again
	Session  *SessionEvent // a session of this process moved on
	Sync     *SyncEvent    // the vault and its place
	Branched *Branched     // a profile was saved on two devices beside each other
	Upkept   *Upkept       // what time asked for was done
	Trouble  error         // something went wrong that no call reports
	// VaultLeft: another process made this computer use another vault. Close the library and open it again.
	VaultLeft bool
}

// Changed says whose profile or session changed; zero: any.
type Changed struct{ Profile uuid.UUID }

// SessionEvent says how far a session of this process has come. At StageEnded it carries the receipt or the error.
type SessionEvent struct {
	SessionInfo
	Progress Progress // bytes, while restoring and saving
	Receipt  *Receipt
	Err      error
}

// SyncEvent says how the vault and its place stand.
type SyncEvent struct {
	Syncing  bool
	Progress Progress // objects
	Waiting  int      // objects in the outbox
	Err      error    // of the last sync; nil: it went well, or there is no place
}

// Watch calls f for every event from now on, one at a time, on a goroutine of the library, until stop is called.
func (l *Library) Watch(f func(Event)) (stop func()) { return l.watchers.add(f) }

// watchers hands events on without ever keeping the one who emits them waiting.
type watchers struct {
	mu  sync.Mutex
	all map[*watcher]struct{}
}

type watcher struct {
	mu    sync.Mutex
	queue []Event
	wake  chan struct{} // holds one token while the queue is not empty
	stop  chan struct{}
}

func (ws *watchers) add(f func(Event)) (stop func()) {
	w := &watcher{wake: make(chan struct{}, 1), stop: make(chan struct{})}
	ws.mu.Lock()
	if ws.all == nil {
		ws.all = map[*watcher]struct{}{}
	}
	ws.all[w] = struct{}{}
	ws.mu.Unlock()
	go w.deliver(f)
	return sync.OnceFunc(func() {
		ws.mu.Lock()
		delete(ws.all, w)
		ws.mu.Unlock()
		close(w.stop)
	})
}

func (ws *watchers) emit(e Event) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for w := range ws.all {
		w.mu.Lock()
		w.queue = append(w.queue, e)
		w.mu.Unlock()
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

func (w *watcher) deliver(f func(Event)) {
	for {
		select {
		case <-w.stop:
			return
		case <-w.wake:
		}
		w.mu.Lock()
		events := w.queue
		w.queue = nil
		w.mu.Unlock()
		for _, e := range events {
			select {
			case <-w.stop:
				return
			default:
				f(e)
			}
		}
	}
}

// paced passes progress on at most every 50 ms, and always its end: a bar needs no more. report may be nil.
func paced(report func(Progress)) func(done, total int64) {
	if report == nil {
		return func(int64, int64) {}
	}
	var last time.Time
	return func(done, total int64) {
		if now := time.Now(); now.Sub(last) >= 50*time.Millisecond || done == total {
			last = now
			report(Progress{done, total})
		}
	}
}
