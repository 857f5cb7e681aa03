package profiles

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// History is every snapshot of a profile, newest first, and its checkpoints among them. One that cannot be read has only its id, size and Problem.
func (l *Library) History(ctx context.Context, profile uuid.UUID) ([]Snapshot, error) {
	shelf, err := l.shelf(profile)
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	if len(shelf.cards)+len(shelf.snapshots) == 0 {
		return nil, &NotFoundError{"profile", profile.String()}
	}
	card, _ := l.card(ctx, profile, shelf) // what cannot be read of it is told by the list
	waits, err := l.vault.Waits()
	if err != nil {
		return nil, err
	}
	history := make([]Snapshot, 0, len(shelf.snapshots)+len(shelf.checkpoints))
	newest := l.newest(ctx, profile, shelf)
	parents := map[uuid.UUID]bool{}
	for _, parent := range shelf.gone {
		parents[parent] = true
	}
	live := map[uuid.UUID]bool{}
	for _, id := range shelf.checkpoints {
		live[id] = true
	}
	for _, id := range shelf.all() {
		s := Snapshot{ID: id, Label: card.Labels[id], Stored: shelf.sizes[id], Newest: id == newest, Where: InThisComputer}
		if l.vault.Remote() != nil && !live[id] {
			s.Where = InTheVault
			if waits(vault.SnapshotName(profile, id)) {
				s.Where = Waiting
			}
		}
		if index, err := l.index(ctx, profile, id); err != nil {
			s.Problem = err
		} else {
			m := index.Meta
			parents[m.Parent] = parents[m.Parent] || !live[id]
			s.Parent, s.When, s.Device, s.Ended, s.Aside = m.Parent, m.When, m.Device, m.Ended.String(), m.Aside
			s.Browser = strings.TrimSpace(m.Browser + " " + m.Version)
			s.Size, s.Files, s.Summary, s.Sites = index.Size(), index.Files(), index.Summary, index.Summary.Sites
		}
		history = append(history, s)
	}
	later := true // than the newest
	for i := range history {
		s := &history[i]
		s.Branch = !s.Newest && !live[s.ID] && s.Problem == nil && !parents[s.ID] && (s.Aside == "" || later)
		later = later && !s.Newest
	}
	return history, nil
}

// Rollback makes an earlier snapshot the newest again, by adding one that is like it; none is removed. *InUseError: the
// profile is open, and its saving would come after this one.
func (l *Library) Rollback(ctx context.Context, profile, to uuid.UUID) (Receipt, error) {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return Receipt{}, err
	}
	lock, err := l.lockProfile(profile, SessionInfo{Name: p.Name, Since: time.Now()})
	if err != nil {
		return Receipt{}, err
	}
	defer lock.release()
	h, _, err := l.lend(ctx, profile, SessionInfo{ID: uuid.New(), Name: p.Name, Since: l.now()}, false)
	if err != nil && !errors.Is(err, errNotAsked) {
		return Receipt{}, err
	}
	if h != nil {
		defer l.leases.giveBack(ctx)
		defer h.end()
	}
	if p, err = l.Find(ctx, profile.String()); err != nil { // again: nobody saves to it now
		return Receipt{}, err
	}
	meta := l.meta(profile, p.Newest, snapshot.RolledBack)
	if h != nil {
		meta.Token = h.lease.Token
	} else if meta.Token, err = l.highestToken(profile); err != nil { // it is to be the newest, whatever branches there are
		return Receipt{}, err
	}
	r, err := l.write(ctx, p.Name, meta, func(w io.Writer) (*snapshot.Index, error) {
		if l.isCheckpoint(profile, to) { // which goes one day: what was rolled back to it must not need it
			return snapshot.Copy(ctx, w, l.key, meta, l.key, l.source(profile), to, nil)
		}
		return snapshot.Again(ctx, w, l.key, meta, l.source(profile), to)
	})
	if err != nil {
		return r, fmt.Errorf("rolling %q back: %w", p.Name, err)
	}
	return r, nil
}

// Fork copies a profile's snapshot (zero: the newest) as a new profile.
func (l *Library) Fork(ctx context.Context, profile, at uuid.UUID, name string) (Receipt, error) {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return Receipt{}, err
	}
	if at == uuid.Nil {
		at = p.Newest
	}
	if at == uuid.Nil {
		return Receipt{}, fmt.Errorf("forking %q: %w", p.Name, p.savedOnce(l.device))
	}
	if name, err = l.newName(ctx, name); err != nil {
		return Receipt{}, err
	}
	from, err := l.index(ctx, profile, at)
	if err != nil {
		return Receipt{}, fmt.Errorf("forking %q: %w", p.Name, err)
	}
	fork := uuid.New()
	meta := l.meta(fork, uuid.Nil, snapshot.Forked)
	meta.Origin = &snapshot.Origin{Profile: profile, Snapshot: at}
	meta.OS, meta.Browser, meta.Version = from.Meta.OS, from.Meta.Browser, from.Meta.Version
	if err := l.name(ctx, fork, name, 0); err != nil {
		return Receipt{}, fmt.Errorf("forking %q: %w", p.Name, err)
	}
	r, err := l.write(ctx, name, meta, func(w io.Writer) (*snapshot.Index, error) {
		return snapshot.Copy(ctx, w, l.key, meta, l.key, l.source(profile), at, nil)
	})
	if err != nil {
		return r, fmt.Errorf("forking %q: %w", p.Name, err)
	}
	return r, nil
}

// meta is that of a snapshot without a session behind it.
func (l *Library) meta(profile, parent uuid.UUID, ended snapshot.Ending) snapshot.Meta {
	return snapshot.Meta{
		ID: snapshot.NewIDAt(l.now(), parent), Profile: profile, Parent: parent, When: l.now(),
		Device: l.device, OS: runtime.GOOS, Ended: ended,
	}
}

// write stores a snapshot without a session behind it, whole or not at all.
func (l *Library) write(ctx context.Context, name string, meta snapshot.Meta, write func(io.Writer) (*snapshot.Index, error)) (Receipt, error) {
	begun := time.Now()
	w, err := l.vault.Writer(vault.SnapshotName(meta.Profile, meta.ID))
	if err != nil {
		return Receipt{}, err
	}
	defer w.Abort()
	index, err := write(w)
	if err != nil {
		return Receipt{}, err
	}
	if err := w.Commit(); err != nil {
		return Receipt{}, err
	}
	l.changed(meta.Profile)
	l.syncing.soon()
	sum := index.Summary
	return Receipt{
		Profile: meta.Profile, Name: name, Snapshot: meta.ID, Outcome: Saved, Ended: meta.Ended.String(),
		Files: index.Files(), Size: index.Size(), Stored: index.Stored,
		Sites: len(sum.Sites), Cookies: sum.Cookies, Tabs: len(sum.Tabs), Took: time.Since(begun), Where: l.whereNow(),
	}, nil
}
