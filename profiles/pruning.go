package profiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// PruneOptions of a pruning.
type PruneOptions struct {
	DryRun bool      // say what would go, and remove nothing
	Keep   Retention // instead of the settings' one; its zeros stand for those of the settings
}

// Pruned is what a pruning removed, or would remove.
type Pruned struct {
	Snapshots []PrunedSnapshot `json:"snapshots"`
	Objects   int              `json:"objects"`           // that are removed: what others need stays
	Freed     int64            `json:"freed"`             // bytes of these
	Open      []string         `json:"open,omitempty"`    // names of profiles that were passed over, being open
	Damaged   []string         `json:"damaged,omitempty"` // names of profiles that were passed over, since not all of their snapshots can be read
}

// PrunedSnapshot is one that goes.
type PrunedSnapshot struct {
	Profile  uuid.UUID `json:"profile"`
	Name     string    `json:"name"`
	Snapshot uuid.UUID `json:"snapshot"`
	When     time.Time `json:"when"`
}

// Prune takes from the history of every profile what the retention (Settings.Keep) does not keep, and removes the objects
// that no other snapshot needs. Its place follows with the next Sync. Profiles that are open are passed over.
func (l *Library) Prune(ctx context.Context, o PruneOptions, progress func(Progress)) (Pruned, error) {
	all, err := l.Profiles(ctx)
	if err != nil {
		return Pruned{}, fmt.Errorf("pruning: %w", err)
	}
	total := Pruned{Snapshots: []PrunedSnapshot{}}
	for i, p := range all {
		if err := l.pruneProfile(ctx, p.ID, p.Name, o, &total); err != nil {
			return total, fmt.Errorf("pruning %q: %w", p.Name, err)
		}
		if progress != nil {
			progress(Progress{int64(i + 1), int64(len(all))})
		}
	}
	if len(total.Snapshots) > 0 && !o.DryRun {
		l.changed(uuid.Nil)
		l.syncing.soon()
	}
	return total, nil
}

// pruneProfile adds to total what goes of one profile.
func (l *Library) pruneProfile(ctx context.Context, profile uuid.UUID, name string, o PruneOptions, total *Pruned) error {
	settings, err := l.home.Settings()
	if err != nil {
		return err
	}
	keep := Retention{cmp.Or(o.Keep.Last, settings.Keep.Last), cmp.Or(o.Keep.Days, settings.Keep.Days)}
	shelf, err := l.shelf(profile)
	if err != nil || len(shelf.snapshots) <= keep.normal().Last && !shelf.hasRemains() {
		return err // mostly; it takes no look into a snapshot
	}
	lock, err := l.lockProfile(profile, SessionInfo{Name: name, Since: time.Now()})
	if _, open := errors.AsType[*InUseError](err); open {
		total.Open = append(total.Open, name)
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.release()

	history, err := l.History(ctx, profile)
	if err != nil {
		return err
	}
	kept := keep.keeps(history, time.Now())
	pruned := map[uuid.UUID]uuid.UUID{}
	var living []uuid.UUID
	for _, s := range history {
		switch {
		case s.Problem != nil:
			total.Damaged = append(total.Damaged, name)
			return nil
		case kept[s.ID], s.Ended == snapshot.Checkpoint.String(): // those go with their session
			living = append(living, s.ID)
		default:
			pruned[s.ID] = s.Parent
			total.Snapshots = append(total.Snapshots, PrunedSnapshot{profile, name, s.ID, s.When})
		}
	}
	if shelf, err = l.shelf(profile); err != nil {
		return err
	}
	needed, err := l.needed(ctx, profile, living)
	if err != nil {
		return err
	}
	for id, size := range shelf.sizes {
		if _, isGone := shelf.gone[id]; !needed[id] && (isGone || has(pruned, id)) {
			total.Objects++
			total.Freed += size
		}
	}
	switch {
	case o.DryRun:
		return nil
	case len(pruned) == 0:
		return l.removeDead(ctx, profile)
	}
	return l.bury(ctx, profile, gone{Gone: pruned})
}

// hasRemains says whether there are objects of pruned snapshots.
func (s *shelf) hasRemains() bool {
	for id := range s.gone {
		if _, there := s.sizes[id]; there {
			return true
		}
	}
	return len(s.replaced) > 0
}

func has(m map[uuid.UUID]uuid.UUID, id uuid.UUID) bool {
	_, ok := m[id]
	return ok
}

// tidy prunes a profile after a session, when nobody waits for it.
func (l *Library) tidy(profile uuid.UUID, name string) {
	var total Pruned
	if err := l.pruneProfile(context.Background(), profile, name, PruneOptions{}, &total); err != nil {
		l.log.Warn("a profile's history could not be pruned", "profile", profile, "error", err)
	}
	if len(total.Snapshots) > 0 {
		l.changed(profile)
	}
}

// Discard takes one snapshot out of a profile's history for good: a branch, one that was set aside, an old one. The newest
// stays. *NotFoundError; *InUseError.
func (l *Library) Discard(ctx context.Context, profile, id uuid.UUID) error {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return err
	}
	if id == p.Newest {
		return fmt.Errorf("discarding a snapshot of %q: %w", p.Name, ErrNewest)
	}
	lock, err := l.lockProfile(profile, SessionInfo{Name: p.Name, Since: time.Now()})
	if err != nil {
		return err
	}
	defer lock.release()
	shelf, err := l.shelf(profile)
	if err != nil {
		return err
	}
	for _, s := range shelf.snapshots {
		if s != id {
			continue
		}
		if err := l.changeCard(ctx, profile, func(c *card) error { delete(c.Labels, id); return nil }); err != nil {
			return fmt.Errorf("discarding a snapshot of %q: %w", p.Name, err)
		}
		// Its parent is not noted: if that was of the same branch, it is the branch from now on.
		if err := l.bury(ctx, profile, gone{Gone: map[uuid.UUID]uuid.UUID{id: uuid.Nil}}); err != nil {
			return fmt.Errorf("discarding a snapshot of %q: %w", p.Name, err)
		}
		l.changed(profile)
		l.syncing.soon()
		return nil
	}
	return &NotFoundError{"snapshot", id.String()}
}
