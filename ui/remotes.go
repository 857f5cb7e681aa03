package ui

import (
	"context"
	"slices"
	"time"

	"valise/engine/client"
	"valise/profiles"

	"github.com/google/uuid"
)

// remotesControl opens profiles on engines: they run there, and are shown in windows of the local browser. Closing such a
// window closes and saves the session, as it does with one that runs here.
type remotesControl struct {
	desk    *desk
	engines []profiles.KnownEngine
	running map[uuid.UUID]*remote // by session
	looking bool
}

// remote is a session of an engine. Its fields belong to the main goroutine.
type remote struct {
	info   profiles.SessionInfo
	there  *client.Engine
	at     client.Session
	window *client.Window // nil: it is shown nowhere here
	mine   bool           // this window opened it, and closes it when the program ends
}

// patience bounds what an engine is asked in the background.
const patience = 10 * time.Second

// readEngines reads which engines there are, and looks what runs there.
func (c *remotesControl) readEngines() {
	engines, err := c.desk.lib.Engines()
	if err != nil {
		return // the settings cannot be read, which others tell of
	}
	c.engines = engines
	c.desk.settings.screen.Engines.Set(engines)
	c.desk.refresh()
	c.look()
}

// names are those of the engines.
func (c *remotesControl) names() []string {
	var names []string
	for _, e := range c.engines {
		names = append(names, e.Name)
	}
	return names
}

// isChromium says whether profiles are carried to an engine, and their sessions are this computer's.
func (c *remotesControl) isChromium(engine string) bool {
	return slices.ContainsFunc(c.engines, func(e profiles.KnownEngine) bool { return e.Name == engine && e.Kind == profiles.Chromium })
}

// session is the one of a profile that saves to it on an engine; nil: there is none.
func (c *remotesControl) session(profile uuid.UUID) *profiles.SessionInfo {
	for _, r := range c.running {
		if r.info.SavesTo == profile {
			return &r.info
		}
	}
	return nil
}

// open opens a profile on an engine, and shows it.
func (c *remotesControl) open(p profiles.Profile, engine string) {
	d := c.desk
	if c.isChromium(engine) {
		d.sessions.open(profiles.How{Load: p.ID, Save: profiles.SaveSame, Elsewhere: engine}, p.Name)
		return
	}
	r := &remote{mine: true, info: profiles.SessionInfo{
		ID: uuid.New(), Name: p.Name, Loads: p.ID, SavesTo: p.ID, Stage: profiles.StageStarting, Since: time.Now(), Engine: engine,
	}}
	c.running[r.info.ID] = r
	d.refresh()
	type opened struct {
		there  *client.Engine
		at     client.Session
		window *client.Window
		hidden error // why there is no window
	}
	later(d.main, func(ctx context.Context) (o opened, err error) {
		if o.there, err = client.Known(ctx, d.lib, engine); err != nil {
			return o, err
		}
		how := profiles.How{Load: p.ID, Save: profiles.SaveSame}
		if o.at, err = client.Open(ctx, d.lib, o.there, how); err == nil {
			o.window, o.hidden = client.Show(ctx, d.lib, o.at)
		}
		return o, err
	}, func(o opened, err error) {
		delete(c.running, r.info.ID)
		if err != nil {
			d.refresh()
			d.window.fail("“"+p.Name+"” could not be opened on "+engine, err, d.waysOn(err, p.ID, func() { c.open(p, engine) })...)
			return
		}
		r.there, r.at, r.window = o.there, o.at, o.window
		r.info.ID, r.info.Stage = o.at.ID, profiles.StageRunning
		c.running[r.info.ID] = r
		c.follow(r)
		d.refresh()
		if o.hidden != nil {
			d.window.fail("“"+p.Name+"” runs on "+engine+", but cannot be shown here", o.hidden)
		}
	})
}

// follow waits for the session's end over there, and for that of its window here, which asks for it.
func (c *remotesControl) follow(r *remote) {
	laterDo(c.desk.main, func(ctx context.Context) error { return r.there.Wait(ctx, r.at.ID) }, func(err error) {
		if c.running[r.at.ID] != r || r.info.Stage == profiles.StageClosing {
			return // it is being closed, which tells
		}
		if err != nil {
			c.gone(r)
			c.desk.window.fail("What became of “"+r.info.Name+"” on "+r.info.Engine+" is not known", err)
			return
		}
		c.close(r.info) // it has ended: only its receipt and its snapshot are to be fetched
	})
	c.watchWindow(r)
}

func (c *remotesControl) watchWindow(r *remote) {
	if r.window == nil {
		return
	}
	w := r.window
	laterDo(c.desk.main, func(ctx context.Context) error {
		select {
		case <-w.Done():
		case <-ctx.Done():
		}
		return nil
	}, func(error) {
		if r.window == w {
			c.close(r.info)
		}
	})
}

// close ends a session, has it saved over there, and fetches what was saved.
func (c *remotesControl) close(s profiles.SessionInfo) {
	r := c.running[s.ID]
	if r == nil || r.info.Stage == profiles.StageClosing {
		return
	}
	r.info.Stage = profiles.StageClosing
	c.desk.refresh()
	d := c.desk
	later(d.main, func(ctx context.Context) (profiles.Receipt, error) { return r.stop(ctx, d.lib) }, func(receipt profiles.Receipt, err error) {
		c.gone(r)
		if err != nil {
			d.window.fail("“"+s.Name+"” could not be closed on "+s.Engine, err)
			return
		}
		d.receipt(receipt)
		d.reload()
	})
}

// stop does the closing, on any goroutine.
func (r *remote) stop(ctx context.Context, lib *profiles.Library) (profiles.Receipt, error) {
	if r.window != nil {
		r.window.Close(ctx)
	}
	return r.there.Close(ctx, lib, r.at.ID)
}

func (c *remotesControl) gone(r *remote) {
	delete(c.running, r.info.ID)
	c.desk.refresh()
}

// bringUp shows a session: its window, or a new one where it has none here.
func (c *remotesControl) bringUp(s profiles.SessionInfo) {
	r, d := c.running[s.ID], c.desk
	if r == nil {
		return
	}
	later(d.main, func(ctx context.Context) (*client.Window, error) {
		if r.window != nil {
			return r.window, r.window.Raise(ctx)
		}
		return client.Show(ctx, d.lib, r.at)
	}, func(w *client.Window, err error) {
		if err != nil {
			d.window.fail("The session on "+s.Engine+" could not be shown", err)
			return
		}
		if r.window == nil {
			r.window = w
			c.watchWindow(r)
		}
	})
}

// look asks the engines what runs there: sessions that an earlier run of this program, or another computer, has opened.
func (c *remotesControl) look() {
	if c.looking || len(c.engines) == 0 {
		return
	}
	c.looking = true
	d, engines := c.desk, c.engines
	later(d.main, func(ctx context.Context) ([]*remote, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		var found []*remote
		for _, known := range engines {
			if known.Kind != profiles.OwnEngine {
				continue // it knows no profiles of the vault
			}
			there, sessions, err := running(ctx, d.lib, known)
			if err != nil {
				continue // one that cannot be reached has nothing to show; opening there says why
			}
			for _, s := range sessions {
				at, err := there.Standing(ctx, s.ID)
				if err == nil && at.Terminated.IsZero() {
					s.Engine, s.Here = known.Name, false
					found = append(found, &remote{info: s, there: there, at: at})
				}
			}
		}
		return found, nil
	}, func(found []*remote, _ error) {
		c.looking = false
		for _, r := range found {
			if _, known := c.running[r.info.ID]; !known && c.session(r.info.SavesTo) == nil {
				c.running[r.info.ID] = r
				c.follow(r)
			}
		}
		if len(found) > 0 {
			d.refresh()
		}
	})
}

// running are the sessions that save to profiles of an engine's vault.
func running(ctx context.Context, lib *profiles.Library, known profiles.KnownEngine) (*client.Engine, []profiles.SessionInfo, error) {
	there, err := client.Known(ctx, lib, known.Name)
	if err != nil {
		return nil, nil, err
	}
	all, err := there.Profiles(ctx)
	var sessions []profiles.SessionInfo
	for _, p := range all {
		if p.Session != nil && p.Session.Stage == profiles.StageRunning {
			sessions = append(sessions, *p.Session)
		}
	}
	return there, sessions, err
}

// mine are the sessions that this window has opened.
func (c *remotesControl) mine() []*remote {
	var mine []*remote
	for _, r := range c.running {
		if r.mine && r.there != nil {
			mine = append(mine, r)
		}
	}
	return mine
}
