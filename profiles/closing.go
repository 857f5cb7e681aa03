package profiles

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"valise/browser"
	"valise/internal/fault"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// finish waits for the browser's end, saves what it left, and wipes the folder. What cannot be saved is kept.
func (s *Session) finish() {
	b := s.Browser()
	<-b.Done()
	fault.Point("closing: the browser is gone")
	s.checkpoints.end()
	s.away.end()
	ended, warnings := snapshot.Clean, []string(nil)
	if ending := b.Ending(); ending == browser.Terminated || ending == browser.Killed {
		ended = snapshot.Forced
		warnings = append(warnings, "The browser did not close in order: what happened in its last half minute may be missing.")
	}
	if free, err := freeSpace(s.folder.dir); err == nil && free < tight {
		warnings = append(warnings, "The disk was full when the browser closed: it may not have written all that it wanted to keep.")
	}
	s.advance(StageSaving)
	if b.Ending() == browser.Killed && s.lock != nil {
		warnings = append(warnings, s.library.mendLeft(context.Background(), s.folder)...)
	}
	r, err := s.library.keep(s.folder, ended, paced(s.tell))
	s.mu.Lock()
	opening := slices.Clone(s.warnings)
	s.mu.Unlock()
	r.Warnings = slices.Concat(opening, s.away.troubles(), warnings, r.Warnings)
	r.Carried = s.away.account()
	if err != nil {
		s.library.log.Error("a session could not be saved", "session", s.info.ID, "error", err)
		err = fmt.Errorf("saving %q: %w", s.folder.record.Name, ErrKept.Because(explain(err)))
	}
	if err == nil && ended == snapshot.Clean && s.lock != nil {
		s.thinCheckpoints(r.Snapshot)
	}
	s.settle(r, err)
	if r.Outcome == Saved {
		s.library.tidying.Go(func() { s.library.tidy(r.Profile, r.Name) })
	}
	s.library.syncing.soon()
}

// tight is so little free space, in bytes, that a browser may have failed to write its last changes.
const tight = 4 << 20

// keep saves a session's folder as its record says, and wipes it. On error the folder is unlocked, and stays for Recover.
func (l *Library) keep(f *folder, ended snapshot.Ending, progress snapshot.Progress) (Receipt, error) {
	begun := time.Now()
	r, err := l.save(f, ended, progress)
	if err != nil {
		f.lock.Close()
		return Receipt{}, err
	}
	fault.Point("saving: the folder is not needed any more")
	if err := f.wipe(); err != nil {
		l.log.Error("a session's folder could not be wiped", "session", f.record.Session, "error", err)
		r.Warnings = append(r.Warnings, "The session's folder could not be removed: "+err.Error()+". Valise tries again at its next start.")
	}
	r.Took = time.Since(begun)
	return r, nil
}

// save writes the snapshot of a folder whose browser is gone.
func (l *Library) save(f *folder, ended snapshot.Ending, progress snapshot.Progress) (Receipt, error) {
	ctx := context.Background() // a saving is never given up
	rec := f.record
	r := Receipt{Session: rec.Session, Profile: rec.SavesTo, Name: rec.Name, Ended: ended.String(), Outcome: Discarded, Where: InThisComputer}
	if rec.SavesTo == uuid.Nil {
		return r, nil
	}
	dir := browser.UserDataDir(f.dir)
	contents, err := browser.Inspect(ctx, dir)
	if err != nil {
		l.log.Warn("a profile's contents could not all be read", "error", err)
	}
	fault.Point("saving: the profile is looked at")
	r.Sites, r.Cookies, r.Tabs = len(contents.Sites), contents.Cookies, len(contents.Tabs)

	saving, err := l.saving(f, ended)
	if err != nil {
		return r, err
	}
	saving.Summary, saving.Progress = summary(contents), progress
	saving.Summary.Picture = l.picture(ctx, f)
	if rec.Loads == rec.SavesTo && rec.At != uuid.Nil {
		if before, err := l.index(ctx, rec.SavesTo, rec.At); err == nil {
			saving.Meta.Aside = collapse(before.Summary, saving.Summary)
		}
	}
	if err := f.note(func(r *record) { r.SavedAs = saving.Meta.ID }); err != nil {
		return r, err
	}
	fault.Point("saving: the snapshot's id is noted")
	if err := l.nameNew(ctx, f); err != nil {
		return r, err
	}
	w, err := l.vault.Writer(vault.SnapshotName(rec.SavesTo, saving.Meta.ID))
	if err != nil {
		return r, err
	}
	defer w.Abort()
	index, _, err := snapshot.Save(ctx, w, l.key, l.source(rec.SavesTo), dir, saving)
	fault.Point("saving: the snapshot is written")
	if errors.Is(err, snapshot.ErrUnchanged) {
		r.Outcome, r.Snapshot = Unchanged, rec.Parent
		if index, err = l.index(ctx, rec.SavesTo, rec.Parent); err == nil {
			r.Files, r.Size = index.Files(), index.Size()
		}
		r.Where = l.whereNow()
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if err := w.Commit(); err != nil {
		return r, err
	}
	r.Outcome, r.Snapshot, r.Where = Saved, saving.Meta.ID, l.whereNow()
	l.savings.note(rec.SavesTo, r.Snapshot)
	r.Files, r.Size, r.Stored = index.Files(), index.Size(), index.Stored
	if r.Aside = saving.Meta.Aside; r.Aside != "" {
		r.Warnings = append(r.Warnings, fmt.Sprintf("It looks as if logins were lost: %s. So this snapshot was set aside, and the one before is still the newest. "+
			"If all is well, roll back to this one (`valise rollback %s %s`); else nothing needs to be done.", r.Aside, rec.SavesTo, saving.Meta.ID))
	}
	return r, nil
}

// saving is how a folder is to be saved now.
func (l *Library) saving(f *folder, ended snapshot.Ending) (snapshot.Saving, error) {
	rec := f.record
	saving := snapshot.Saving{
		Meta: snapshot.Meta{
			ID: snapshot.NewIDAt(l.now(), rec.Parent), Profile: rec.SavesTo, Parent: rec.Parent, Token: rec.Token,
			When: l.now(), Opened: rec.Opened, Device: l.device, OS: runtime.GOOS,
			Browser: rec.Browser, Version: rec.Version, Ended: ended,
		},
		Base: rec.Parent, Keep: browser.Keep,
	}
	if rec.New && rec.Loads != uuid.Nil {
		saving.Meta.Origin = &snapshot.Origin{Profile: rec.Loads, Snapshot: rec.At}
	}
	if rec.Loads == rec.SavesTo && !rec.Live { // what was restored tells what changed; else the target's newest has at least some blocks
		var err error
		saving.Base = rec.At
		if saving.State, err = snapshot.LoadState(f.stateFile()); err != nil {
			return saving, err
		}
	}
	// An earlier snapshot that was opened and left as it was is still to become the newest.
	saving.Always = rec.Loads == rec.SavesTo && rec.At != rec.Parent
	return saving, nil
}

// nameNew gives the profile that a session is to make its card, once; and one that was purged while it was open its name again.
func (l *Library) nameNew(ctx context.Context, f *folder) error {
	rec := f.record
	if !rec.New {
		shelf, err := l.shelf(rec.SavesTo)
		if err != nil || len(shelf.cards) > 0 || len(shelf.purged) == 0 || rec.Name == nameless(rec.SavesTo) {
			return err
		}
		return l.name(ctx, rec.SavesTo, rec.Name, 0)
	}
	if rec.Named {
		return nil
	}
	if err := l.name(ctx, rec.SavesTo, rec.Name, rec.Expires); err != nil {
		return err
	}
	return f.note(func(r *record) { r.Named = true })
}

// name gives a new profile its card. Between the choice of the name and now another device may have taken it: that is
// allowed, and the list then shows both.
func (l *Library) name(ctx context.Context, profile uuid.UUID, name string, expires int) error {
	return l.changeCard(ctx, profile, func(c *card) error {
		c.Name, c.Expires = name, expires
		return nil
	})
}

// whereNow is where something is that was just written to the vault.
func (l *Library) whereNow() Where {
	if l.vault.Remote() == nil {
		return InThisComputer
	}
	return Waiting
}

func summary(c browser.Contents) snapshot.Summary {
	s := snapshot.Summary{
		Sites: c.Sites, Cookies: c.Cookies, Passwords: c.Passwords, Bookmarks: c.Bookmarks, History: c.History, Extensions: c.Extensions,
	}
	for _, t := range c.Tabs {
		s.Tabs = append(s.Tabs, snapshot.Tab(t))
	}
	return s
}
