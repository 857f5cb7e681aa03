package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"valise/browser"
	"valise/internal/fault"
	"valise/profiles/snapshot"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// patience is how long Recover waits for the browser of a crashed Valise, which closes in order by itself.
const patience = 20 * time.Second

// Recover saves what crashed sessions left behind, as snapshots marked recovered, and wipes it. It returns a receipt for
// each, and is quick where there is nothing. A folder that cannot be saved stays where it is; the error says why.
func (l *Library) Recover(ctx context.Context) ([]Receipt, error) {
	l.home.sweepNotes()
	entries, err := os.ReadDir(l.home.sessions())
	if err != nil {
		return nil, fmt.Errorf("looking for what a crash left behind: %w", err)
	}
	var receipts []Receipt
	var failed error
	for _, e := range entries {
		f, err := l.adopt(ctx, filepath.Join(l.home.sessions(), e.Name()))
		if f == nil && err == nil {
			continue // in use, or already gone
		}
		var r Receipt
		if err == nil {
			r, err = l.recover(ctx, f)
		}
		if err != nil {
			l.log.Error("what a crash left behind could not be saved", "session", e.Name(), "error", err)
			failed = errors.Join(failed, fmt.Errorf("recovering a session: %w", explain(err)))
			continue
		}
		if r.Outcome == Saved {
			receipts = append(receipts, r)
		}
	}
	if len(receipts) > 0 {
		l.changed(uuid.Nil)
		l.syncing.soon()
	}
	return receipts, failed
}

// adopt takes over a folder that no process holds; nil: there is nothing to take over. A folder of another vault waits
// until that vault is used again.
func (l *Library) adopt(ctx context.Context, dir string) (*folder, error) {
	f := &folder{dir: dir, lock: flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))}
	if _, err := os.Stat(f.recordFile()); errors.Is(err, fs.ErrNotExist) {
		return nil, l.home.sweep(ctx, dir)
	}
	ok, err := f.lock.TryLock()
	switch {
	case errors.Is(err, fs.ErrNotExist): // its owner finished in between
		return nil, nil
	case err != nil || !ok:
		return nil, err
	}
	data, err := os.ReadFile(f.recordFile())
	if err == nil && json.Unmarshal(data, &f.record) != nil {
		f.record = l.unknown(f)
	}
	if err != nil || f.record.Vault != l.vault.Description().Vault {
		f.lock.Close()
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return nil, err
	}
	return f, nil
}

// unknown is the record of a folder whose own a failing disk has spoilt. What is there is kept as a profile of its own: it may have
// been a throwaway, but nobody can say so, and it is easier to throw away than to get back.
func (l *Library) unknown(f *folder) record {
	began := time.Now()
	if info, err := os.Stat(f.dir); err == nil {
		began = info.ModTime()
	}
	_, err := os.Stat(f.browserLog())
	r := record{
		Session: uuid.New(), Vault: l.vault.Description().Vault, Name: "Recovered " + began.Format(time.DateTime),
		New: true, Started: err == nil, Opened: began.UTC(),
	}
	r.SavesTo = r.Session
	return r
}

// sweep removes a folder without a record: its making was cut short just after the beginning, or its wiping before the end.
func (h Home) sweep(ctx context.Context, dir string) error {
	making := h.making()
	if ok, err := making.TryLock(); err != nil || !ok {
		return err // somebody makes a folder, perhaps this one
	}
	defer making.Close()
	f := &folder{dir: dir, lock: flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))}
	if _, err := os.Stat(f.recordFile()); err == nil {
		return nil // it has been given one meanwhile
	}
	if ok, err := f.lock.TryLock(); err != nil || !ok { // somebody is at it, or it is gone
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	}
	// A browser may have been on its way when Valise died.
	if _, err := browser.WaitGone(ctx, dir, patience); err != nil {
		f.lock.Close()
		return err
	}
	return f.wipe()
}

func (l *Library) recover(ctx context.Context, f *folder) (Receipt, error) {
	rec := f.record
	fault.Point("recovering: a folder is taken over")
	ending, err := browser.WaitGone(ctx, f.dir, patience)
	if err != nil {
		f.lock.Close()
		return Receipt{}, err
	}
	fault.Point("recovering: its browser is gone")
	if rec.SavesTo == uuid.Nil || !rec.Started || l.saved(rec) {
		return Receipt{Outcome: Discarded}, f.wipe()
	}
	lock, err := l.lockProfile(rec.SavesTo, SessionInfo{ID: rec.Session, Name: rec.Name, Since: rec.Opened})
	if err != nil {
		f.lock.Close()
		return Receipt{}, err
	}
	defer lock.release()
	fault.Point("recovering: the profile is locked")
	var warnings []string
	if !ending.Orderly() {
		warnings = l.mendLeft(ctx, f)
	}
	r, err := l.keep(f, snapshot.Recovered, nil)
	r.Warnings = append(warnings, r.Warnings...)
	return r, err
}

// saved says whether the crash came after the saving. What was saved here is here; the vault's place is not asked.
func (l *Library) saved(rec record) bool {
	if rec.SavedAs == uuid.Nil {
		return false
	}
	shelf, err := l.shelf(rec.SavesTo)
	return err == nil && slices.Contains(shelf.snapshots, rec.SavedAs)
}
