// Package client calls an engine on another machine: it starts sessions there, asks how they stand and ends them.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"valise/browser/carry"
	"valise/problem"
	"valise/profiles"

	"github.com/google/uuid"
)

var (
	// ErrUnreachable: nothing answered.
	ErrUnreachable = problem.New("the engine cannot be reached", "Check that it runs, and its address: `valise engines list`.")
	// ErrKey: the engine does not take the key.
	ErrKey = problem.New("the engine does not take the API key", "Make one there (`valise serve key new`), and add the engine again with it: `valise engines add`.")
	// ErrNoEngine: something else answers at the address.
	ErrNoEngine = problem.New("what answers at this address is no engine", "Check the address: `valise engines list`.")
)

// Refusal is an error that the engine tells.
type Refusal struct {
	Status  int
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *Refusal) Error() string { return "the engine says: " + r.Message }

// Engine is an engine and the right to call it. It follows no redirects, so that the key goes nowhere else.
type Engine struct {
	Name   string // as the library knows it
	kind   profiles.EngineKind
	url    *url.URL
	key    string
	client *http.Client

	mu    sync.Mutex
	bound map[uuid.UUID]profiles.Receipt // sessions of a service, with what there is to say when they end
}

// Known makes the client of an engine that the library knows by this name. *profiles.NotFoundError.
func Known(ctx context.Context, lib *profiles.Library, name string) (*Engine, error) {
	at, key, err := lib.Engine(ctx, name)
	if err != nil {
		return nil, err
	}
	return newEngine(at, key)
}

// Tell finds out what answers at an address, if that does not say so itself: a Chromium tells its version to everybody. ErrUnreachable.
func Tell(ctx context.Context, at profiles.KnownEngine) (profiles.EngineKind, error) {
	if at.Kind == profiles.Service || strings.TrimSuffix(at.URL, "/") == DefaultService {
		return profiles.Service, nil
	}
	at.Kind = profiles.Chromium
	if err := at.Check(""); err != nil { // it allows what may be asked at all
		return "", err
	}
	switch _, _, err := carry.Discover(ctx, at.URL); {
	case err == nil:
		return profiles.Chromium, nil
	case errors.Is(err, carry.ErrUnreachable):
		return "", ErrUnreachable.Because(err)
	}
	return profiles.OwnEngine, nil
}

// Add tries an engine out, has the library remember it, and returns the profiles of its vault, if it has one.
func Add(ctx context.Context, lib *profiles.Library, at profiles.KnownEngine, key string) ([]profiles.Profile, error) {
	if err := at.Check(key); err != nil {
		return nil, err
	}
	if at.Kind == profiles.Chromium {
		link, err := carry.Dial(ctx, at.URL)
		if err != nil {
			return nil, err
		}
		link.Close()
		return nil, lib.AddEngine(ctx, at, "")
	}
	e, err := newEngine(at, key)
	if err != nil {
		return nil, err
	}
	var found []profiles.Profile
	if at.Kind == profiles.Service {
		err = e.call(ctx, http.MethodGet, "/v0/vm", nil, nil) // what runs there, for anybody with a key
	} else {
		found, err = e.Profiles(ctx)
	}
	if err != nil {
		return nil, err
	}
	return found, lib.AddEngine(ctx, at, key)
}

func newEngine(at profiles.KnownEngine, key string) (*Engine, error) {
	u, err := url.Parse(at.URL)
	if err != nil {
		return nil, err
	}
	return &Engine{Name: at.Name, kind: at.Kind, url: u, key: key, bound: map[uuid.UUID]profiles.Receipt{}, client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Session is a session of the engine.
type Session struct {
	ID         uuid.UUID         `json:"session_id"`
	EmbedURL   string            `json:"embed_url"` // a secret: who has it works in the session
	Terminated time.Time         `json:"termination_date"`
	Receipt    *profiles.Receipt `json:"receipt"` // once it has ended
}

// Request says what a session is to be.
type Request struct {
	Profile  any    `json:"profile,omitempty"` // as in the contract
	StartURL string `json:"start_url,omitempty"`
}

// Start starts a session, and returns when its browser is there.
func (e *Engine) Start(ctx context.Context, r Request) (Session, error) {
	var s Session
	err := e.call(ctx, http.MethodPost, "/v0/vm", r, &s)
	return s, err
}

// Standing says how a session stands.
func (e *Engine) Standing(ctx context.Context, id uuid.UUID) (Session, error) {
	var s Session
	err := e.call(ctx, http.MethodGet, "/v0/vm/"+id.String(), nil, &s)
	return s, err
}

// End ends a session, and returns when it is saved.
func (e *Engine) End(ctx context.Context, id uuid.UUID) error {
	return e.call(ctx, http.MethodDelete, "/v0/vm/"+id.String(), nil, nil)
}

// Profiles are those of the engine's vault.
func (e *Engine) Profiles(ctx context.Context) ([]profiles.Profile, error) {
	var list struct {
		Results []profiles.Profile `json:"results"`
	}
	err := e.call(ctx, http.MethodGet, "/v0/profiles", nil, &list)
	return list.Results, err
}

// mostAnswer bounds an answer, in bytes.
const mostAnswer = 64 << 20

func (e *Engine) call(ctx context.Context, method, path string, body, into any) error {
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, e.url.JoinPath(path).String(), sent)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+e.key)
	r.Header.Set("Content-Type", "application/json")
	response, err := e.client.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return ErrUnreachable.Because(withoutAddress(err))
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return ErrUnreachable.Because(err)
	}
	if response.StatusCode == http.StatusOK {
		if into == nil {
			return nil
		}
		if err := json.Unmarshal(data, into); err != nil {
			return ErrNoEngine.Because(err)
		}
		return nil
	}
	refusal := &Refusal{Status: response.StatusCode}
	switch err := json.Unmarshal(data, refusal); {
	case response.StatusCode == http.StatusUnauthorized:
		return ErrKey
	case err != nil || refusal.Code == "":
		return ErrNoEngine.Because(fmt.Errorf("it answers %s", response.Status))
	}
	return refusal
}

// withoutAddress leaves out what net/http puts before an error: the method and the address.
func withoutAddress(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
