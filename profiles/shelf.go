package profiles

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// shelf is what the vault has of one profile.
type shelf struct {
	snapshots   []uuid.UUID             // oldest first, without those that were pruned
	checkpoints []uuid.UUID             // oldest first; in this computer only, and none of the snapshots
	sizes       map[uuid.UUID]int64     // of the objects of all of these, and of the pruned ones
	cards       []uuid.UUID             // oldest first
	lists       []uuid.UUID             // of pruned snapshots, oldest first, without those that another one replaces
	gone        map[uuid.UUID]uuid.UUID // what the lists say: pruned snapshots and their parents
	purged      []uuid.UUID             // likewise: cards of the profile when it was purged
	replaced    map[uuid.UUID]bool      // lists that are part of another one
	size        int64                   // bytes, of all objects but checkpoints
	waiting     bool                    // some of it is in the outbox
}

// newest is the head of the history that counts, the last in rank: it has no child. Those that were set aside are passed
// over, unless there is nothing else; one that cannot be read was, as far as one can tell, not.
func (l *Library) newest(ctx context.Context, profile uuid.UUID, s *shelf) uuid.UUID {
	ranked := l.ranked(profile, s)
	for _, id := range slices.Backward(ranked) {
		if index, err := l.index(ctx, profile, id); err != nil || index.Meta.Aside == "" {
			return id
		}
	}
	return lastOf(ranked)
}

// lastOf is the last of ids; zero: there is none.
func lastOf(ids []uuid.UUID) uuid.UUID {
	if len(ids) == 0 {
		return uuid.Nil
	}
	return ids[len(ids)-1]
}

// aside is the snapshot that was set aside since the newest; nil: none. Only the last one asks.
func (l *Library) aside(ctx context.Context, profile uuid.UUID, s *shelf, newest uuid.UUID) *Aside {
	if len(s.snapshots) == 0 {
		return nil
	}
	last := s.snapshots[len(s.snapshots)-1]
	if index, err := l.index(ctx, profile, last); last != newest && err == nil && index.Meta.Aside != "" {
		return &Aside{last, index.Meta.Aside}
	}
	return nil
}

// all are the snapshots and checkpoints, the youngest first.
func (s *shelf) all() []uuid.UUID {
	all := slices.Concat(s.snapshots, s.checkpoints)
	slices.SortFunc(all, func(a, b uuid.UUID) int { return bytes.Compare(b[:], a[:]) })
	return all
}

func (s *shelf) where(l *Library) Where {
	switch {
	case l.vault.Remote() == nil:
		return InThisComputer
	case s.waiting:
		return Waiting
	}
	return InTheVault
}

func (l *Library) shelves() (map[uuid.UUID]*shelf, error) {
	return l.shelvesBelow("profiles/", uuid.Nil)
}

func (l *Library) shelf(profile uuid.UUID) (*shelf, error) {
	all, err := l.shelvesBelow("profiles/"+profile.String()+"/", profile)
	if err != nil {
		return nil, err
	}
	if s, ok := all[profile]; ok {
		return s, nil
	}
	return &shelf{}, nil
}

func (l *Library) shelvesBelow(prefix string, profile uuid.UUID) (map[uuid.UUID]*shelf, error) {
	waits, err := l.vault.Waits()
	if err != nil {
		return nil, err
	}
	all := map[uuid.UUID]*shelf{}
	for info, err := range l.vault.List(prefix) {
		if err != nil {
			return nil, err
		}
		profile, kind, id, ok := vault.ParseName(info.Name)
		if !ok {
			continue // not ours
		}
		s := all[profile]
		if s == nil {
			s = &shelf{sizes: map[uuid.UUID]int64{}}
			all[profile] = s
		}
		s.size += info.Size
		s.waiting = s.waiting || waits(info.Name)
		switch kind {
		case vault.KindSnapshot:
			s.snapshots = append(s.snapshots, id)
			s.sizes[id] = info.Size
		case vault.KindCard:
			s.cards = append(s.cards, id)
		case vault.KindGone:
			s.lists = append(s.lists, id)
		}
	}
	for c, err := range l.vault.Checkpoints(profile) {
		if err != nil {
			return nil, err
		}
		if s := all[c.Profile]; s != nil { // else the profile is gone
			s.checkpoints = append(s.checkpoints, c.ID)
			s.sizes[c.ID] = c.Size
		}
	}
	byAge := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	for profile, s := range all {
		slices.SortFunc(s.snapshots, byAge)
		slices.SortFunc(s.lists, byAge)
		slices.SortFunc(s.cards, byAge)
		l.takeAway(profile, s)
	}
	return all, nil
}

// takeAway takes what was pruned out of the shelf's snapshots. A list that cannot be read takes nothing away, and what bears a
// label stays: another device has put it there, which did not know of the pruning.
func (l *Library) takeAway(profile uuid.UUID, s *shelf) {
	if len(s.lists) == 0 {
		return
	}
	s.gone, s.replaced = map[uuid.UUID]uuid.UUID{}, map[uuid.UUID]bool{}
	for _, id := range s.lists {
		list, err := l.graves.list(profile, id)
		if err != nil {
			l.log.Warn("a list of pruned snapshots cannot be read", "profile", profile, "list", id, "error", err)
			continue
		}
		maps.Copy(s.gone, list.Gone)
		s.purged = append(s.purged, list.Cards...)
		for _, older := range list.Replaces {
			s.replaced[older] = true
		}
	}
	for id := range l.labels(profile, s) {
		delete(s.gone, id)
	}
	s.lists = slices.DeleteFunc(s.lists, func(id uuid.UUID) bool { return s.replaced[id] })
	s.snapshots = slices.DeleteFunc(s.snapshots, func(id uuid.UUID) bool { return has(s.gone, id) })
}

// labels are those of a profile, but for what only the cards say that went with it when it was purged.
func (l *Library) labels(profile uuid.UUID, s *shelf) map[uuid.UUID]string {
	alive := &shelf{cards: slices.DeleteFunc(slices.Clone(s.cards), func(id uuid.UUID) bool { return slices.Contains(s.purged, id) })}
	c, _ := l.card(context.Background(), profile, alive)
	return c.Labels
}

func (l *Library) index(ctx context.Context, profile, id uuid.UUID) (*snapshot.Index, error) {
	return l.indexes.get(id, func() (*snapshot.Index, error) {
		object, err := l.source(profile)(ctx, id)
		if err != nil {
			return nil, err
		}
		defer object.Close()
		index, err := snapshot.ReadIndex(l.key, object)
		if err != nil {
			return nil, err
		}
		if index.Meta.ID != id || index.Meta.Profile != profile {
			return nil, crypto.ErrDamaged.Because(errors.New("the object is not the snapshot that it is named after"))
		}
		return index, nil
	})
}

// source opens the snapshots of a profile, checkpoints too.
func (l *Library) source(profile uuid.UUID) snapshot.Source {
	return func(ctx context.Context, id uuid.UUID) (snapshot.Object, error) {
		if f, err := l.vault.OpenCheckpoint(profile, id); err == nil {
			return f, nil
		}
		f, err := l.vault.Open(ctx, vault.SnapshotName(profile, id))
		if err != nil {
			return nil, err
		}
		return f, nil
	}
}
