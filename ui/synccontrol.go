package ui

import (
	"context"
	"fmt"
	"time"

	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/list"
	"valise/ui/parts"
	"valise/ui/words"

	"github.com/google/uuid"
)

// syncControl follows the vault and its place, and says how they stand.
type syncControl struct {
	desk   *desk
	event  profiles.SyncEvent
	status profiles.VaultStatus
}

// heard is told how the vault and its place stand.
func (c *syncControl) heard(e profiles.SyncEvent) {
	c.event = e
	c.show()
	c.desk.quit.heardSync(e)
	if !e.Syncing {
		c.refresh()
	}
}

// refresh asks how the vault stands.
func (c *syncControl) refresh() {
	later(c.desk.main, c.desk.lib.VaultStatus, func(s profiles.VaultStatus, err error) {
		if c.desk.left {
			return
		}
		if err != nil {
			c.desk.log.Warn("the vault's status could not be read", "error", err)
			return
		}
		c.set(s)
	})
}

// set shows how the vault stands.
func (c *syncControl) set(s profiles.VaultStatus) {
	c.status = s
	c.show()
	c.desk.settings.screen.Vault.SetStatus(s)
}

// connected shows at once that the vault has a place now; how much waits to be sent there is asked.
func (c *syncControl) connected(at vault.Location) {
	s := c.status
	s.Place = at.String()
	c.set(s)
	c.refresh()
}

// show puts it into the status bar and the tray.
func (c *syncControl) show() {
	c.desk.list.screen.Status.Set(c.standing())
	c.desk.tray.refresh()
}

// standing is how the vault stands, in words.
func (c *syncControl) standing() list.Standing {
	s, e := c.status, c.event
	waiting := max(s.Waiting, e.Waiting)
	place := words.PlaceIn(s.Place)
	switch {
	case s.Vault == uuid.Nil: // not asked yet
		return list.Standing{}
	case s.Place == "":
		return list.Standing{Text: "In this computer only: " + c.kept()}
	case e.Syncing:
		return list.Standing{Text: "Syncing with " + place + "…", Tone: parts.Busy, Place: true, Busy: true, Done: e.Progress.Done, Total: e.Progress.Total}
	case e.Err != nil && waiting > 0:
		return list.Standing{Text: fmt.Sprintf("%s waiting for %s: %s", words.Count(waiting, "object"), place, plain(e.Err)), Tone: parts.Warn, Place: true}
	case e.Err != nil:
		return list.Standing{Text: fmt.Sprintf("No sync with %s: %s", place, plain(e.Err)), Tone: parts.Warn, Place: true}
	case waiting > 0:
		return list.Standing{Text: fmt.Sprintf("%s waiting to be sent to %s", words.Count(waiting, "object"), place), Tone: parts.Warn, Place: true}
	case s.LastSync.IsZero():
		return list.Standing{Text: "Not synced with " + place + " yet", Place: true}
	default:
		return list.Standing{Text: fmt.Sprintf("Everything is in %s, synced %s", place, words.Ago(s.LastSync, time.Now())), Tone: parts.Good, Place: true}
	}
}

// kept is how much there is: what the list shows, once it was read. The status may have been asked for before that.
func (c *syncControl) kept() string {
	kept, size := c.status.Profiles, c.status.Size
	if c.desk.profiles != nil {
		kept, size = 0, 0
	}
	for _, p := range c.desk.profiles {
		size += p.Size
		if p.State != profiles.StateTrashed {
			kept++
		}
	}
	if kept > 0 && size == 0 {
		return words.Count(kept, "profile") + ", nothing saved yet"
	}
	return words.Count(kept, "profile") + ", " + words.Size(size)
}

// now syncs because the person asked for it.
func (c *syncControl) now() {
	d := c.desk
	later(d.main, func(ctx context.Context) (string, error) {
		moved, err := d.lib.SyncWhole(ctx)
		return fmt.Sprintf("Synced: %s sent, %s fetched.", words.Count(moved.Sent, "object"), words.Count(moved.Fetched, "object")), err
	}, func(text string, err error) {
		if err != nil {
			d.window.fail("The sync did not come through", err, d.waysOn(err, uuid.Nil, c.now)...)
			return
		}
		d.window.tell(parts.Notice{Tone: parts.Good, Text: text})
	})
}
