package profiles

import (
	"context"
	"strings"

	"github.com/google/uuid"
)

// shortestPart is how many characters of an id stand for the whole at least.
const shortestPart = 4

// Find finds a profile by its name (in any case), its id, or an unambiguous beginning of it. One in the trash is found
// too, unless one outside has the name. *NotFoundError, *AmbiguousError.
func (l *Library) Find(ctx context.Context, nameOrID string) (Profile, error) {
	all, err := l.Profiles(ctx)
	if err != nil {
		return Profile{}, err
	}
	asked := strings.ToLower(nameOrID)
	return pick("profile", nameOrID, all, func(p Profile) uuid.UUID { return p.ID },
		func(p Profile) bool { return p.ID.String() == asked },
		func(p Profile) bool { return p.Name == nameOrID && p.Trashed.IsZero() },
		func(p Profile) bool { return strings.EqualFold(p.Name, nameOrID) && p.Trashed.IsZero() },
		func(p Profile) bool { return strings.EqualFold(p.Name, nameOrID) },
		func(p Profile) bool { return len(asked) >= shortestPart && strings.HasPrefix(p.ID.String(), asked) },
	)
}

// FindSnapshot finds a snapshot of a profile by its label, its id, or an unambiguous beginning or end of it: ids of
// snapshots begin alike, with the time. *NotFoundError, *AmbiguousError.
func (l *Library) FindSnapshot(ctx context.Context, profile uuid.UUID, labelOrID string) (Snapshot, error) {
	all, err := l.History(ctx, profile)
	if err != nil {
		return Snapshot{}, err
	}
	asked := strings.ToLower(labelOrID)
	return pick("snapshot", labelOrID, all, func(s Snapshot) uuid.UUID { return s.ID },
		func(s Snapshot) bool { return s.ID.String() == asked },
		func(s Snapshot) bool { return s.Label != "" && strings.EqualFold(s.Label, labelOrID) },
		func(s Snapshot) bool {
			id := s.ID.String()
			return len(asked) >= shortestPart && (strings.HasPrefix(id, asked) || strings.HasSuffix(id, asked))
		},
	)
}

// pick returns the one thing that the first rule which finds any finds.
func pick[T any](what, asked string, all []T, id func(T) uuid.UUID, rules ...func(T) bool) (T, error) {
	var none T
	for _, rule := range rules {
		var found []T
		for _, thing := range all {
			if rule(thing) {
				found = append(found, thing)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		ambiguous := &AmbiguousError{What: what, Name: asked}
		for _, thing := range found {
			ambiguous.IDs = append(ambiguous.IDs, id(thing))
		}
		return none, ambiguous
	}
	return none, &NotFoundError{what, asked}
}
