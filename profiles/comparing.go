package profiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"valise/browser"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// Comparison is what is different between two snapshots of a profile.
type Comparison struct {
	Profile uuid.UUID `json:"profile"`
	Name    string    `json:"name"`
	From    Snapshot  `json:"from"` // the changes lead from here
	To      Snapshot  `json:"to"`   // to here
	browser.Changes
}

// Compare says what changed from one snapshot of a profile to another. A zero b is the newest, a zero a the one that b came
// after. Both are restored, as far as it takes, into a folder among those of sessions, which is wiped at the end; what a crash
// leaves of it is found by Recover. *NotFoundError, ErrNothingBefore, and crypto.ErrDamaged for a file that matters.
func (l *Library) Compare(ctx context.Context, profile, a, b uuid.UUID) (c Comparison, err error) {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return c, err
	}
	if err := p.savedOnce(l.device); err != nil {
		return c, fmt.Errorf("comparing snapshots of %q: %w", p.Name, err)
	}
	history, err := l.History(ctx, profile)
	if err != nil {
		return c, err
	}
	c = Comparison{Profile: p.ID, Name: p.Name}
	if c.From, c.To, err = pair(history, a, b); err != nil {
		return c, fmt.Errorf("comparing snapshots of %q: %w", p.Name, err)
	}
	wanted, err := l.differing(ctx, profile, c.From.ID, c.To.ID)
	if err != nil {
		return c, fmt.Errorf("comparing snapshots of %q: %w", p.Name, err)
	}
	f, err := l.home.makeFolder(record{
		Session: uuid.New(), Vault: l.vault.Description().Vault, Name: p.Name, Loads: profile, Opened: time.Now().UTC(),
	})
	if err != nil {
		return c, explain(err)
	}
	defer func() { err = errors.Join(err, f.wipe()) }()
	from, to := filepath.Join(f.dir, "from"), filepath.Join(f.dir, "to")
	if err := errors.Join(l.unpack(ctx, profile, c.From.ID, from, wanted), l.unpack(ctx, profile, c.To.ID, to, wanted)); err != nil {
		return c, fmt.Errorf("comparing snapshots of %q: %w", p.Name, explain(err))
	}
	if c.Changes, err = browser.Compare(ctx, from, to); err != nil {
		return c, fmt.Errorf("comparing snapshots of %q: %w", p.Name, err)
	}
	return c, nil
}

// differing says which files a comparison has to look at.
func (l *Library) differing(ctx context.Context, profile, a, b uuid.UUID) (func(path string) bool, error) {
	from, err := l.index(ctx, profile, a)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", a, err)
	}
	to, err := l.index(ctx, profile, b)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", b, err)
	}
	differs := snapshot.Differing(from, to, browser.ComparedTogether)
	return func(path string) bool { return browser.Compared(path) && differs(path) }, nil
}

// unpack restores the files of a snapshot that are wanted.
func (l *Library) unpack(ctx context.Context, profile, id uuid.UUID, dir string, wanted func(path string) bool) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	var damaged error
	_, _, err := snapshot.Restore(ctx, l.key, l.source(profile), id, dir, snapshot.Restoring{
		Only: wanted,
		Damaged: func(path string, err error) {
			if damaged == nil && !errors.Is(err, snapshot.ErrName) { // what the browser cannot have here either is no loss
				damaged = fmt.Errorf("snapshot %s: %s: %w", id, path, err)
			}
		},
	})
	return errors.Join(err, damaged)
}

// pair finds the two snapshots in a history, which is the newest first.
func pair(history []Snapshot, a, b uuid.UUID) (from, to Snapshot, err error) {
	find := func(wanted func(Snapshot) bool) (Snapshot, bool) {
		i := slices.IndexFunc(history, wanted)
		if i < 0 {
			return Snapshot{}, false
		}
		return history[i], true
	}
	to, ok := find(func(s Snapshot) bool { return s.ID == b || b == uuid.Nil && s.Newest })
	if !ok {
		return from, to, &NotFoundError{"snapshot", b.String()}
	}
	if a != uuid.Nil {
		if from, ok = find(func(s Snapshot) bool { return s.ID == a }); !ok {
			return from, to, &NotFoundError{"snapshot", a.String()}
		}
		return from, to, nil
	}
	if from, ok = find(func(s Snapshot) bool { return s.ID == to.Parent }); ok {
		return from, to, nil
	}
	// The parent may be gone by now; what is left of the time before does as well.
	from, ok = find(func(s Snapshot) bool { return s.Aside == "" && bytes.Compare(s.ID[:], to.ID[:]) < 0 })
	if !ok {
		return from, to, ErrNothingBefore
	}
	return from, to, nil
}
