package profiles

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"valise/problem"

	"github.com/google/uuid"
)

// A profile expires when it was not opened for as many days as its owner, or the owner of the vault, has said; where nobody
// has said anything, never. It goes to the trash then, and is told about.

// ExpireNever keeps a profile whatever the vault says.
const ExpireNever = -1

// APIExpiry is after how many days profiles expire that were made through the HTTP API, as they do at the service whose
// contract it speaks.
const APIExpiry = 90

// longestExpiry is in days.
const longestExpiry = 3650

var errOddExpiry = problem.New("that is no number of days", "Give 1 to 3650, or say “never”.")

// SetExpiry says after how many days without an opening a profile expires; 0: as the vault says, ExpireNever: never.
func (l *Library) SetExpiry(ctx context.Context, profile uuid.UUID, days int) error {
	if days < ExpireNever || days > longestExpiry {
		return errOddExpiry
	}
	return l.edit(ctx, profile, "changing", func(_ Profile, c *card) error {
		c.Expires = days
		return nil
	})
}

// SetPinned pins a profile: it never expires. Or not any more.
func (l *Library) SetPinned(ctx context.Context, profile uuid.UUID, pinned bool) error {
	return l.edit(ctx, profile, "pinning", func(_ Profile, c *card) error {
		c.Pinned = pinned
		return nil
	})
}

// VaultExpiry is after how many days profiles expire that say nothing of their own; 0: never.
func (l *Library) VaultExpiry(ctx context.Context) (days int, err error) {
	c, err := l.vaultCard(ctx)
	return max(c.Expires, 0), err
}

// SetVaultExpiry says so for all profiles of the vault, on every device; 0: never.
func (l *Library) SetVaultExpiry(ctx context.Context, days int) error {
	if days < 0 || days > longestExpiry {
		return errOddExpiry
	}
	err := l.changeCard(ctx, l.vault.Description().Vault, func(c *card) error {
		c.Expires = days
		return nil
	})
	if err != nil {
		return fmt.Errorf("changing the vault: %w", err)
	}
	l.changed(uuid.Nil)
	l.syncing.soon()
	return nil
}

// vaultCard is what was said of the vault as a whole. It lies where a profile with the vault's id would have its cards.
func (l *Library) vaultCard(ctx context.Context) (card, error) {
	id := l.vault.Description().Vault
	shelf, err := l.shelf(id)
	if err != nil {
		return card{}, err
	}
	return l.card(ctx, id, shelf)
}

// expiresAfter is after how many days without an opening a profile with this card expires; 0: never.
func (c card) expiresAfter(vaultDays int) int {
	if c.Pinned {
		return 0
	}
	return max(cmp.Or(c.Expires, vaultDays), 0)
}

// expires says when a profile does if it is not opened before; zero: never.
func (p *Profile) expires(c card, vaultDays int) time.Time {
	days := c.expiresAfter(vaultDays)
	if days == 0 || p.Newest == uuid.Nil {
		return time.Time{}
	}
	used := p.touched()
	if c.Opened.After(used) {
		used = c.Opened
	}
	return used.AddDate(0, 0, days)
}

// opened notes that a profile was opened, at most once a day, if that makes a difference.
func (l *Library) opened(ctx context.Context, profile uuid.UUID) {
	vaultDays, err := l.VaultExpiry(ctx)
	if err != nil {
		return
	}
	now := l.now().UTC().Truncate(time.Second)
	err = l.changeCard(ctx, profile, func(c *card) error {
		if c.expiresAfter(vaultDays) > 0 && now.Sub(c.Opened) > 24*time.Hour {
			c.Opened = now
		}
		return nil
	})
	if err != nil {
		l.log.Warn("that a profile was opened could not be noted", "profile", profile, "error", err)
	}
}
