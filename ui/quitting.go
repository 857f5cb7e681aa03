package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"valise/profiles"
	"valise/ui/parts"
	"valise/ui/words"

	"fyne.io/fyne/v2/widget"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// staysHere is what becomes of what was not sent.
const staysHere = "What is not sent stays on this computer, and goes out at the next start."

// quitting is the way out: close the sessions of this process and save them (asking first), let the outbox empty (which
// can be skipped), end.
type quitting struct {
	program *program
	dialog  *parts.Dialog // of the step that the person sees
	note    *parts.Note
	bar     *parts.Bar
}

// ask begins to quit. Asked again it shows where it stands.
func (q *quitting) ask() {
	p := q.program
	if q.dialog != nil && q.dialog.Shown() {
		p.window.raise()
		return
	}
	if p.desk == nil {
		q.end()
		return
	}
	here := p.desk.sessions.here()
	for _, r := range p.desk.remotes.mine() {
		here = append(here, r.info)
	}
	if len(here) == 0 {
		q.waitForOutbox()
		return
	}
	var names []string
	saving := false
	for _, s := range here {
		names = append(names, s.Name)
		saving = saving || !s.Throwaway()
	}
	title, doIt := "Close "+words.Count(len(here), "browser")+" and save?", "Save and quit"
	if !saving {
		title, doIt = "Close "+words.Count(len(here), "browser")+"?", "Close and quit"
	}
	p.window.raise()
	q.dialog = parts.Confirm(p.window.Canvas(), title, "Still open: "+words.List(names, 6)+".", doIt, func() { q.closeSessions(here) })
}

// step shows what is being waited for.
func (q *quitting) step(title, text string, buttons ...*parts.Button) {
	q.note, q.bar = parts.NewNote(text), parts.NewBar()
	if q.dialog != nil {
		q.dialog.Hide()
	}
	q.dialog = parts.ShowDialog(q.program.window.Canvas(), title, parts.Column(12, q.note, q.bar), buttons...)
}

// closeSessions closes the browsers and waits until they are saved.
func (q *quitting) closeSessions(here []profiles.SessionInfo) {
	p, lib := q.program, q.program.desk.lib
	q.step("Saving…", "Closing "+words.Count(len(here), "browser")+".")
	there := p.desk.remotes.mine()
	for _, r := range there {
		r.info.Stage = profiles.StageClosing
	}
	laterDo(p.main, func(context.Context) error { return stopAll(context.Background(), lib, here, there) }, func(err error) {
		q.dialog.Hide()
		if err != nil {
			q.dialog = p.window.fail("Not everything could be saved", err, parts.Action{Label: "Quit anyway", Do: q.end})
			return
		}
		q.waitForOutbox()
	})
}

// stopAll closes sessions, here and on engines, all at once, and waits until they are saved.
func stopAll(ctx context.Context, lib *profiles.Library, here []profiles.SessionInfo, there []*remote) error {
	var group errgroup.Group
	for _, s := range here {
		if !s.Foreign() {
			group.Go(func() error { return stop(ctx, lib, s.ID) })
		}
	}
	for _, r := range there {
		group.Go(func() error {
			_, err := r.stop(ctx, lib)
			return err
		})
	}
	return group.Wait()
}

// stop closes a session. One that is still being opened can be closed only when its browser is there.
func stop(ctx context.Context, lib *profiles.Library, id uuid.UUID) error {
	for {
		_, err := lib.Stop(ctx, id)
		var unknown *profiles.NotFoundError
		if !errors.As(err, &unknown) {
			return err
		}
		running, err := lib.Sessions(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(running, func(s profiles.SessionInfo) bool { return s.ID == id }) {
			return nil // it came to its end by itself
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// waitForOutbox sends what waits, unless the person would rather quit.
func (q *quitting) waitForOutbox() {
	p, lib := q.program, q.program.desk.lib
	later(p.main, lib.VaultStatus, func(s profiles.VaultStatus, err error) {
		if err != nil || s.Place == "" || s.Waiting == 0 {
			q.end()
			return
		}
		p.window.raise()
		stay := parts.NewButton("Do not quit", func() { q.dialog.Hide() })
		anyway := parts.NewButton("Quit anyway", q.end)
		q.step("Sending to "+words.PlaceIn(s.Place), fmt.Sprintf("Still to be sent: %s, %s. %s",
			words.Count(s.Waiting, "object"), words.Size(s.WaitingBytes), staysHere), stay, anyway)
		step := q.dialog
		step.OnEscape = step.Hide
		laterDo(p.main, func(ctx context.Context) error {
			_, err := lib.Sync(ctx)
			return err
		}, func(err error) {
			switch {
			case q.dialog != step || !step.Shown(): // the person chose to stay
			case err != nil:
				q.note.Say(explain(err).what+" "+staysHere, widget.DangerImportance)
				q.bar.Hide()
				step.Refit()
			default:
				q.end()
			}
		})
	})
}

// heard shows how far a session's saving has come.
func (q *quitting) heard(e profiles.SessionEvent) {
	if q.dialog == nil || !q.dialog.Shown() || q.bar == nil {
		return
	}
	if e.Stage == profiles.StageSaving {
		q.note.Say("Saving “"+e.Name+"”…", widget.LowImportance)
		q.bar.Set(e.Progress.Done, e.Progress.Total)
	}
}

// heardSync shows how far the sending has come.
func (q *quitting) heardSync(e profiles.SyncEvent) {
	if q.dialog != nil && q.dialog.Shown() && q.bar != nil && e.Syncing {
		q.bar.Set(e.Progress.Done, e.Progress.Total)
	}
}

// end ends the program; what is left to do is done by program.end. Nothing may touch the tray from now on.
func (q *quitting) end() {
	q.program.main.close()
	q.program.main.settle()
	q.program.app.Quit()
}
