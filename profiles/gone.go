package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// gone is a list of a profile's snapshots that were pruned: a sealed object of its own, so that every device learns of it
// and no bucket can make one up. Lists add up. A snapshot on a list is no part of the history any more; its object goes
// when no other snapshot needs its blocks, and until then is nothing but a store of blocks.
type gone struct {
	Profile uuid.UUID `json:"profile"` // whose it is: a list that is put under another profile is damage
	// Gone has the pruned snapshots, and of each its parent, or the zero id: without it the parent would look like a branch.
	Gone map[uuid.UUID]uuid.UUID `json:"gone"`
	// Cards are those of a profile that was purged: they can go as long as it has no snapshot any more.
	Cards []uuid.UUID `json:"cards,omitempty"`
	// Replaces names older lists, which are part of this one and can go.
	Replaces []uuid.UUID `json:"replaces,omitempty"`
}

// flagGone marks a sealed object as such a list (docs/format.md).
const flagGone = 4

const (
	maxGone   = 64 << 20 // bytes of a list; ten years of hourly savings are a tenth of that
	manyLists = 16       // so many lists become one with the next pruning
)

// graves is what the vault's lists say, for vault.Sync.
type graves struct {
	library *Library
	lists   remembered[gone]
}

func (g *graves) list(profile, id uuid.UUID) (gone, error) {
	return g.lists.get(id, func() (gone, error) { return g.library.readGone(profile, id) })
}

func (l *Library) readGone(profile, id uuid.UUID) (gone, error) {
	ctx := context.Background() // it is here
	plaintext, err := l.readWhole(ctx, vault.GoneName(profile, id), id, flagGone, maxGone)
	if err != nil {
		return gone{}, err
	}
	var list gone
	if json.Unmarshal(plaintext, &list) != nil || list.Profile != profile {
		return gone{}, crypto.ErrDamaged.Because(errors.New("the object is not the list that it is named after"))
	}
	return list, nil
}

// bury puts what list has of a profile on a list of the vault, and removes the objects that are dead by that. The caller has
// locked the profile.
func (l *Library) bury(ctx context.Context, profile uuid.UUID, list gone) error {
	unlock, err := l.lockCards(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	shelf, err := l.shelf(profile)
	if err != nil {
		return err
	}
	list.Profile = profile
	if len(shelf.lists) >= manyLists {
		list.Replaces = shelf.lists
		list.Cards = slices.Concat(list.Cards, shelf.purged)
		list.Gone = maps.Clone(list.Gone)
		maps.Copy(list.Gone, shelf.gone)
	}
	plaintext, err := json.Marshal(list)
	if err != nil {
		return err
	}
	id := snapshot.NewIDAt(l.now(), lastOf(shelf.lists))
	if err := l.put(vault.GoneName(profile, id), l.key.SealWhole(id, flagGone, plaintext)); err != nil {
		return err
	}
	fault.Point("pruning: it is written what goes")
	return l.removeDead(ctx, profile)
}

// removeDead removes the objects here of a profile's pruned snapshots that no living one needs.
func (l *Library) removeDead(ctx context.Context, profile uuid.UUID) error {
	shelf, err := l.shelf(profile)
	if err != nil {
		return err
	}
	dead, err := l.dead(ctx, profile, shelf)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(dead)) {
		if err := l.vault.Remove(ctx, name); err != nil {
			return fmt.Errorf("removing what was pruned: %w", err)
		}
		fault.Point("pruning: an object is removed")
	}
	return nil
}

// dead has the names of a profile's pruned objects that no living snapshot needs.
func (l *Library) dead(ctx context.Context, profile uuid.UUID, shelf *shelf) (map[string]bool, error) {
	names := l.replacedNames(profile, shelf)
	if len(shelf.gone) == 0 {
		return names, nil
	}
	needed, err := l.needed(ctx, profile, shelf.all())
	if err != nil {
		return nil, err
	}
	for id := range shelf.gone {
		if !needed[id] {
			names[vault.SnapshotName(profile, id)] = true
		}
	}
	return names, nil
}

// replacedNames has the names of lists and cards that newer ones of the profile have replaced, or that went with it.
func (l *Library) replacedNames(profile uuid.UUID, shelf *shelf) map[string]bool {
	names := map[string]bool{}
	for id := range shelf.replaced {
		names[vault.GoneName(profile, id)] = true
	}
	if len(shelf.snapshots)+len(shelf.checkpoints) == 0 {
		for _, id := range shelf.purged {
			names[vault.CardName(profile, id)] = true
		}
	}
	for _, id := range shelf.cards {
		if c, err := l.readCard(context.Background(), profile, id); err == nil {
			for _, older := range c.Replaces {
				names[vault.CardName(profile, older)] = true
			}
		}
	}
	return names
}

// needed are the objects that snapshots are made of, their own among them. Where it cannot be told what one needs, that is
// an error: nothing may go then.
func (l *Library) needed(ctx context.Context, profile uuid.UUID, snapshots []uuid.UUID) (map[uuid.UUID]bool, error) {
	needed := map[uuid.UUID]bool{}
	for _, id := range snapshots {
		index, err := l.index(ctx, profile, id)
		if err != nil {
			return nil, fmt.Errorf("reading what snapshot %s needs: %w", id, err)
		}
		needed[id] = true
		for _, older := range index.Needs() {
			needed[older] = true
		}
	}
	return needed, nil
}

// Gone implements vault.Graves.
func (g *graves) Gone(context.Context) (map[string]bool, error) {
	return g.names(func(profile uuid.UUID, shelf *shelf) (map[string]bool, error) {
		names := g.library.replacedNames(profile, shelf)
		for id := range shelf.gone {
			names[vault.SnapshotName(profile, id)] = true
		}
		return names, nil
	})
}

// Dead implements vault.Graves. Of a profile with a snapshot that cannot be read nothing is dead.
func (g *graves) Dead(ctx context.Context) (map[string]bool, error) {
	return g.names(func(profile uuid.UUID, shelf *shelf) (map[string]bool, error) {
		names, err := g.library.dead(ctx, profile, shelf)
		if err != nil && ctx.Err() == nil {
			g.library.log.Warn("nothing is removed of a profile", "profile", profile, "error", err)
			return nil, nil
		}
		return names, err
	})
}

// names puts together what of says of each profile.
func (g *graves) names(of func(uuid.UUID, *shelf) (map[string]bool, error)) (map[string]bool, error) {
	shelves, err := g.library.shelves()
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for profile, shelf := range shelves {
		names, err := of(profile, shelf)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, names)
	}
	return all, nil
}
