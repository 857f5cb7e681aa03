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

	"valise/browser"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// patience is how long Recover waits for the browser of a crashed Valise, which closes in order by itself.
const patience = 20 * time.Second

// Recover saves what crashed sessions left behind, as snapshots marked recovered, and wipes it. It returns a receipt for
// each, and is quick where there is nothing. A folder that cannot be saved stays where it is; the error says why.
func (l *Library) Recover(ctx context.Context) ([]Receipt, error) {
	entries, err := os.ReadDir(l.home.sessions())
	if err != nil {
		return nil, fmt.Errorf("looking for what a crash left behind: %w", err)
	}
	var receipts []Receipt
	var failed error
	for _, e := range entries {
		f, err := l.adopt(filepath.Join(l.home.sessions(), e.Name()))
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
func (l *Library) adopt(dir string) (*folder, error) {
	f := &folder{dir: dir}
	data, err := os.ReadFile(f.recordFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, l.sweep(dir)
	case err != nil:
		return nil, err
	}
	if err := json.Unmarshal(data, &f.record); err != nil {
		return nil, fmt.Errorf("%s: %w", f.recordFile(), err)
	}
	if f.record.Vault != l.vault.Description().Vault {
		return nil, nil
	}
	f.lock = flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	if ok, err := f.lock.TryLock(); err != nil || !ok {
		return nil, err
	}
	if _, err := os.Stat(f.recordFile()); err != nil { // its owner finished in between
		f.lock.Close()
		return nil, nil
	}
	return f, nil
}

// sweep removes a folder without a record: its wiping was cut short just before the end, or its making just after the
// beginning. One that is younger than a minute may still get its record.
func (l *Library) sweep(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || time.Since(info.ModTime()) < time.Minute {
		return nil
	}
	return os.RemoveAll(dir)
}

func (l *Library) recover(ctx context.Context, f *folder) (Receipt, error) {
	rec := f.record
	if _, err := browser.WaitGone(ctx, f.dir, patience); err != nil {
		f.lock.Close()
		return Receipt{}, err
	}
	if rec.SavesTo == uuid.Nil || !rec.Started || l.saved(ctx, rec) {
		return Receipt{Outcome: Discarded}, f.wipe()
	}
	lock, err := l.lockProfile(rec.SavesTo, SessionInfo{ID: rec.Session, Name: rec.Name, Since: rec.Opened})
	if err != nil {
		f.lock.Close()
		return Receipt{}, err
	}
	defer lock.release()
	return l.keep(f, snapshot.Recovered, nil)
}

// saved says whether the crash came after the saving.
func (l *Library) saved(ctx context.Context, rec record) bool {
	if rec.SavedAs == uuid.Nil {
		return false
	}
	f, err := l.vault.Open(ctx, vault.SnapshotName(rec.SavesTo, rec.SavedAs))
	if err != nil {
		return false
	}
	f.Close()
	return true
}
