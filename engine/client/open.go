package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"valise/problem"
	"valise/profiles"

	"github.com/google/uuid"
)

var (
	errNoPlace = problem.New("the vault is in this computer only, so no engine can have its profiles",
		"Connect it to a bucket first, and have the engine use the same: `valise vault connect s3://BUCKET/PREFIX`.")
	errOtherVault = problem.New("the engine does not have this profile",
		"It serves another vault, or cannot reach the bucket of this one: `valise vault status` there shows which.")
	errLost = problem.New("the engine does not answer any more",
		"The session ends by itself an hour after its last viewer has left, and is saved then.")
)

// Open opens a profile of the library's vault in a session of the engine, as how says. The engine gets what is here first, unless it is
// a service, which gets nothing (service.go).
func Open(ctx context.Context, lib *profiles.Library, e *Engine, how profiles.How) (Session, error) {
	if e.kind == profiles.Service {
		return e.openService(ctx, lib, how)
	}
	if lib.Place().String() == "" {
		return Session{}, errNoPlace
	}
	if _, err := lib.Sync(ctx); err != nil {
		return Session{}, err
	}
	r := Request{}
	if len(how.URLs) > 0 {
		r.StartURL = how.URLs[0]
	}
	load := any(nil)
	if how.Load != uuid.Nil {
		load = how.Load
	}
	switch how.Save {
	case profiles.SaveSame:
		r.Profile = how.Load
	case profiles.SaveNew:
		r.Profile = map[string]any{"load": load, "save": true}
	case profiles.SaveOver:
		r.Profile = map[string]any{"load": load, "save": how.Over}
	default:
		r.Profile = map[string]any{"load": load}
	}
	s, err := e.Start(ctx, r)
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.Status == http.StatusNotFound {
		return s, errOtherVault.Because(err)
	}
	return s, err
}

// How often Wait asks, and for how long it bears no answer.
const (
	askEvery   = 2 * time.Second
	bearsQuiet = 2 * time.Minute
)

// Wait waits until a session has ended, whoever ends it. A network that fails for a while is no end.
func (e *Engine) Wait(ctx context.Context, id uuid.UUID) error {
	heard := time.Now()
	for {
		s, err := e.Standing(ctx, id)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil && !s.Terminated.IsZero():
			return nil
		case err == nil:
			heard = time.Now()
		case !errors.Is(err, ErrUnreachable):
			return err
		case time.Since(heard) > bearsQuiet:
			return errLost.Because(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askEvery):
		}
	}
}

// Close ends a session, fetches what it saved, and returns its receipt.
func (e *Engine) Close(ctx context.Context, lib *profiles.Library, id uuid.UUID) (profiles.Receipt, error) {
	if e.kind == profiles.Service {
		return e.closeService(ctx, id)
	}
	if err := e.End(ctx, id); err != nil {
		return profiles.Receipt{}, err
	}
	s, err := e.Standing(ctx, id)
	if err != nil {
		return profiles.Receipt{}, err
	}
	if s.Receipt == nil {
		return profiles.Receipt{}, errLost
	}
	_, err = lib.Sync(ctx)
	return *s.Receipt, err
}
