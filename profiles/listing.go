package profiles

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Profiles are all profiles, those in the trash too: the running ones first, then the last opened. A profile is one from its
// first snapshot or checkpoint on: a card alone is what a crash has left of a making, or the part of one that has arrived.
func (l *Library) Profiles(ctx context.Context) ([]Profile, error) {
	shelves, err := l.shelves()
	if err != nil {
		return nil, fmt.Errorf("listing the profiles: %w", err)
	}
	running, err := l.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	savers := map[uuid.UUID]SessionInfo{}
	for _, s := range running {
		if !s.Throwaway() {
			savers[s.SavesTo] = s
		}
	}
	vaultDays := 0
	if vaults := shelves[l.vault.Description().Vault]; vaults != nil {
		c, _ := l.card(ctx, l.vault.Description().Vault, vaults)
		vaultDays = max(c.Expires, 0)
	}
	list := make([]Profile, 0, len(shelves)+len(savers))
	for id, shelf := range shelves {
		if len(shelf.snapshots)+len(shelf.checkpoints) == 0 {
			continue
		}
		p := l.profile(ctx, id, shelf, vaultDays)
		if s, ok := savers[id]; ok {
			p.join(s)
			delete(savers, id)
		}
		list = append(list, p)
	}
	for id, s := range savers { // new ones, that nothing was saved of yet
		p := Profile{ID: id, Name: s.Name, Colour: colourOf(id), Where: InThisComputer}
		p.join(s)
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Profile) int {
		return cmp.Or(b.touched().Compare(a.touched()), strings.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return list, nil
}

// profile reads what a list shows of a profile. What cannot be read makes it StateDamaged, never an error.
func (l *Library) profile(ctx context.Context, id uuid.UUID, shelf *shelf, vaultDays int) Profile {
	p := Profile{
		ID: id, Name: nameless(id), Colour: colourOf(id), State: StateSaved,
		Snapshots: len(shelf.snapshots), Size: shelf.size, Newest: l.newest(ctx, id, shelf), Where: shelf.where(l),
	}
	c, err := l.card(ctx, id, shelf)
	if err != nil {
		p.State, p.Problem = StateDamaged, err
	}
	p.Tags, p.Pinned, p.Trashed, p.Expired, p.ExpiryDays = c.Tags, c.Pinned, c.Trashed, c.Expired, c.Expires
	p.Name, p.Colour = cmp.Or(c.Name, p.Name), cmp.Or(c.Colour, p.Colour)
	if p.Newest != uuid.Nil {
		index, err := l.index(ctx, id, p.Newest)
		if err != nil {
			p.State, p.Problem = StateDamaged, err
		} else {
			p.Summary, p.Sites = index.Summary, index.Summary.Sites
			p.LastOpened, p.LastSaved = index.Meta.Opened, index.Meta.When
		}
	}
	if p.Elsewhere = l.leases.of(id); p.Elsewhere != nil && p.State == StateSaved {
		p.State = StateElsewhere
	}
	p.Expires = p.expires(c, vaultDays)
	p.Aside = l.aside(ctx, id, shelf, p.Newest)
	if !p.Trashed.IsZero() {
		p.State = StateTrashed
	}
	return p
}

// nameless is what a profile is called whose card is not here.
func nameless(id uuid.UUID) string { return "Profile " + id.String()[:8] }

// join shows the session that saves to the profile.
func (p *Profile) join(s SessionInfo) {
	p.Session, p.LastOpened = &s, s.Since
	switch s.Stage {
	case StageRestoring, StageStarting:
		p.State = StateOpening
	case StageRunning:
		p.State = StateOpen
	default:
		p.State = StateSaving
	}
}

// touched is when a person last had to do with the profile.
func (p *Profile) touched() time.Time {
	if p.LastOpened.After(p.LastSaved) {
		return p.LastOpened
	}
	return p.LastSaved
}

// palette is what profiles are coloured with until their owner chooses: distinct, and readable on light and dark.
var palette = []string{"#4f46e5", "#0e7490", "#15803d", "#b45309", "#be123c", "#9333ea", "#2563eb", "#475569"}

func colourOf(id uuid.UUID) string { return palette[int(id[0])%len(palette)] }
