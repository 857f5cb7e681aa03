package ui

import (
	"context"
	"fmt"
	"time"

	"valise/profiles"
	"valise/ui/list"
	"valise/ui/parts"

	"github.com/google/uuid"
)

// lookEvery is how often the window says anew how long ago things were.
const lookEvery = 30 * time.Second

// desk is an open library with the controllers of its screens. It knows the profiles and sessions of now, and passes on
// what changes.
type desk struct {
	*program
	lib      *profiles.Library
	list     *listControl
	profile  *profileControl
	settings *settingsControl
	sessions *sessionsControl
	remotes  *remotesControl
	syncing  *syncControl

	profiles []profiles.Profile
	running  []profiles.SessionInfo
	progress map[uuid.UUID]profiles.Progress // by session
	reading  bool                            // the profiles are being read
	stale    bool                            // and something changed meanwhile
	reloaded []func()                        // to be told next

	unwatch func()
	left    bool
}

func newDesk(p *program, lib *profiles.Library) *desk {
	d := &desk{program: p, lib: lib, progress: map[uuid.UUID]profiles.Progress{}}
	d.sessions = &sessionsControl{desk: d, stages: map[uuid.UUID]profiles.Stage{}}
	d.remotes = &remotesControl{desk: d, running: map[uuid.UUID]*remote{}}
	d.syncing = &syncControl{desk: d, event: lib.SyncStatus()}
	d.list = newListControl(d)
	d.profile = newProfileControl(d)
	d.settings = newSettingsControl(d)
	d.unwatch = lib.Watch(func(e profiles.Event) { p.main.do(func() { d.heard(e) }) })
	d.reload()
	d.syncing.refresh()
	d.settings.readBrowsers()
	d.remotes.readEngines()
	d.lookAgain()
	return d
}

// leave takes the desk out of use, before its library is closed.
func (d *desk) leave() {
	d.left = true
	d.unwatch()
}

// heard passes on what happened in the library.
func (d *desk) heard(e profiles.Event) {
	switch {
	case d.left:
	case e.Changed != nil:
		d.reload()
		d.profile.changed(e.Changed.Profile)
	case e.Session != nil:
		d.sessions.heard(*e.Session)
	case e.Sync != nil:
		d.syncing.heard(*e.Sync)
	case e.VaultLeft && !d.joins:
		d.reopen()
		d.window.tell(parts.Notice{Text: "A command made this computer use another vault. This is it."})
	case e.Branched != nil:
		d.branched(*e.Branched)
	case e.Upkept != nil:
		d.upkept(*e.Upkept)
	case e.Trouble != nil:
		d.window.trouble("Something went wrong", e.Trouble)
	}
}

// reloadAnd reads the profiles and sessions anew before it has something told, which then fits what is seen behind it.
func (d *desk) reloadAnd(tell func()) {
	d.reloaded = append(d.reloaded, tell)
	d.reload()
}

// reload reads the profiles and sessions anew. However often it is asked to, one reading runs at a time.
func (d *desk) reload() {
	if d.reading {
		d.stale = true
		return
	}
	d.reading, d.stale = true, false
	type state struct {
		profiles []profiles.Profile
		running  []profiles.SessionInfo
	}
	later(d.main, func(ctx context.Context) (s state, err error) {
		if s.profiles, err = d.lib.Profiles(ctx); err == nil {
			s.running, err = d.lib.Sessions(ctx)
		}
		return s, err
	}, func(s state, err error) {
		d.reading = false
		if d.left {
			return
		}
		if err != nil {
			d.window.trouble("The profiles could not be read", err, parts.Action{Label: "Try again", Do: d.reload})
		} else {
			d.profiles, d.running = s.profiles, s.running
			d.refresh()
			if d.stale {
				d.reload()
				return
			}
		}
		tell := d.reloaded
		d.reloaded = nil
		for _, f := range tell {
			f()
		}
	})
}

// refresh shows the state of now everywhere.
func (d *desk) refresh() {
	d.list.refresh()
	d.profile.refresh()
	d.syncing.show()
}

// lookAgain keeps "5 minutes ago" true.
func (d *desk) lookAgain() {
	d.main.after(lookEvery, func() {
		if !d.left {
			d.reload()
			d.syncing.refresh()
			d.remotes.look()
			d.lookAgain()
		}
	})
}

// entry is a profile with how far its session has come.
func (d *desk) entry(p profiles.Profile) list.Entry {
	e := list.Entry{Profile: p, Engines: d.remotes.names()}
	if p.Session == nil {
		e.Profile.Session = d.remotes.session(p.ID)
	} else {
		e.Progress = d.progress[p.Session.ID]
	}
	return e
}

// find finds a profile among those of now.
func (d *desk) find(id uuid.UUID) (profiles.Profile, bool) {
	for _, p := range d.profiles {
		if p.ID == id {
			return p, true
		}
	}
	return profiles.Profile{}, false
}

// nameTaken says why a profile cannot get a name; empty: it can.
func (d *desk) nameTaken(name string, except uuid.UUID) string {
	for _, p := range d.profiles {
		if p.ID != except && p.State != profiles.StateTrashed && equalFold(p.Name, name) {
			return fmt.Sprintf("There is a profile named “%s” already.", p.Name)
		}
	}
	return ""
}

func (d *desk) showList() {
	d.window.show(d.list.screen, d.list.key)
	d.list.refresh()
	d.window.Canvas().Focus(d.list.screen.Search)
}

func (d *desk) showProfile(id uuid.UUID) {
	d.profile.open(id)
	d.window.show(d.profile.screen, d.profile.key)
}

func (d *desk) showSettings() {
	d.settings.open()
	d.window.show(d.settings.screen, d.settings.key)
	d.window.raise()
}

// recover saves what a crash left behind, and tells of it.
func (d *desk) recover() {
	later(d.main, d.lib.Recover, func(receipts []profiles.Receipt, err error) {
		if len(receipts) == 0 && err == nil {
			return
		}
		d.reloadAnd(func() {
			for _, r := range receipts {
				d.window.tell(parts.Notice{
					Tone: parts.Warn, Stays: true, Details: receiptDetails(r),
					Text:   fmt.Sprintf("“%s” was still open when Valise ended unexpectedly. It was saved, and marked recovered.", r.Name),
					Action: d.history(r.Profile),
				})
			}
			if err != nil {
				d.window.trouble("Something that a crash left behind could not be saved", err, parts.Action{Label: "Try again", Do: d.recover})
			}
		})
	})
}

// receipt tells of a saving, and leads to the question that it may ask.
func (d *desk) receipt(r profiles.Receipt) {
	if r.Aside != "" {
		d.window.receipt(r, parts.Action{Label: "Look…", Do: func() { d.showProfile(r.Profile) }})
		return
	}
	d.window.receipt(r)
}

// history offers to show the history of a profile.
func (d *desk) history(id uuid.UUID) parts.Action {
	return parts.Action{Label: "Show history", Do: func() { d.showProfile(id) }}
}
