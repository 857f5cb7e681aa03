package profiles

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"valise/browser"
	"valise/internal/fault"
	"valise/problem"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// A checkpoint is a copy of a profile while its browser runs: insurance against a crash, and what `valise save` makes. It
// is written against the profile's last clean snapshot and never against another checkpoint, lies on this computer only,
// and is never the newest.
//
// Each replaces the session's former one. When the session ends well, none is left; when the browser was killed, the last
// one stays beside the snapshot of what was found then, until a later session ends well.

var (
	errThrowaway = problem.New("a throwaway saves nothing",
		"Open the profile to be saved, or with --save-as NAME, to keep what is done in it.")
	errNotRunning = problem.New("the session has no running browser to save from",
		"One that is just being opened can be saved in a moment; one that is closing is saved when it has closed.")
)

// checkpoints are those of a session.
type checkpoints struct {
	ctx    context.Context // until the browser has ended
	cancel context.CancelFunc

	mu      sync.Mutex // one at a time; held for all of it
	capture *snapshot.Capture
	saved   bool        // what was taken last
	made    []uuid.UUID // the last is the one that counts
	last    Receipt     // of that one
}

func (c *checkpoints) begin() { c.ctx, c.cancel = context.WithCancel(context.Background()) }

// end gives up the checkpoint that is being made, if one is, and sees to it that there is no other.
func (c *checkpoints) end() {
	c.cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.capture = nil
}

// defaultCheckpoints is how often a session is checkpointed where the settings say nothing.
const defaultCheckpoints = 3 * time.Minute

// between is the time between two checkpoints; never: it is only when the settings may be looked at again.
func (s Settings) between() (pause time.Duration, never bool) {
	if s.CheckpointMinutes <= 0 {
		return defaultCheckpoints, s.CheckpointMinutes < 0
	}
	return time.Duration(s.CheckpointMinutes) * time.Minute, false
}

// checkpointNowAndThen makes checkpoints until the browser has ended.
func (s *Session) checkpointNowAndThen() {
	if s.Info().Throwaway() {
		return
	}
	s.library.watchSleep()
	for {
		settings, _ := s.library.home.Settings() // in trouble the default
		pause, never := settings.between()
		select {
		case <-s.checkpoints.ctx.Done():
			return
		case <-time.After(pause):
		}
		if !never {
			s.checkpointQuietly(s.checkpoints.ctx)
		}
	}
}

// checkpointQuietly is for checkpoints that nobody has asked for: there will be another.
func (s *Session) checkpointQuietly(ctx context.Context) {
	if _, err := s.SaveNow(ctx); err != nil && s.checkpoints.ctx.Err() == nil {
		s.library.log.Warn("a checkpoint could not be made", "session", s.Info().ID, "error", err)
	}
}

// SaveNow makes a checkpoint, unless nothing has changed since the last one.
func (s *Session) SaveNow(ctx context.Context) (Receipt, error) {
	info := s.Info()
	if info.Throwaway() {
		return Receipt{}, fmt.Errorf("saving %q: %w", info.Name, errThrowaway)
	}
	if s.Browser() == nil {
		return Receipt{}, fmt.Errorf("saving %q: %w", info.Name, errNotRunning)
	}
	c := &s.checkpoints
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	s.bringBackSome(ctx)
	r, err := s.checkpoint(ctx)
	switch {
	case c.ctx.Err() != nil:
		return r, fmt.Errorf("saving %q: %w", info.Name, errNotRunning)
	case err != nil:
		return r, fmt.Errorf("saving %q: %w", info.Name, explain(err))
	}
	return r, nil
}

// checkpoint copies what has changed since the clean snapshot, with the browser still for the last bit of it, and writes
// that as a checkpoint in the place of the former one.
func (s *Session) checkpoint(ctx context.Context) (Receipt, error) {
	begun := time.Now()
	l, c, rec := s.library, &s.checkpoints, s.folder.record
	saving, err := l.saving(s.folder, snapshot.Checkpoint)
	if err != nil {
		return Receipt{}, err
	}
	if changed, err := s.capture(ctx, saving.State); err != nil {
		return Receipt{}, err
	} else if !changed {
		r := c.last
		r.Outcome, r.Stored, r.Took = Unchanged, 0, time.Since(begun)
		return r, nil
	}
	contents, err := browser.Inspect(ctx, c.capture.Mirror())
	if err != nil {
		return Receipt{}, err
	}
	if err := l.nameNew(ctx, s.folder); err != nil {
		return Receipt{}, err
	}
	saving.Summary, saving.Capture, saving.Always = summary(contents), c.capture, true
	saving.Summary.Picture = l.picture(ctx, s.folder)
	w, err := l.vault.CheckpointWriter(rec.SavesTo, saving.Meta.ID)
	if err != nil {
		return Receipt{}, err
	}
	defer w.Abort()
	index, _, err := snapshot.Save(ctx, w, l.key, l.source(rec.SavesTo), browser.UserDataDir(s.folder.dir), saving)
	if err != nil {
		return Receipt{}, err
	}
	fault.Point("checkpointing: it is written")
	if err := w.Commit(); err != nil {
		return Receipt{}, err
	}
	fault.Point("checkpointing: it is there")
	c.saved = true
	former := c.made
	c.made = append(c.made, saving.Meta.ID)
	if err := l.vault.RemoveCheckpoints(rec.SavesTo, former...); err != nil {
		l.log.Warn("an older checkpoint could not be removed", "error", err)
	} else {
		c.made = []uuid.UUID{saving.Meta.ID}
	}
	fault.Point("checkpointing: the former one is removed")
	c.last = Receipt{
		Session: rec.Session, Profile: rec.SavesTo, Name: rec.Name, Snapshot: saving.Meta.ID,
		Outcome: Saved, Ended: snapshot.Checkpoint.String(), Where: InThisComputer,
		Files: index.Files(), Size: index.Size(), Stored: index.Stored,
		Sites: len(contents.Sites), Cookies: contents.Cookies, Tabs: len(contents.Tabs), Took: time.Since(begun),
	}
	l.changed(rec.SavesTo)
	return c.last, nil
}

// flushPatience bounds the flushing of cookies: a browser that hangs is copied as it is.
const flushPatience = 2 * time.Second

// capture takes a copy of what differs from the clean snapshot, unless nothing has changed since the last one.
func (s *Session) capture(ctx context.Context, base *snapshot.State) (changed bool, err error) {
	c, b := &s.checkpoints, s.Browser()
	if c.capture == nil {
		c.capture, err = snapshot.NewCapture(browser.UserDataDir(s.folder.dir), s.folder.mirror(), snapshot.Capturing{
			Base: base, Keep: browser.Keep, Wanted: browser.Inspected,
		})
		if err != nil {
			return false, err
		}
	}
	flushing, cancel := context.WithTimeout(ctx, flushPatience)
	defer cancel()
	if err := b.Flush(flushing); err != nil {
		s.library.log.Info("the cookies were not flushed before a checkpoint", "error", err)
	}
	if changed, err = c.capture.Follow(ctx); err != nil || !changed && c.saved {
		return false, err
	}
	c.saved = false
	pause, err := b.Still(func() error {
		fault.Point("checkpointing: the browser is still")
		return c.capture.Take(ctx)
	})
	if err != nil {
		return false, err
	}
	s.library.log.Debug("the browser stood still for a checkpoint", "session", s.folder.record.Session, "pause", pause)
	fault.Point("checkpointing: the copy is taken")
	return true, browser.MarkEnded(c.capture.Mirror())
}

// thinCheckpoints removes the checkpoints of the session, which ended well and was saved as a snapshot, and those of
// earlier sessions that are older than that. If it did not become the newest, it was set aside, and they all stay.
func (s *Session) thinCheckpoints(saved uuid.UUID) {
	l, profile := s.library, s.folder.record.SavesTo
	shelf, err := l.shelf(profile)
	if err != nil {
		l.log.Warn("the checkpoints could not be looked through", "error", err)
		return
	}
	if len(shelf.checkpoints) == 0 || l.newest(context.Background(), profile, shelf) != saved {
		return
	}
	old := s.checkpoints.made
	for _, id := range shelf.checkpoints {
		if bytes.Compare(id[:], saved[:]) < 0 {
			old = append(old, id)
		}
	}
	if err := l.vault.RemoveCheckpoints(profile, old...); err != nil {
		l.log.Warn("checkpoints could not be removed", "error", err)
	}
}

// isCheckpoint says whether a snapshot is a checkpoint.
func (l *Library) isCheckpoint(profile, id uuid.UUID) bool {
	f, err := l.vault.OpenCheckpoint(profile, id)
	if err != nil {
		return false
	}
	f.Close()
	return true
}
