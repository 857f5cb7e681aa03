package ui

import (
	"valise/profiles"
	"valise/ui/list"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"
)

// listControl has what the person does on the list done.
type listControl struct {
	desk   *desk
	screen *list.Screen
}

func newListControl(d *desk) *listControl {
	c := &listControl{desk: d, screen: list.NewScreen()}
	c.screen.OnDo = c.do
	c.screen.OnNew = d.sessions.askNew
	c.screen.OnSettings = d.showSettings
	c.screen.OnBackUp = func() {
		d.showSettings()
		d.window.Canvas().Focus(d.settings.screen.Vault.Form.Bucket.Entry)
	}
	c.screen.OnSync = d.syncing.now
	c.screen.OnJoin = func() { d.join(false, d.showList) }
	return c
}

// refresh shows the profiles, and the throwaways that run.
func (c *listControl) refresh() {
	var entries []list.Entry
	for _, p := range c.desk.profiles {
		entries = append(entries, c.desk.entry(p))
	}
	for _, s := range c.desk.running {
		if s.Throwaway() {
			loaded, _ := c.desk.find(s.Loads)
			loaded.Name = s.Name // also when the profile is gone meanwhile
			loaded.State = profiles.StateSaved
			entries = append(entries, list.Entry{Profile: loaded, Throwaway: &s, Progress: c.desk.progress[s.ID]})
		}
	}
	c.screen.SetEntries(entries)
}

// do is told what the person wants done with a line.
func (c *listControl) do(v list.Verb, e list.Entry) { c.desk.do(v, e) }

// key is one that nothing on the page takes: from anywhere the arrows lead into the list. What changes a profile works
// only where the person sees which one.
func (c *listControl) key(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyEscape:
		if c.screen.InTrash() {
			c.screen.ShowTrash(false)
			return
		}
		c.screen.Search.Clear()
		c.desk.window.Canvas().Focus(c.screen.Search)
	case fyne.KeyUp, fyne.KeyDown:
		c.desk.window.Canvas().Focus(c.screen.Rows)
	}
}

// do has a verb done, from the list or from the page of a profile.
func (d *desk) do(v list.Verb, e list.Entry) {
	p := e.Profile
	switch v {
	case list.Open:
		d.sessions.open(profiles.How{Load: p.ID, Save: profiles.SaveSame}, p.Name)
	case list.OpenThrowaway:
		d.sessions.open(profiles.How{Load: p.ID, Save: profiles.SaveNowhere}, p.Name)
	case list.OpenAsNew:
		d.sessions.askAsNew(p, uuid.Nil)
	case list.OpenOver:
		d.sessions.askOver(p)
	case list.OpenOn:
		d.remotes.open(p, e.On)
	case list.BringUp:
		d.sessions.bringUp(*e.Session())
	case list.Close:
		d.sessions.close(*e.Session())
	case list.SaveNow:
		d.sessions.saveNow(*e.Session())
	case list.History:
		d.showProfile(p.ID)
	case list.Fork:
		d.askFork(p, uuid.Nil)
	case list.Rename:
		d.askRename(p)
	case list.Colour:
		d.askColour(p)
	case list.Tags:
		d.askTags(p)
	case list.Pin:
		d.pin(p)
	case list.Expiry:
		d.askExpiry(p)
	case list.Purge:
		d.askPurge(p)
	case list.Trash:
		d.trash(p)
	case list.PutBack:
		d.putBack(p)
	}
}
