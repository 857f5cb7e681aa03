package profiles

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// Flaw is one thing that CheckVault found.
type Flaw struct {
	Profile  uuid.UUID `json:"profile,omitzero"` // zero: none in particular
	Name     string    `json:"name,omitempty"`   // the profile's
	Snapshot uuid.UUID `json:"snapshot,omitzero"`
	File     string    `json:"file,omitempty"` // of the profile, that cannot be had from the snapshot
	Costs    string    `json:"costs"`          // one of those below
	Object   string    `json:"object"`         // what is damaged, missing or astray: its name in the vault
	Problem  string    `json:"problem"`
}

// What a flaw costs.
const (
	CostsFile     = string(snapshot.CostsFile)
	CostsSnapshot = string(snapshot.CostsSnapshot)
	CostsCard     = "card"  // the profile's name and labels
	CostsVault    = "vault" // it cannot be opened, or not by everybody
	CostsNothing  = string(snapshot.CostsNothing)
	IsStray       = "stray" // no damage: a file that is no part of the vault
)

// CheckVault reads, opens and verifies everything that is here, every object once, and says what the damage costs. Progress
// is in bytes. The only errors are those of ctx and of a folder that cannot be listed.
func (l *Library) CheckVault(ctx context.Context, progress func(Progress)) ([]Flaw, error) {
	before, err := l.stock()
	if err != nil {
		return nil, fmt.Errorf("checking the vault: %w", err)
	}
	c := check{Library: l, stock: before, report: paced(progress)}
	c.checkDescription(ctx)
	c.checkPassphrase(ctx)
	for _, profile := range before.profiles {
		if err := c.checkProfile(ctx, profile); err != nil {
			return c.flaws, err
		}
	}
	if err := c.checkStrays(ctx); err != nil {
		return c.flaws, fmt.Errorf("checking the vault: %w", err)
	}
	after, err := l.stock()
	if err != nil {
		return c.flaws, fmt.Errorf("checking the vault: %w", err)
	}
	// Sessions and syncing go on meanwhile: what they took away is no damage.
	c.flaws = slices.DeleteFunc(c.flaws, func(f Flaw) bool { return before.sizes[f.Object] > 0 && after.sizes[f.Object] == 0 })
	return c.flaws, ctx.Err()
}

// stock is what the vault has of all profiles.
type stock struct {
	shelfOf  map[uuid.UUID]*shelf
	profiles []uuid.UUID            // in a fixed order
	objects  map[uuid.UUID][]object // of each profile, in the order of their names
	sizes    map[string]int64       // of all of them, by name
	total    int64
}

type object struct {
	name string
	kind vault.Kind
	id   uuid.UUID
}

func (l *Library) stock() (stock, error) {
	s := stock{objects: map[uuid.UUID][]object{}, sizes: map[string]int64{}}
	add := func(profile uuid.UUID, o object, size int64) {
		s.objects[profile] = append(s.objects[profile], o)
		s.sizes[o.name] = size
		s.total += size
	}
	for info, err := range l.vault.List("profiles/") {
		if err != nil {
			return s, err
		}
		if profile, kind, id, ok := vault.ParseName(info.Name); ok {
			add(profile, object{info.Name, kind, id}, info.Size)
		}
	}
	for c, err := range l.vault.Checkpoints(uuid.Nil) {
		if err != nil {
			return s, err
		}
		add(c.Profile, object{vault.CheckpointName(c.Profile, c.ID), vault.KindSnapshot, c.ID}, c.Size)
	}
	s.profiles = slices.SortedFunc(maps.Keys(s.objects), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	var err error
	s.shelfOf, err = l.shelves()
	return s, err
}

// check is a check under way.
type check struct {
	*Library
	stock
	report func(done, total int64)
	done   int64 // bytes
	flaws  []Flaw
}

func (c *check) checkDescription(ctx context.Context) {
	name := "vault.json"
	err := c.vault.CheckDescription(ctx, c.key.Vouch)
	if d := c.vault.Description(); err == nil && (d.KeyID != c.key.ID() || c.home.vault(d.Vault) != c.vault.Local().String()) {
		err = crypto.ErrDamaged.Because(errors.New("it is not that of this vault"))
	}
	if err != nil && ctx.Err() == nil {
		c.flaws = append(c.flaws, Flaw{Costs: CostsVault, Object: name, Problem: err.Error()})
	}
}

// checkPassphrase looks whether the passphrase's slot is what was written. A recovery code opens the vault all the same.
func (c *check) checkPassphrase(ctx context.Context) {
	_, err := vault.ReadPassphrase(ctx, c.vault.Local())
	if errors.Is(err, crypto.ErrDamaged) {
		c.flaws = append(c.flaws, Flaw{Costs: CostsNothing, Object: "passphrase", Problem: ErrPassphraseDamaged.Because(err).Error()})
	}
}

func (c *check) checkProfile(ctx context.Context, profile uuid.UUID) error {
	s := c.shelfOf[profile]
	if s == nil { // there are only checkpoints of it
		s = &shelf{}
	}
	name := c.nameOf(ctx, profile)
	flaw := func(f Flaw) {
		f.Profile, f.Name = profile, name
		c.flaws = append(c.flaws, f)
	}
	var snapshots []uuid.UUID
	names := map[uuid.UUID]string{}
	for _, o := range c.objects[profile] {
		var err error
		costs := CostsNothing
		switch o.kind {
		case vault.KindSnapshot:
			snapshots = append(snapshots, o.id)
			names[o.id] = o.name
			continue
		case vault.KindCard:
			if _, err = c.loadCard(ctx, profile, o.id); len(s.cards) == 1 {
				costs = CostsCard
			}
		case vault.KindGone:
			_, err = c.readGone(profile, o.id)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			flaw(Flaw{Costs: costs, Object: o.name, Problem: err.Error()})
		}
		c.done += c.sizes[o.name]
	}
	damage, err := snapshot.CheckAll(ctx, c.key, c.source(profile), snapshots, snapshot.Checking{
		Profile:  profile,
		Needed:   func(id uuid.UUID) bool { return has(s.gone, id) },
		Progress: func(done, _ int64) { c.report(c.done+done, c.total) },
	})
	if err != nil {
		return err
	}
	for _, d := range damage {
		flaw(Flaw{
			Snapshot: d.Snapshot, File: d.Path, Costs: string(d.Costs), Problem: d.Err.Error(),
			Object: cmp.Or(names[d.Object], vault.SnapshotName(profile, d.Object)),
		})
	}
	for _, name := range names {
		c.done += c.sizes[name]
	}
	c.report(c.done, c.total)
	return nil
}

// nameOf is the profile's name by the newest card that can be read.
func (c *check) nameOf(ctx context.Context, profile uuid.UUID) string {
	for _, o := range slices.Backward(c.objects[profile]) {
		if o.kind == vault.KindCard {
			if card, err := c.loadCard(ctx, profile, o.id); err == nil {
				return card.Name
			}
		}
	}
	return nameless(profile)
}

// checkStrays looks at the files that are no objects by their names. Some may be objects all the same.
func (c *check) checkStrays(ctx context.Context) error {
	strays, err := c.vault.Strays(ctx)
	if err != nil {
		return err
	}
	for _, name := range strays {
		if name != filepath.Base(c.syncStamp()) {
			c.flaws = append(c.flaws, c.stray(ctx, name))
		}
	}
	return nil
}

// stray tells an object with a wrong name from a file that does not belong here.
func (c *check) stray(ctx context.Context, name string) Flaw {
	f := Flaw{Costs: IsStray, Object: name, Problem: "this file is no part of the vault"}
	o, err := c.vault.OpenStray(name)
	if err != nil {
		return f
	}
	defer o.Close()
	var costs, proper string
	if index, err := snapshot.ReadIndex(c.key, o); err == nil {
		f.Profile, f.Snapshot = index.Meta.Profile, index.Meta.ID
		costs, proper = CostsSnapshot, vault.SnapshotName(f.Profile, f.Snapshot)
		if index.Meta.Ended == snapshot.Checkpoint {
			proper = vault.CheckpointName(f.Profile, f.Snapshot)
		}
	} else {
		sealed, err := io.ReadAll(io.LimitReader(o, maxCard))
		if err != nil {
			return f
		}
		header, plaintext, err := c.key.OpenWhole(sealed)
		var whose struct{ Profile uuid.UUID }
		if err != nil || json.Unmarshal(plaintext, &whose) != nil {
			if begins, err := crypto.ParseHeader(sealed); err == nil && begins.KeyID == c.key.ID() {
				f.Costs, f.Problem = CostsNothing, "this is an object of the vault, damaged and under a wrong name"
			}
			return f
		}
		f.Profile = whose.Profile
		costs, proper = CostsCard, vault.CardName(f.Profile, header.Object)
		if header.Flags == flagGone {
			costs, proper = CostsNothing, vault.GoneName(f.Profile, header.Object)
		}
	}
	f.Name = c.nameOf(ctx, f.Profile)
	if c.sizes[proper] > 0 {
		f.Problem = "this is a copy of " + proper
		return f
	}
	f.Costs, f.Problem = costs, "it lies under a wrong name, and belongs at "+proper
	return f
}
