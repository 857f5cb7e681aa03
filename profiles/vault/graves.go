package vault

import (
	"context"
	"errors"
	"fmt"

	"valise/internal/fault"

	"golang.org/x/sync/errgroup"
)

// Graves knows what was pruned or replaced, which this package cannot read. It goes by the objects of the local copy.
//
// The two differ because snapshots share blocks: a pruned one whose blocks a living snapshot needs stays, and even comes
// back, until that is no longer so. Hence whoever prunes need not know what others have saved meanwhile.
type Graves interface {
	// Gone has the names of all objects that were pruned, and of cards and lists that newer ones have replaced.
	Gone(ctx context.Context) (map[string]bool, error)
	// Dead has the names of those that no living snapshot here needs.
	Dead(ctx context.Context) (map[string]bool, error)
}

// SetGraves makes every Sync remove what g says is dead. It must be called before the first Sync; without it nothing is
// ever removed.
func (v *Vault) SetGraves(g Graves) { v.graves = g }

func (r *syncRun) gone(ctx context.Context) (map[string]bool, error) {
	if r.vault.graves == nil {
		return nil, nil
	}
	gone, err := r.vault.graves.Gone(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was pruned: %w", err)
	}
	return gone, nil
}

// bury moves those of the pruned objects that are needed all the same, and removes the others on both sides. By now all
// living snapshots of both sides are here.
func (r *syncRun) bury(ctx context.Context, seen sides, pruned []move) {
	dead, err := r.vault.graves.Dead(ctx)
	if err != nil {
		r.fail(fmt.Errorf("read what was pruned: %w", err))
		return
	}
	var needed []move
	for _, m := range pruned {
		if !dead[m.Name] {
			needed = append(needed, m)
		}
	}
	var going []string
	for name := range dead {
		if _, there := seen.there[name]; there {
			going = append(going, name)
		}
	}
	if r.tell(ctx, needed, going); r.failure() != nil {
		return
	}
	r.announce(1, needed)
	r.transfer(ctx, needed)

	var removals errgroup.Group
	removals.SetLimit(atOnce)
	for name := range dead {
		_, here := seen.here[name]
		_, there := seen.there[name]
		if !here && !there {
			continue
		}
		removals.Go(func() error {
			if ctx.Err() == nil {
				r.remove(ctx, name, there)
			}
			return nil
		})
	}
	removals.Wait()
}

// remove takes an object away, at the place first: what is cut short is then taken up again by the next Sync.
func (r *syncRun) remove(ctx context.Context, name string, there bool) {
	if there {
		err := r.remote.Remove(ctx, name)
		if errors.Is(err, ErrForbidden) { // a bucket for writing and reading only: no harm, but for the room
			r.mu.Lock()
			defer r.mu.Unlock()
			r.moved.Refused++
			return
		}
		if err != nil {
			r.fail(fmt.Errorf("remove %s: %w", name, err))
			return
		}
	}
	fault.Point("pruning: an object is removed at the place")
	r.mu.Lock()
	r.removed = append(r.removed, name)
	r.mu.Unlock()
	if err := r.vault.local.Remove(ctx, name); err != nil {
		r.fail(fmt.Errorf("remove %s: %w", name, err))
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moved.Removed++
}

// Remove removes objects of the local copy that are dead, whatever the remote place has: the next Sync sees to that.
func (v *Vault) Remove(ctx context.Context, name string) error { return v.local.Remove(ctx, name) }
