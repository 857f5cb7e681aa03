package ui

import (
	"context"
	"errors"
	"fmt"

	"valise/profiles"
	"valise/ui/parts"

	"github.com/google/uuid"
)

// sessionsControl opens, shows and closes browsers, and tells what came of them.
type sessionsControl struct {
	desk   *desk
	stages map[uuid.UUID]profiles.Stage // how far the sessions of this process have come
}

// askNew starts a new profile under a name.
func (c *sessionsControl) askNew() {
	d := c.desk
	d.window.raise()
	parts.AskName(d.window.Canvas(), "New profile", d.freeName("New profile"), "Start", func(name string) string {
		if complaint := d.nameTaken(name, uuid.Nil); complaint != "" {
			return complaint
		}
		c.open(profiles.How{Save: profiles.SaveNew, Name: name}, name)
		return ""
	})
}

// askAsNew opens a profile, or an earlier snapshot of it (at), to save it as a new one.
func (c *sessionsControl) askAsNew(p profiles.Profile, at uuid.UUID) {
	d := c.desk
	parts.AskName(d.window.Canvas(), "Open “"+p.Name+"” and save as new", d.freeName(p.Name+" copy"), "Open", func(name string) string {
		if complaint := d.nameTaken(name, uuid.Nil); complaint != "" {
			return complaint
		}
		c.open(profiles.How{Load: p.ID, At: at, Save: profiles.SaveNew, Name: name}, name)
		return ""
	})
}

// askOver opens a profile to save it over another one.
func (c *sessionsControl) askOver(p profiles.Profile) {
	d := c.desk
	var others []profiles.Profile
	var choices []parts.Choice
	for _, other := range d.profiles {
		if other.ID != p.ID && other.State != profiles.StateTrashed && other.Session == nil {
			others = append(others, other)
			choices = append(choices, parts.Choice{Name: other.Name, Colour: other.Colour})
		}
	}
	if len(others) == 0 {
		d.window.tell(parts.Notice{Text: "There is no other profile that “" + p.Name + "” could be saved over."})
		return
	}
	parts.AskWhich(d.window.Canvas(), "Open “"+p.Name+"” and save over…",
		"When the browser closes, its state becomes the newest snapshot of the profile that you choose. The earlier ones stay in its history.",
		choices, "Open", func(i int) {
			c.open(profiles.How{Load: p.ID, Save: profiles.SaveOver, Over: others[i].ID}, p.Name)
		})
}

// open opens a session. How far it comes is told by events.
func (c *sessionsControl) open(how profiles.How, name string) {
	d := c.desk
	laterDo(d.main, func(ctx context.Context) error {
		_, err := d.lib.Open(ctx, how)
		return err
	}, func(err error) {
		if other, ok := errors.AsType[*profiles.InUseError](err); ok && other.Elsewhere && how.Save == profiles.SaveSame {
			c.askElsewhere(other, how, name)
			d.reload()
		} else if err != nil {
			d.reloadAnd(func() {
				d.window.fail("“"+name+"” could not be opened", err, d.waysOn(err, how.Load, func() { c.open(how, name) })...)
			})
		}
	})
}

// bringUp shows the browser of a session.
func (c *sessionsControl) bringUp(s profiles.SessionInfo) {
	if s.Foreign() {
		c.desk.remotes.bringUp(s)
		return
	}
	laterDo(c.desk.main, func(ctx context.Context) error { return c.desk.lib.Show(ctx, s.ID) }, func(err error) {
		if err != nil {
			c.desk.window.fail("The browser could not be shown", err)
		}
	})
}

// close closes a session's browser and has it saved.
func (c *sessionsControl) close(s profiles.SessionInfo) {
	if s.Foreign() {
		c.desk.remotes.close(s)
		return
	}
	later(c.desk.main, func(ctx context.Context) (profiles.Receipt, error) { return c.desk.lib.Stop(ctx, s.ID) },
		func(r profiles.Receipt, err error) {
			if s.Here {
				return // its last event tells
			}
			if err != nil {
				c.desk.window.fail("“"+s.Name+"” could not be closed", err)
				return
			}
			c.desk.receipt(r)
			c.desk.reload()
		})
}

// saveNow makes a checkpoint of a running session.
func (c *sessionsControl) saveNow(s profiles.SessionInfo) {
	d := c.desk
	later(d.main, func(ctx context.Context) (profiles.Receipt, error) { return d.lib.SaveNow(ctx, s.ID) },
		func(r profiles.Receipt, err error) {
			if err != nil {
				d.window.fail("“"+s.Name+"” could not be saved now", err, d.waysOn(err, uuid.Nil, func() { c.saveNow(s) })...)
				return
			}
			n := parts.Notice{
				Tone: parts.Good, Details: receiptDetails(r),
				Text: "“" + s.Name + "” is saved as it is now, as a checkpoint. Closing the browser saves it for good.",
			}
			if r.Outcome == profiles.Unchanged {
				n = parts.Notice{Text: "“" + s.Name + "”: nothing has changed since the last checkpoint."}
			}
			d.window.tell(n)
		})
}

// here are the sessions of this process.
func (c *sessionsControl) here() []profiles.SessionInfo {
	var here []profiles.SessionInfo
	for _, s := range c.desk.running {
		if s.Here {
			here = append(here, s)
		}
	}
	return here
}

// heard follows a session of this process.
func (c *sessionsControl) heard(e profiles.SessionEvent) {
	d := c.desk
	before := c.stages[e.ID]
	c.stages[e.ID] = e.Stage
	d.progress[e.ID] = e.Progress
	d.quit.heard(e)
	if e.Stage != profiles.StageEnded {
		d.list.screen.Progress(e.SessionInfo, e.Progress)
		d.profile.progress(e)
		if before != e.Stage {
			d.reload()
		}
		return
	}
	delete(c.stages, e.ID)
	delete(d.progress, e.ID)
	d.reload()
	switch {
	case e.Err == nil:
		d.receipt(*e.Receipt)
		if e.Receipt.Where == profiles.Waiting {
			d.syncing.refresh()
		}
	case before == profiles.StageClosing || before == profiles.StageSaving:
		d.window.fail(fmt.Sprintf("“%s” could not be saved", e.Name), e.Err,
			parts.Action{Label: "Try again", Do: d.recover})
	default: // it did not come to be open: the call that opened it says so
	}
}
