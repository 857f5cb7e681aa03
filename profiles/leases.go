package profiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"valise/internal/fault"
	"valise/profiles/vault"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// leases are those that this process holds, and what it has heard of those of other devices.
type leases struct {
	library *Library

	start  sync.Once
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	held   map[uuid.UUID]*hold // by profile
	others map[uuid.UUID]heard // likewise
}

// hold is a lease that this process holds.
type hold struct {
	mu      sync.Mutex // while the place is asked
	lease   lease
	version string
	over    bool     // its session is: it is given back when what it saved has arrived
	session *Session // to be told what becomes of it; nil: none
}

// heard is what was last read of a lease.
type heard struct {
	lease
	modified time.Time // by the place's clock
	at       time.Time // by ours, when the lease was of that age:
	age      time.Duration
}

func (ls *leases) init(l *Library) {
	ls.library = l
	ls.held, ls.others = map[uuid.UUID]*hold{}, map[uuid.UUID]heard{}
}

// take takes the lease of a profile, which the caller has locked on this computer: whatever this device still has of it is
// from a session that is gone. From a device that has it, it is only taken by force. nil: the vault has no place.
// *InUseError: another device has it.
func (ls *leases) take(ctx context.Context, profile uuid.UUID, s SessionInfo, force bool) (*hold, error) {
	l, place := ls.library, ls.library.vault.Remote()
	if place == nil {
		return nil, nil
	}
	ls.start.Do(ls.keep)
	for range 10 { // each time, somebody else was faster
		was, slot, err := l.readLease(ctx, place, profile)
		if err != nil {
			return nil, err
		}
		if other := l.elsewhere(was, slot.Age); other != nil && !force {
			return nil, other.inUse(s.Name)
		}
		highest, err := l.highestToken(profile)
		if err != nil {
			return nil, err
		}
		h := &hold{lease: lease{
			Profile: profile, Token: max(was.Token, highest) + 1, Device: l.deviceID, Name: l.device,
			Session: s.ID, Since: s.Since.UTC(), Newest: was.Newest,
		}}
		if was.Session != uuid.Nil {
			h.lease.Newest = uuid.Nil // of one that was not given back, nobody knows
		}
		content, err := l.sealLease(h.lease)
		if err != nil {
			return nil, err
		}
		h.version, err = place.WriteSlot(ctx, vault.LeaseName(profile), content, slot.Version)
		if errors.Is(err, vault.ErrOvertaken) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("taking the lease: %w", err)
		}
		fault.Point("opening: the lease is taken")
		ls.mu.Lock()
		ls.held[profile] = h
		delete(ls.others, profile)
		ls.mu.Unlock()
		return h, nil
	}
	return nil, fmt.Errorf("taking the lease: %w", vault.ErrOvertaken)
}

// keep renews the leases from now on, and takes those that could not be had before.
func (ls *leases) keep() {
	ctx, cancel := context.WithCancel(context.Background())
	ls.cancel, ls.done = cancel, make(chan struct{})
	go func() {
		defer close(ls.done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(renewEvery):
				ls.renew(ctx)
				ls.takeLate(ctx)
			}
		}
	}()
}

func (ls *leases) close() {
	ls.start.Do(func() {})
	if ls.cancel != nil {
		ls.cancel()
		<-ls.done
	}
}

func (ls *leases) all() []*hold {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var all []*hold
	for _, h := range ls.held {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *hold) int { return cmp.Compare(a.lease.Profile.String(), b.lease.Profile.String()) })
	return all
}

// renew says of all leases that they are held still, and notices those that were taken over.
func (ls *leases) renew(ctx context.Context) {
	for _, h := range ls.all() {
		if err := ls.write(ctx, h, nil); err != nil && ctx.Err() == nil {
			ls.library.log.Warn("a lease could not be renewed", "profile", h.lease.Profile, "error", err)
		}
	}
}

// write writes a lease that is held, changed by change if that is not nil. One that was taken over is dropped.
func (ls *leases) write(ctx context.Context, h *hold, change func(*lease)) error {
	l, place := ls.library, ls.library.vault.Remote()
	if place == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	next := h.lease
	if change != nil {
		change(&next)
	}
	for range 3 {
		content, err := l.sealLease(next)
		if err != nil {
			return err
		}
		version, err := place.WriteSlot(ctx, vault.LeaseName(next.Profile), content, h.version)
		if err == nil {
			h.version, h.lease = version, next
			return nil
		}
		if !errors.Is(err, vault.ErrOvertaken) {
			return err
		}
		now, slot, err := l.readLease(ctx, place, next.Profile)
		if err != nil {
			return err
		}
		if now.Token != h.lease.Token || now.Device != h.lease.Device {
			ls.drop(h)
			if h.session != nil && !h.over {
				h.session.overtaken(now)
			}
			return nil
		}
		h.version = slot.Version // it was this process: the answer to an earlier write never came
	}
	return vault.ErrOvertaken
}

// takeLate takes the leases of sessions that were opened while the place could not be asked.
func (ls *leases) takeLate(ctx context.Context) {
	for _, s := range ls.library.unleased() {
		switch h, err := ls.take(ctx, s.info.SavesTo, s.Info(), false); {
		case err == nil && h != nil:
			s.leased(h)
		case err != nil:
			if inUse, ok := errors.AsType[*InUseError](err); ok {
				s.beside(inUse)
			}
		}
	}
}

func (ls *leases) drop(h *hold) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.held[h.lease.Profile] == h {
		delete(ls.held, h.lease.Profile)
	}
}

// serve says whose lease it is.
func (h *hold) serve(s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.session = s
}

// end says that the session of a lease is over: the lease is given back by the next giveBack.
func (h *hold) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
}

// giveBack gives back the leases whose sessions are over and whose profiles are at the place as they are here.
func (ls *leases) giveBack(ctx context.Context) {
	for _, h := range ls.all() {
		h.mu.Lock()
		over := h.over
		h.mu.Unlock()
		if !over {
			continue
		}
		shelf, err := ls.library.shelf(h.lease.Profile)
		if err != nil || shelf.waiting {
			continue
		}
		newest := ls.library.newest(ctx, h.lease.Profile, shelf)
		err = ls.write(ctx, h, func(l *lease) { l.Session, l.Since, l.Newest = uuid.Nil, time.Time{}, newest })
		if err != nil {
			if ctx.Err() == nil {
				ls.library.log.Warn("a lease could not be given back", "profile", h.lease.Profile, "error", err)
			}
			continue
		}
		fault.Point("closing: the lease is given back")
		ls.drop(h)
	}
}

// look finds out which profiles other devices have open.
func (ls *leases) look(ctx context.Context) error {
	l, place := ls.library, ls.library.vault.Remote()
	if place == nil {
		return nil
	}
	var listed []vault.Info
	for info, err := range place.List(ctx, vault.LeasesPrefix) {
		if err != nil {
			return err
		}
		listed = append(listed, info)
	}
	clock, err := place.Clock(ctx)
	if err != nil {
		return err
	}
	now := map[uuid.UUID]heard{}
	var mu sync.Mutex
	var reading errgroup.Group
	reading.SetLimit(4)
	for _, info := range listed {
		profile, ok := vault.ParseLeaseName(info.Name)
		if !ok || clock.Sub(info.Modified) > runsOut+time.Minute {
			continue
		}
		ls.mu.Lock()
		before, known := ls.others[profile]
		_, ours := ls.held[profile]
		ls.mu.Unlock()
		if ours {
			continue
		}
		if known && before.modified.Equal(info.Modified) {
			now[profile] = before
			continue
		}
		reading.Go(func() error {
			has, slot, err := l.readLease(ctx, place, profile)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			now[profile] = heard{has, info.Modified, l.now(), slot.Age}
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return err
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.others = now
	return nil
}

// of says who else has a profile, as far as was heard; nil: nobody.
func (ls *leases) of(profile uuid.UUID) *Elsewhere {
	ls.mu.Lock()
	h, ok := ls.others[profile]
	ls.mu.Unlock()
	if !ok {
		return nil
	}
	other := ls.library.elsewhere(h.lease, h.age+ls.library.now().Sub(h.at))
	if other != nil {
		other.Seen = h.at.Add(-h.age)
	}
	return other
}
