package profiles

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"valise/problem"

	"github.com/google/uuid"
)

var (
	errOddName = problem.New("that name is too long or has characters that cannot be shown",
		"Use at most 120 letters, digits, spaces and signs.")
	errOddTag = problem.New("those tags are too many or too long, or have characters that cannot be shown",
		"A profile has at most 30 tags of at most 40 characters.")
	errNoName   = problem.New("a profile needs a name", "Type one.")
	errNoColour = problem.New("that is no colour", "Write it as #rrggbb, for example #3b82f6.")
)

var colourPattern = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// Rename gives a profile another name. *NameTakenError: another profile outside the trash has it.
func (l *Library) Rename(ctx context.Context, profile uuid.UUID, name string) error {
	if name = strings.TrimSpace(name); name == "" {
		return errNoName
	}
	return l.edit(ctx, profile, "renaming", func(p Profile, c *card) error {
		if err := checkName(name); err != nil {
			return err
		}
		if !strings.EqualFold(p.Name, name) {
			if _, err := l.newName(ctx, name); err != nil {
				return err
			}
		}
		c.Name = name
		return nil
	})
}

// SetColour gives a profile another colour, "#rrggbb".
func (l *Library) SetColour(ctx context.Context, profile uuid.UUID, colour string) error {
	if colour = strings.ToLower(colour); !colourPattern.MatchString(colour) {
		return errNoColour
	}
	return l.edit(ctx, profile, "colouring", func(_ Profile, c *card) error {
		c.Colour = colour
		return nil
	})
}

// mostTags and longestTag bound what a list can show.
const mostTags, longestTag = 30, 40

// SetTags gives a profile these tags, in place of those that it has. Spaces around them, empty ones and doubles are dropped.
func (l *Library) SetTags(ctx context.Context, profile uuid.UUID, tags []string) error {
	kept, err := tidyTags(tags)
	if err != nil {
		return err
	}
	return l.edit(ctx, profile, "tagging", func(_ Profile, c *card) error {
		c.Tags = kept
		return nil
	})
}

func tidyTags(tags []string) (kept []string, err error) {
	for _, tag := range tags {
		tag = strings.TrimSpace(tag)
		if !canBeShown(tag, longestTag) {
			return nil, errOddTag
		}
		if tag != "" && !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	if len(kept) > mostTags {
		return nil, errOddTag
	}
	return kept, nil
}

// Trash puts a profile into the trash, where nothing of it is lost. *InUseError: it is open, here or on another device.
func (l *Library) Trash(ctx context.Context, profile uuid.UUID) error {
	return l.trash(ctx, profile, false)
}

func (l *Library) trash(ctx context.Context, profile uuid.UUID, expired bool) error {
	return l.edit(ctx, profile, "moving to the trash", func(p Profile, c *card) error {
		lock, err := l.lockProfile(profile, SessionInfo{Name: p.Name, Since: l.now()})
		if err != nil {
			return err
		}
		defer lock.release()
		if err := l.notElsewhere(ctx, profile, p.Name); err != nil {
			return err
		}
		if c.Trashed.IsZero() {
			c.Trashed, c.Expired = l.now().UTC().Truncate(time.Second), expired
		}
		return nil
	})
}

// Untrash takes a profile out of the trash. Where its name was taken meanwhile, it gets a number.
func (l *Library) Untrash(ctx context.Context, profile uuid.UUID) error {
	return l.edit(ctx, profile, "taking out of the trash", func(p Profile, c *card) error {
		if p.Trashed.IsZero() {
			return nil
		}
		name := p.Name
		for n := 2; ; n++ {
			if _, err := l.newName(ctx, name); err == nil {
				break
			} else if n > 1000 {
				return err
			}
			name = fmt.Sprintf("%s (%d)", p.Name, n)
		}
		if name != p.Name { // which is no name yet where the card that has it has not arrived
			c.Name = name
		}
		c.Trashed, c.Expired, c.Opened = time.Time{}, false, l.now().UTC().Truncate(time.Second)
		return nil
	})
}

// edit changes the card of a profile that exists.
func (l *Library) edit(ctx context.Context, profile uuid.UUID, doing string, change func(Profile, *card) error) error {
	p, err := l.Find(ctx, profile.String())
	if err != nil {
		return err
	}
	if p.Newest == uuid.Nil && p.Session != nil {
		return fmt.Errorf("%s %q: %w", doing, p.Name, p.savedOnce(l.device))
	}
	err = l.changeCard(ctx, profile, func(c *card) error { return change(p, c) })
	if err != nil {
		return fmt.Errorf("%s %q: %w", doing, p.Name, err)
	}
	l.changed(profile)
	l.syncing.soon()
	return nil
}
