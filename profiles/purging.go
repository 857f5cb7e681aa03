package profiles

import (
	"context"
	"fmt"

	"valise/internal/fault"
	"valise/problem"

	"github.com/google/uuid"
)

// ErrNotTrashed: only what is in the trash is purged.
var ErrNotTrashed = problem.New("the profile is not in the trash", "Move it there first: `valise trash PROFILE`.")

// Purge removes a profile in the trash for good: all of its snapshots, on every device and at the vault's place, with the next
// sync of each. What a device has saved meanwhile that this one does not know of is not lost: the profile comes back with it.
// *InUseError; ErrNotTrashed.
func (l *Library) Purge(ctx context.Context, profile uuid.UUID) error {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return err
	}
	if p.Trashed.IsZero() {
		return fmt.Errorf("purging %q: %w", p.Name, ErrNotTrashed)
	}
	lock, err := l.lockProfile(profile, SessionInfo{Name: p.Name, Since: l.now()})
	if err != nil {
		return err
	}
	defer lock.release()
	if err := l.notElsewhere(ctx, profile, p.Name); err != nil {
		return err
	}
	shelf, err := l.shelf(profile)
	if err != nil {
		return err
	}
	list := gone{Gone: map[uuid.UUID]uuid.UUID{}, Cards: shelf.cards}
	for _, id := range shelf.snapshots {
		list.Gone[id] = uuid.Nil
	}
	if err := l.bury(ctx, profile, list); err != nil {
		return fmt.Errorf("purging %q: %w", p.Name, err)
	}
	fault.Point("purging: the snapshots are gone")
	if err := l.vault.RemoveCheckpoints(profile, shelf.checkpoints...); err != nil {
		return fmt.Errorf("purging %q: %w", p.Name, err)
	}
	l.changed(profile)
	l.syncing.soon()
	return nil
}
