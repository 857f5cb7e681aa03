package profiles

import (
	"context"
	"net/http"
	"sync"

	"github.com/google/uuid"
)

func (l *Library) ownSessions() []SessionInfo {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []SessionInfo{}
	for _, s := range l.sessions {
		list = append(list, s.Info())
	}
	return list
}

// own finds a session of this process.
func (l *Library) own(id string) (*Session, error) {
	parsed, err := uuid.Parse(id)
	if err == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		if s := l.sessions[parsed]; s != nil {
			return s, nil
		}
	}
	return nil, &NotFoundError{"session", id}
}

// Sessions are those of all Valise processes on this computer.
func (l *Library) Sessions(ctx context.Context) ([]SessionInfo, error) {
	list := l.ownSessions()
	var mu sync.Mutex
	l.others(ctx, func(ctx context.Context, socket string) error {
		var theirs []SessionInfo
		if err := ask(ctx, socket, http.MethodGet, "/sessions", nil, &theirs); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		list = append(list, theirs...)
		return nil
	})
	return list, nil
}

// Stop closes a session of any process, and waits until it is saved.
func (l *Library) Stop(ctx context.Context, session uuid.UUID) (Receipt, error) {
	if s, err := l.own(session.String()); err == nil {
		return s.Close(ctx)
	}
	socket, err := l.socketOf(ctx, session)
	if err != nil {
		return Receipt{}, err
	}
	var r Receipt
	err = ask(ctx, socket, http.MethodPost, "/sessions/"+session.String()+"/stop", nil, &r)
	return r, err
}

// SaveNow makes a checkpoint of a session of any process: its browser goes on running.
func (l *Library) SaveNow(ctx context.Context, session uuid.UUID) (Receipt, error) {
	if s, err := l.own(session.String()); err == nil {
		return s.SaveNow(ctx)
	}
	socket, err := l.socketOf(ctx, session)
	if err != nil {
		return Receipt{}, err
	}
	var r Receipt
	err = ask(ctx, socket, http.MethodPost, "/sessions/"+session.String()+"/save", nil, &r)
	return r, err
}

// Show brings a session's browser to the front, and opens the URLs in it.
func (l *Library) Show(ctx context.Context, session uuid.UUID, urls ...string) error {
	if s, err := l.own(session.String()); err == nil {
		return s.show(ctx, urls)
	}
	socket, err := l.socketOf(ctx, session)
	if err != nil {
		return err
	}
	return ask(ctx, socket, http.MethodPost, "/sessions/"+session.String()+"/show", append([]string{}, urls...), nil)
}

func (s *Session) show(ctx context.Context, urls []string) error {
	b := s.Browser()
	if b == nil {
		return nil // its window is about to come to the front by itself
	}
	if s.away != nil {
		return s.away.show(ctx, urls)
	}
	for _, url := range urls {
		if err := b.OpenURL(ctx, url); err != nil {
			return err
		}
	}
	return b.Show(ctx)
}

// socketOf finds the process that a session belongs to.
func (l *Library) socketOf(ctx context.Context, session uuid.UUID) (string, error) {
	var mu sync.Mutex
	found := ""
	l.others(ctx, func(ctx context.Context, socket string) error {
		var theirs []SessionInfo
		err := ask(ctx, socket, http.MethodGet, "/sessions", nil, &theirs)
		for _, s := range theirs {
			if s.ID == session {
				mu.Lock()
				found = socket
				mu.Unlock()
			}
		}
		return err
	})
	if found == "" {
		return "", &NotFoundError{"session", session.String()}
	}
	return found, nil
}
