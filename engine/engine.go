// Package engine speaks Hyperbeam's HTTP API on one's own machine: what was written for that service starts browsers
// here, bound to the profiles of this computer's vault.
//
// A request comes in through guard.go, which lets through what is meant for this engine and not too much of it, finds its
// operation in the table of operations.go, and shows there that it may (keys.go; a session's own tokens, tokens.go).
// POST /v0/vm (dispatch.go) reads what is wanted (request.go, profile.go), opens a session of the library, and keeps it
// as a vm (vm.go) until it ends: by DELETE, by one of its timeouts (clock.go), or with its browser. What is saved then,
// and where to, is the library's business alone.
//
// The engine promises what docs/engine.md says of each call. It holds no state of its own but its keys: what runs is
// gone with the process, and what a crash leaves behind the library saves at its next start.
package engine

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"valise/profiles"

	"github.com/google/uuid"
)

// Options of an engine. The zero value is for one that listens on loopback.
type Options struct {
	// Public is where others reach the engine: a scheme and a host, and a path where a proxy in front adds one.
	Public *url.URL
	// MaxSessions that run at a time; 0: 20.
	MaxSessions int
	// PublicOnly closes private networks to sessions, and this computer: for engines whose callers are strangers there.
	PublicOnly bool
	// MaxImport is how many bytes a file may have that is imported; 0: 4 GiB.
	MaxImport int64
	// Adblock is the folder of the unpacked extension that sessions get which ask for an ad blocker; "": there is none.
	Adblock string
	Log     *slog.Logger // nil: none
}

const defaultSessions = 20

// Engine serves the API. Its methods may be called from several goroutines.
type Engine struct {
	lib      *profiles.Library
	keys     Keys
	options  Options
	lent     lentFolders
	log      *slog.Logger
	rates    rates
	figures  *figures
	carriers chan struct{} // exports and imports that are under way
	handler  http.Handler

	mu     sync.Mutex
	vms    map[uuid.UUID]*vm
	tags   map[string]*vm // of running ones
	ended  []uuid.UUID    // the oldest first
	closed bool
	port   uint16         // that the engine listens on; 0: not known
	all    sync.WaitGroup // one for each running vm
}

// New makes an engine for a library. Who has one of the keys may use it.
func New(lib *profiles.Library, keys Keys, o Options) *Engine {
	if o.MaxSessions == 0 {
		o.MaxSessions = defaultSessions
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{lib: lib, keys: keys, options: o, log: o.Log, vms: map[uuid.UUID]*vm{}, tags: map[string]*vm{},
		carriers: make(chan struct{}, mostCarriers)}
	e.lent.parent = filepath.Join(lib.Home().Dir, "lent")
	if err := e.lent.sweep(); err != nil {
		o.Log.Warn("clearing away what an engine has left that was killed", "error", err)
	}
	e.figures = newFigures(e)
	e.handler = e.guard(e.routes())
	return e
}

// ServeHTTP answers a request.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.handler.ServeHTTP(w, r) }

// Close ends all sessions, and returns when they are saved. When ctx ends, the browsers are hurried; what is to be
// saved is saved all the same. From its call on no session is started any more.
func (e *Engine) Close(ctx context.Context) {
	e.mu.Lock()
	e.closed = true
	var running []*vm
	for _, v := range e.vms {
		running = append(running, v)
	}
	e.mu.Unlock()
	for _, v := range running {
		go v.end(ctx, endRequested)
	}
	e.all.Wait()
	if err := e.lent.close(); err != nil {
		e.log.Warn("clearing away the extensions of sessions", "error", err)
	}
}

// ListensOn tells the engine where it is reached, which is closed to its sessions. Serve does it by itself.
func (e *Engine) ListensOn(at net.Addr) {
	if tcp, ok := at.(*net.TCPAddr); ok {
		e.mu.Lock()
		e.port = uint16(tcp.Port)
		e.mu.Unlock()
	}
}

// closedPorts are those of this computer that no session reaches: the engine's, and the DevTools of the sessions.
func (e *Engine) closedPorts() []uint16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	ports := []uint16{e.port}
	for _, v := range e.vms {
		if w := v.now(); w != nil && w.devport != 0 {
			ports = append(ports, w.devport)
		}
	}
	return ports
}

// running are the sessions that have not ended, the oldest first.
func (e *Engine) running() []*vm {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []*vm
	for _, v := range e.vms {
		if v.running() {
			list = append(list, v)
		}
	}
	sortByCreation(list)
	return list
}

// find finds a session, one that has ended too.
func (e *Engine) find(id string) (*vm, error) {
	parsed, err := uuid.Parse(id)
	if err == nil {
		e.mu.Lock()
		defer e.mu.Unlock()
		if v := e.vms[parsed]; v != nil {
			return v, nil
		}
	}
	return nil, refuse(http.StatusNotFound, codeNoSession, "there is no session %q", shorten(id))
}

// remembered is of how many ended sessions the engine still knows when they ended.
const remembered = 10_000

// forget makes an ended session one of those that are only remembered.
func (e *Engine) forget(v *vm) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tags[v.want.Tag] == v {
		delete(e.tags, v.want.Tag)
	}
	if v.err != nil { // it never came to be
		delete(e.vms, v.id)
		return
	}
	e.ended = append(e.ended, v.id)
	if len(e.ended) > remembered {
		delete(e.vms, e.ended[0])
		e.ended = e.ended[1:]
	}
}

// now is the time as the API tells it.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
