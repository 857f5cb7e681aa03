package profiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"valise/problem"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// What the lease of the profile that it saves to means to a session.

// withLease takes the lease of the profile that a session is to save to, and has the profile's newest snapshot here when it
// returns; p is then looked up anew. Where the vault's place cannot be asked, the session goes on without: offline is normal.
func (s *Session) withLease(ctx context.Context, p *plan) error {
	if s.lock == nil || p.record.New {
		return nil
	}
	h, fetched, err := s.library.lend(ctx, p.record.SavesTo, s.info, p.how.TakeOver)
	if errors.Is(err, errNotAsked) {
		s.warn(fmt.Sprintf("Whether “%s” is open on another device could not be asked. If it is, both savings are kept.", p.record.Name))
	} else if err != nil {
		return err
	}
	if h != nil {
		h.serve(s)
		s.mu.Lock()
		s.hold = h
		s.mu.Unlock()
	}
	if fetched {
		how := p.how
		how.Session = p.record.Session
		if *p, err = s.library.plan(ctx, how); err != nil {
			return err
		}
	}
	return s.rank(p, h)
}

// lend takes the lease of a profile and, where another device may have saved since it was last held, fetches what that saved:
// fetched. nil without an error: the vault has no place. *InUseError; errNotAsked: there is a place, but it gives no answer.
func (l *Library) lend(ctx context.Context, profile uuid.UUID, to SessionInfo, force bool) (h *hold, fetched bool, err error) {
	asking, cancel := context.WithTimeout(ctx, freshWithin)
	defer cancel()
	h, err = l.leases.take(asking, profile, to, force)
	if _, isOpen := errors.AsType[*InUseError](err); isOpen || h == nil && err == nil {
		return nil, false, err
	}
	if err != nil {
		l.log.Warn("going on without a lease", "profile", profile, "error", err)
		return nil, false, cmp.Or(ctx.Err(), errNotAsked)
	}
	shelf, err := l.shelf(profile)
	if err != nil {
		h.end()
		return nil, false, err
	}
	if h.lease.Newest != uuid.Nil && h.lease.Newest == l.newest(ctx, profile, shelf) {
		return h, false, nil
	}
	l.Sync(asking) // what could not be fetched in time is told as any failed sync is
	return h, true, nil
}

// notElsewhere says whether another device has the profile open, as far as the place answers. *InUseError.
func (l *Library) notElsewhere(ctx context.Context, profile uuid.UUID, name string) error {
	place := l.vault.Remote()
	if place == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, freshWithin)
	defer cancel()
	has, slot, err := l.readLease(ctx, place, profile)
	if err != nil {
		return nil
	}
	if other := l.elsewhere(has, slot.Age); other != nil {
		return other.inUse(name)
	}
	return nil
}

// OpenProfile is a profile that another device has open.
type OpenProfile struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	Elsewhere
}

// OpenElsewhere are the profiles that other devices have open, by what the vault's place says now. vault.ErrNoRemote: the
// vault is kept on this computer only.
func (l *Library) OpenElsewhere(ctx context.Context) ([]OpenProfile, error) {
	if l.vault.Remote() == nil {
		return nil, vault.ErrNoRemote
	}
	if err := l.leases.look(ctx); err != nil {
		return nil, fmt.Errorf("asking what other devices have open: %w", err)
	}
	all, err := l.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	open := []OpenProfile{}
	for _, p := range all {
		if p.Elsewhere != nil {
			open = append(open, OpenProfile{p.ID, p.Name, *p.Elsewhere})
		}
	}
	return open, nil
}

var errNotAsked = errors.New("the vault's place gives no answer")

// rank gives what the session will save its token.
func (s *Session) rank(p *plan, h *hold) error {
	if p.record.Parent != uuid.Nil {
		token, err := s.library.token(p.record.SavesTo, p.record.Parent)
		if err != nil {
			return err
		}
		p.record.Token = token
	}
	if h != nil {
		p.record.Token = max(p.record.Token, h.lease.Token)
	}
	return nil
}

// unleased are the sessions of this process that save to a profile whose lease they do not have, and could have.
func (l *Library) unleased() []*Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []*Session
	for _, s := range l.sessions {
		s.mu.Lock()
		if s.wantsLease && s.hold == nil && s.info.Stage == StageRunning {
			list = append(list, s)
		}
		s.mu.Unlock()
	}
	return list
}

// leased gives a running session its lease. Where another device has saved meanwhile, that saving stays the newest.
func (s *Session) leased(h *hold) {
	h.serve(s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = h
	if r := s.folder.record; h.lease.Newest == r.Parent {
		s.folder.note(func(r *record) { r.Token = max(r.Token, h.lease.Token) })
	}
}

// overtaken tells the session that another device has taken its profile over.
func (s *Session) overtaken(by lease) {
	s.shared(by.Name, fmt.Sprintf("“%s” was taken over on “%s”: if that device saves too, what was saved here becomes a branch.", s.info.Name, by.Name),
		fmt.Errorf("%q was taken over on %q: %w", s.info.Name, by.Name, errTakenOver))
}

// beside tells a session that was opened offline that another device has its profile open too.
func (s *Session) beside(other *InUseError) {
	s.shared(other.Device, fmt.Sprintf("“%s” is open on “%s” too: both savings are kept, one of them as a branch.", s.info.Name, other.Device),
		fmt.Errorf("%q is open on %q too, since %s: %w", s.info.Name, other.Device, other.Since.Local().Format("15:04"), errTakenOver))
}

// shared notes that another device has the session's profile open too, for its receipt, and tells of it. It has no lease from
// then on.
func (s *Session) shared(device, warning string, told error) {
	s.mu.Lock()
	s.hold, s.wantsLease, s.info.TakenOver = nil, false, device
	s.mu.Unlock()
	s.warn(warning)
	s.library.watchers.emit(Event{Trouble: told})
	s.tell(Progress{})
}

var errTakenOver = problem.New("both savings will be kept",
	"If both devices save, one of the savings becomes a branch: the profile's history shows it, and you choose which one is the newest.")

func (s *Session) warn(sentence string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warnings = append(s.warnings, sentence)
}

// endLease has the lease given back: now, or when what was saved has arrived at the place.
func (s *Session) endLease() {
	s.mu.Lock()
	h := s.hold
	s.mu.Unlock()
	if h == nil {
		return
	}
	h.end()
	s.library.tidying.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), freshWithin)
		defer cancel()
		s.library.leases.giveBack(ctx)
	})
}
