package profiles

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/google/uuid"
)

// Branched says that a profile has two savings beside each other: what this process saved is not, or not alone, the newest.
type Branched struct {
	Profile uuid.UUID
	Name    string
	Device  string // that saved the other one
}

// savings are what this process has saved, and nobody has been told about yet.
type savings struct {
	mu   sync.Mutex
	last map[uuid.UUID]uuid.UUID // by profile
}

func (s *savings) note(profile, snapshot uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[uuid.UUID]uuid.UUID{}
	}
	s.last[profile] = snapshot
}

// tellBranches looks, after something has arrived, whether a saving of this process has another one beside it, and tells of
// each once.
func (l *Library) tellBranches(ctx context.Context) {
	l.savings.mu.Lock()
	last := maps.Clone(l.savings.last)
	l.savings.mu.Unlock()
	for profile, ours := range last {
		history, err := l.History(ctx, profile)
		if err != nil {
			continue
		}
		other := beside(history, ours)
		if other == nil {
			continue
		}
		p, err := l.Find(ctx, profile.String())
		if err != nil {
			continue
		}
		l.savings.mu.Lock()
		delete(l.savings.last, profile)
		l.savings.mu.Unlock()
		l.watchers.emit(Event{Branched: &Branched{Profile: profile, Name: p.Name, Device: other.Device}})
	}
}

// beside is the snapshot of a history that stands beside ours: the newest, where ours is a branch of it, or a branch with the
// same parent; nil: there is none.
func beside(history []Snapshot, ours uuid.UUID) *Snapshot {
	find := func(wanted func(Snapshot) bool) *Snapshot {
		if i := slices.IndexFunc(history, wanted); i >= 0 {
			return &history[i]
		}
		return nil
	}
	mine := find(func(s Snapshot) bool { return s.ID == ours })
	switch {
	case mine == nil:
		return nil
	case mine.Branch && mine.Aside == "":
		return find(func(s Snapshot) bool { return s.Newest })
	}
	return find(func(s Snapshot) bool {
		return s.Branch && s.Aside == "" && s.Parent == mine.Parent && s.Parent != uuid.Nil
	})
}
