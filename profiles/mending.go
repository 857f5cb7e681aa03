package profiles

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"valise/browser"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// A browser that is killed, or copied while it runs, may leave the IndexedDB of a site in a state that it rejects at its
// next start: it would delete it. mend gives such sites theirs from the last clean snapshot back, before that start.
//
// dir is the user data directory, clean that snapshot (zero: none), since when the session behind dir began, near a folder
// to work in. It returns a warning for each site. What goes wrong here keeps nothing from being saved or opened.
func (l *Library) mend(ctx context.Context, dir string, profile, clean uuid.UUID, since time.Time, near string) (warnings []string) {
	work, err := os.MkdirTemp(near, "mending-")
	if err == nil {
		defer removeAll(work)
		warnings, err = l.mendIn(ctx, dir, profile, clean, since, work)
	}
	if err != nil {
		l.log.Warn("the databases of sites could not be looked at", "error", err)
	}
	return warnings
}

func (l *Library) mendIn(ctx context.Context, dir string, profile, clean uuid.UUID, since time.Time, work string) (warnings []string, err error) {
	b, err := l.Browser(ctx)
	if err != nil {
		return nil, err
	}
	trial, restored := filepath.Join(work, "trial"), filepath.Join(work, "restored")
	rejected, err := browser.RejectedDatabases(ctx, b, dir, trial, since)
	if err != nil || len(rejected) == 0 {
		return nil, err
	}
	if err := os.Mkdir(restored, 0o700); err != nil {
		return nil, err
	}
	if clean != uuid.Nil {
		_, _, err := snapshot.Restore(ctx, l.key, l.source(profile), clean, restored, snapshot.Restoring{Only: func(path string) bool {
			return slices.ContainsFunc(rejected, func(d browser.Database) bool {
				return strings.HasPrefix(path, d.Path+"/") || strings.HasPrefix(path, d.Blobs()+"/")
			})
		}})
		if err != nil {
			return nil, err
		}
	}
	for _, d := range rejected {
		if _, err := os.Stat(filepath.Join(restored, filepath.FromSlash(d.Path))); err != nil {
			warnings = append(warnings, fmt.Sprintf("What %s kept in its database (IndexedDB) was being written and is damaged; no earlier snapshot has it.", d.Host))
			continue
		}
		for _, part := range []string{d.Path, d.Blobs()} {
			place := filepath.Join(dir, filepath.FromSlash(part))
			if err := removeAll(place); err != nil {
				return warnings, err
			}
			err := os.Rename(filepath.Join(restored, filepath.FromSlash(part)), place)
			if err != nil && !os.IsNotExist(err) {
				return warnings, err
			}
		}
		warnings = append(warnings, fmt.Sprintf("What %s kept in its database (IndexedDB) was being written and is damaged; it is as in the snapshot before.", d.Host))
	}
	return warnings, nil
}

// mendLeft mends what a session that did not end in order has left.
func (l *Library) mendLeft(ctx context.Context, f *folder) []string {
	profile, clean := f.record.Loads, f.record.At
	if profile == uuid.Nil { // nothing was restored
		profile = f.record.SavesTo
	}
	return l.mend(ctx, browser.UserDataDir(f.dir), profile, clean, f.record.Opened, f.dir)
}
