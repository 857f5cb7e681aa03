package profiles

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// Branched says that a profile has two savings beside each other: what this process saved is not, or not alone, the newest.
type Branched struct {
	Profile  uuid.UUID
	Name     string
	Snapshot uuid.UUID // the one that is a branch
	Ours     bool      // that is the one which this process saved
	Device   string    // that saved the other one
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
	last := make(map[uuid.UUID]uuid.UUID, len(l.savings.last))
	for profile, snapshot := range l.savings.last {
		last[profile] = snapshot
	}
	l.savings.mu.Unlock()
	for profile, ours := range last {
		b := l.branched(ctx, profile, ours)
		if b == nil {
			continue
		}
		l.savings.mu.Lock()
		delete(l.savings.last, profile)
		l.savings.mu.Unlock()
		l.watchers.emit(Event{Branched: b})
	}
}

// branched says what is beside a saving; nil: nothing.
func (l *Library) branched(ctx context.Context, profile, ours uuid.UUID) *Branched {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return nil
	}
	history, err := l.History(ctx, profile)
	if err != nil {
		return nil
	}
	of := map[uuid.UUID]Snapshot{}
	for _, s := range history {
		of[s.ID] = s
	}
	mine, ok := of[ours]
	if !ok {
		return nil
	}
	if mine.Branch && mine.Aside == "" {
		return &Branched{Profile: profile, Name: p.Name, Snapshot: ours, Ours: true, Device: of[p.Newest].Device}
	}
	for _, s := range history {
		if s.Branch && s.Aside == "" && s.Parent == mine.Parent && s.Parent != uuid.Nil {
			return &Branched{Profile: profile, Name: p.Name, Snapshot: s.ID, Device: s.Device}
		}
	}
	return nil
}
