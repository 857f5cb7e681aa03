package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
)

// Upkeep is what time asks for: profiles that have expired go to the trash, and what was in the trash for long is purged. It
// comes after a sync that went well, since only then it is known what others have done.
//
// Clocks differ, and computers are switched off. So a device goes by the clock of the vault's place, purges only what it has
// itself seen in the trash, as it is, for the whole time, and does nothing of all this in the week after it was away for more than one.

const (
	trashKept = 30 * 24 * time.Hour
	awayFor   = 7 * 24 * time.Hour // from then on a device
	quietFor  = 7 * 24 * time.Hour // leaves everything as it is for so long
)

// Upkept is what an upkeep did: names of profiles.
type Upkept struct {
	Expired []string // moved to the trash
	Purged  []string
}

// upkeepNotes are what a device remembers between two upkeeps. Times are those of the place.
type upkeepNotes struct {
	Last       time.Time             `json:"last"`
	QuietUntil time.Time             `json:"quiet_until,omitzero"`
	Trashed    map[uuid.UUID]trashed `json:"trashed,omitempty"`
}

// trashed is since when a profile was seen in the trash as it is: when something arrives there, its time begins anew.
type trashed struct {
	Since     time.Time `json:"since"`
	Moved     time.Time `json:"moved"` // when it was put there, by whose clock ever
	Newest    uuid.UUID `json:"newest"`
	Snapshots int       `json:"snapshots"`
}

func (l *Library) upkeepFile() string {
	return filepath.Join(l.home.vault(l.vault.Description().Vault), ".upkeep")
}

// upkeep does what is due, and tells of it.
func (l *Library) upkeep(ctx context.Context) {
	did, err := l.keepUp(ctx)
	if err != nil && ctx.Err() == nil {
		l.log.Warn("what has expired could not be looked after", "error", err)
	}
	if len(did.Expired)+len(did.Purged) > 0 {
		l.watchers.emit(Event{Upkept: &did})
	}
}

// keepUp does what is due.
func (l *Library) keepUp(ctx context.Context) (Upkept, error) {
	var did Upkept
	now := l.now()
	if place := l.vault.Remote(); place != nil {
		var err error
		if now, err = place.Clock(ctx); err != nil {
			return did, fmt.Errorf("asking the vault's place for the time: %w", err)
		}
	}
	notes, err := l.readUpkeep()
	if err != nil {
		return did, err
	}
	if now.Sub(notes.Last) > awayFor {
		notes.QuietUntil = now.Add(quietFor)
	}
	all, err := l.Profiles(ctx)
	if err != nil {
		return did, err
	}
	isQuiet := now.Before(notes.QuietUntil) || now.Before(notes.Last)
	seen := map[uuid.UUID]trashed{}
	for _, p := range all {
		switch {
		case p.Session != nil || p.Elsewhere != nil || p.State == StateDamaged:
		case p.Trashed.IsZero():
			if isQuiet || p.Expires.IsZero() || now.Before(p.Expires) {
				continue
			}
			if err := l.trash(ctx, p.ID, true); err != nil {
				l.log.Warn("an expired profile could not be moved to the trash", "profile", p.ID, "error", err)
				continue
			}
			did.Expired = append(did.Expired, p.Name)
		case p.Pinned:
		default:
			was := notes.Trashed[p.ID]
			if was.Since.IsZero() || !was.Moved.Equal(p.Trashed) || was.Newest != p.Newest || was.Snapshots < p.Snapshots {
				was.Since = now
			}
			if !isQuiet && now.Sub(was.Since) >= trashKept {
				if err := l.Purge(ctx, p.ID); err != nil {
					l.log.Warn("a profile in the trash could not be purged", "profile", p.ID, "error", err)
				} else {
					did.Purged = append(did.Purged, p.Name)
					continue
				}
			}
			seen[p.ID] = trashed{was.Since, p.Trashed, p.Newest, p.Snapshots}
		}
	}
	notes.Trashed = seen
	if now.After(notes.Last) {
		notes.Last = now
	}
	return did, l.writeUpkeep(notes)
}

func (l *Library) readUpkeep() (upkeepNotes, error) {
	var notes upkeepNotes
	data, err := os.ReadFile(l.upkeepFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notes, err
	}
	if json.Unmarshal(data, &notes) != nil {
		notes = upkeepNotes{} // as if it had been away
	}
	return notes, nil
}

func (l *Library) writeUpkeep(notes upkeepNotes) error {
	data, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	return ReplaceFile(l.upkeepFile(), data)
}
