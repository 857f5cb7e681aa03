package profiles

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"valise/problem"

	"github.com/google/uuid"
)

// peers is how the Valise processes of one home speak with each other: each answers, while it lives, on a socket of its
// own in Home.run, for the owner only. What runs is what answers; a socket that refuses is left over, and removed.
//
//	GET  /sessions             the sessions of the process
//	POST /sessions/{id}/stop   close and save; answers when that is done
//	POST /sessions/{id}/save   make a checkpoint; answers when that is done
//	POST /sessions/{id}/show   bring it to the front; the body is a JSON list of URLs to open
//	POST /raise                show the window; 404 where there is none
//	POST /changed              the vault or the sessions are different; the body is a profile's id
type peers struct {
	library *Library
	socket  string
	server  *http.Server
	stopped chan struct{}
	telling sync.WaitGroup // what is still on its way to others
}

// quick bounds a question to a living process.
const quick = 2 * time.Second

func listen(l *Library, raise func()) (*peers, error) {
	p := &peers{library: l, stopped: make(chan struct{})}
	p.socket = filepath.Join(l.home.run(), fmt.Sprintf("%d-%s.sock", os.Getpid(), uuid.NewString()[:4]))
	listener, err := listenSocket(p.socket)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sessions", func(w http.ResponseWriter, r *http.Request) { answer(w, l.ownSessions(), nil) })
	mux.HandleFunc("POST /sessions/{id}/stop", func(w http.ResponseWriter, r *http.Request) {
		s, err := l.own(r.PathValue("id"))
		if err != nil {
			answer(w, nil, err)
			return
		}
		receipt, err := s.Close(r.Context())
		answer(w, receipt, err)
	})
	mux.HandleFunc("POST /sessions/{id}/save", func(w http.ResponseWriter, r *http.Request) {
		s, err := l.own(r.PathValue("id"))
		if err != nil {
			answer(w, nil, err)
			return
		}
		receipt, err := s.SaveNow(r.Context())
		answer(w, receipt, err)
	})
	mux.HandleFunc("POST /sessions/{id}/show", func(w http.ResponseWriter, r *http.Request) {
		var urls []string
		s, err := l.own(r.PathValue("id"))
		if err == nil {
			err = json.NewDecoder(r.Body).Decode(&urls)
		}
		if err == nil {
			err = s.show(r.Context(), urls)
		}
		answer(w, nil, err)
	})
	mux.HandleFunc("POST /changed", func(w http.ResponseWriter, r *http.Request) {
		var profile uuid.UUID
		err := json.NewDecoder(r.Body).Decode(&profile)
		if err == nil {
			l.noticed(profile)
		}
		answer(w, nil, err)
	})
	if raise != nil {
		mux.HandleFunc("POST /raise", func(w http.ResponseWriter, r *http.Request) {
			raise()
			answer(w, nil, nil)
		})
	}
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: quick}
	go func() {
		defer close(p.stopped)
		p.server.Serve(listener)
	}()
	return p, nil
}

func (p *peers) close() error {
	p.telling.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), quick)
	defer cancel()
	err := p.server.Shutdown(ctx)
	<-p.stopped
	os.Remove(p.socket)
	return err
}

// errPeerGone: a connection without an answer is a process that was killed, or has crashed.
var errPeerGone = problem.New("the Valise process that had the session ended before it answered",
	"What it left behind is saved by the next command: `valise list` shows it.")

func answer(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		r := refusal{What: err.Error(), Next: problem.NextStep(err)}
		errors.As(err, &r.NotFound)
		for kind, sentinel := range kinds {
			if errors.Is(err, sentinel) {
				r.Kinds = append(r.Kinds, kind)
			}
		}
		result = r
		w.WriteHeader(http.StatusConflict)
	}
	json.NewEncoder(w).Encode(result)
}

// ask sends a request to the process behind socket.
func ask(ctx context.Context, socket, method, path string, body, result any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://valise"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, socket) },
	}}
	response, err := client.Do(request)
	switch {
	case errors.Is(err, io.EOF):
		return errPeerGone
	case err != nil:
		return err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		if result == nil {
			return nil
		}
		return json.NewDecoder(response.Body).Decode(result)
	case http.StatusConflict:
		var r refusal
		if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
			return err
		}
		if r.NotFound != nil {
			return r.NotFound
		}
		return &r
	}
	return fmt.Errorf("another Valise process answered %s", response.Status)
}

// sockets are those of the home's processes, but for the one given. Each caller finds out whether they still answer.
func (h Home) sockets(but string) []string {
	all, _ := filepath.Glob(filepath.Join(h.run(), "*.sock"))
	var others []string
	for _, s := range all {
		if s != but {
			others = append(others, s)
		}
	}
	return others
}

// others asks all other processes at once, each for a short time at most.
func (l *Library) others(ctx context.Context, question func(ctx context.Context, socket string) error) {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	var all sync.WaitGroup
	for _, socket := range l.home.sockets(l.peers.socket) {
		all.Go(func() {
			if err := question(ctx, socket); refused(err) {
				os.Remove(socket)
			}
		})
	}
	all.Wait()
}

// changed tells everybody, here and in the other processes, to look again.
func (l *Library) changed(profile uuid.UUID) {
	l.watchers.emit(Event{Changed: &Changed{profile}})
	l.peers.telling.Go(func() {
		l.others(context.Background(), func(ctx context.Context, socket string) error {
			return ask(ctx, socket, http.MethodPost, "/changed", profile, nil)
		})
	})
}

// noticed takes up what another process changed.
func (l *Library) noticed(profile uuid.UUID) {
	settings, err := l.home.Settings()
	switch {
	case err != nil:
		l.watchers.emit(Event{Trouble: err})
	case settings.Vault != l.vault.Description().Vault:
		l.watchers.emit(Event{VaultLeft: true})
		return
	default:
		l.usePlace(context.Background(), settings.Place)
	}
	l.watchers.emit(Event{Changed: &Changed{profile}})
	l.syncing.soon()
}

// Raise asks the process that shows the window to bring it to the front; false: there is none.
func Raise(ctx context.Context, h Home) bool {
	ctx, cancel := context.WithTimeout(ctx, quick)
	defer cancel()
	for _, socket := range h.sockets("") {
		if ask(ctx, socket, http.MethodPost, "/raise", nil, nil) == nil {
			return true
		}
	}
	return false
}

// refused says that nobody listens behind a socket any more.
func refused(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" && !strings.Contains(op.Err.Error(), "timeout")
}
