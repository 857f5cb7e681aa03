package ui

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"valise/profiles"
	"valise/ui/list"
	"valise/ui/parts"
	"valise/ui/profile"
	"valise/ui/words"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"
)

// profileControl has what the person does on the page of a profile done.
type profileControl struct {
	desk   *desk
	screen *profile.Screen
	id     uuid.UUID // of the profile that the page is about

	comparison *profile.Comparison // of two of its snapshots, on a page of its own
	compared   int                 // how many were asked for: an answer to an earlier one comes too late
}

func newProfileControl(d *desk) *profileControl {
	c := &profileControl{desk: d, screen: profile.NewScreen(), comparison: profile.NewComparison()}
	c.comparison.OnBack = c.backToHistory
	c.screen.OnBack = d.showList
	c.screen.OnDo = func(v list.Verb, e list.Entry) { d.do(v, e) }
	c.screen.OnSnapshot = c.do
	return c
}

// open makes the page one about a profile.
func (c *profileControl) open(id uuid.UUID) {
	c.id = id
	c.screen.SetHistory(nil)
	c.refresh()
	c.readHistory()
}

// refresh shows the profile as it is now.
func (c *profileControl) refresh() {
	if p, there := c.desk.find(c.id); there {
		c.screen.SetProfile(c.desk.entry(p))
	}
}

// progress shows how far the profile's session has come.
func (c *profileControl) progress(e profiles.SessionEvent) {
	if p, there := c.desk.find(c.id); there && e.SavesTo == c.id {
		p.Session = &e.SessionInfo
		c.screen.SetProfile(list.Entry{Profile: p, Progress: e.Progress})
	}
}

// changed reads the history anew when it may be another one now; the zero id stands for any profile.
func (c *profileControl) changed(id uuid.UUID) {
	if c.desk.window.shows(c.screen) && (id == c.id || id == uuid.Nil) {
		c.readHistory()
	}
}

func (c *profileControl) readHistory() {
	id := c.id
	later(c.desk.main, func(ctx context.Context) ([]profiles.Snapshot, error) { return c.desk.lib.History(ctx, id) },
		func(snapshots []profiles.Snapshot, err error) {
			p, _ := c.desk.find(id)
			switch {
			case id != c.id: // the page is about another one meanwhile
			case err != nil && p.Newest != uuid.Nil:
				c.desk.window.trouble("The history could not be read", err, parts.Action{Label: "Try again", Do: c.readHistory})
			default:
				c.screen.SetHistory(snapshots)
			}
		})
}

// key is one that nothing on the page takes.
func (c *profileControl) key(key *fyne.KeyEvent) {
	e := list.Entry{Profile: c.screen.Profile()}
	switch key.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		c.desk.do(list.MainVerb(e), e)
	case fyne.KeyEscape, fyne.KeyBackspace:
		c.desk.showList()
	case fyne.KeyF2:
		c.desk.do(list.Rename, e)
	case fyne.KeyDown:
		c.screen.Timeline.First()
	}
}

// do is told what the person wants done with a snapshot.
func (c *profileControl) do(v profile.Verb, s profiles.Snapshot) {
	d, p := c.desk, c.screen.Profile()
	switch v {
	case profile.OpenThrowaway:
		d.sessions.open(profiles.How{Load: p.ID, At: s.ID, Save: profiles.SaveNowhere}, p.Name)
	case profile.OpenAsNew:
		d.sessions.askAsNew(p, s.ID)
	case profile.Fork:
		d.askFork(p, s.ID)
	case profile.RollBack:
		parts.Confirm(d.window.Canvas(), "Roll back “"+p.Name+"”?",
			"It opens as it was saved "+words.When(s.When, time.Now())+". Nothing is removed: the later snapshots stay in the history.",
			"Roll back", func() { c.rollBack(p, s) })
	case profile.Label:
		c.askLabel(p, s)
	case profile.Use:
		c.rollBack(p, s)
	case profile.CompareBefore:
		if before, there := c.screen.Timeline.Before(s); there {
			c.compare(p, before, s)
		}
	case profile.CompareNewest:
		if newest, there := c.screen.Timeline.Newest(); there {
			c.compare(p, newest, s)
		}
	case profile.Discard:
		parts.Confirm(d.window.Canvas(), "Discard this snapshot?",
			"How “"+p.Name+"” was saved "+words.When(s.When, time.Now())+" goes for good, here and where else the vault is kept. The other snapshots stay.",
			"Discard", func() {
				d.change("discard the snapshot", func(ctx context.Context) error { return d.lib.Discard(ctx, p.ID, s.ID) }, c.readHistory)
			})
	}
}

// compare shows what changed between two snapshots, the earlier first.
func (c *profileControl) compare(p profiles.Profile, one, other profiles.Snapshot) {
	d := c.desk
	from, to := one, other
	if bytes.Compare(one.ID[:], other.ID[:]) > 0 { // ids grow with time
		from, to = other, one
	}
	c.compared++
	this := c.compared
	c.comparison.Wait(p.Name, from, to)
	d.window.show(c.comparison, c.comparisonKey)
	later(d.main, func(ctx context.Context) (profiles.Comparison, error) {
		return d.lib.Compare(ctx, p.ID, from.ID, to.ID)
	},
		func(of profiles.Comparison, err error) {
			switch {
			case this != c.compared || !d.window.shows(c.comparison): // the person has gone on
			case err != nil:
				c.backToHistory()
				d.window.fail("The snapshots could not be compared", err, d.waysOn(err, uuid.Nil, func() { c.compare(p, one, other) })...)
			default:
				c.comparison.Set(of)
			}
		})
}

// backToHistory shows the page of the profile as it was left.
func (c *profileControl) backToHistory() {
	c.desk.window.show(c.screen, c.key)
	c.refresh()
	c.readHistory()
	c.screen.Timeline.Return()
}

// comparisonKey is a key that nothing on the page of the comparison takes.
func (c *profileControl) comparisonKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape || key.Name == fyne.KeyBackspace {
		c.backToHistory()
	}
}

// askLabel puts a name on a snapshot, or takes it away.
func (c *profileControl) askLabel(p profiles.Profile, s profiles.Snapshot) {
	d := c.desk
	doing := "label a snapshot of “" + p.Name + "”"
	parts.AskText(d.window.Canvas(), "Label", "A name for how “"+p.Name+"” was saved "+words.When(s.When, time.Now())+
		". A snapshot with a label is kept for as long as it has it. Leave it empty to take it away.",
		"Label", s.Label, "Save", func(label string) string {
			if label == s.Label {
				return ""
			}
			if other, taken := c.screen.Timeline.Labelled(label); taken && other.ID != s.ID {
				return "The snapshot of " + words.When(other.When, time.Now()) + " has that label already."
			}
			d.change(doing, func(ctx context.Context) error { return d.lib.Label(ctx, p.ID, s.ID, label) }, c.readHistory)
			return ""
		})
}

// rollBack makes a snapshot the newest again, and offers to undo that.
func (c *profileControl) rollBack(p profiles.Profile, to profiles.Snapshot) {
	d := c.desk
	later(d.main, func(ctx context.Context) (profiles.Receipt, error) { return d.lib.Rollback(ctx, p.ID, to.ID) },
		func(_ profiles.Receipt, err error) {
			if err != nil {
				d.window.fail("“"+p.Name+"” could not be rolled back", err, d.waysOn(err, p.ID, nil)...)
				return
			}
			d.reload()
			c.readHistory()
			d.window.tell(parts.Notice{
				Tone: parts.Good,
				Text: fmt.Sprintf("“%s” is as it was %s.", p.Name, words.When(to.When, time.Now())),
				Action: parts.Action{Label: "Undo", Do: func() {
					c.rollBack(p, profiles.Snapshot{ID: p.Newest, When: p.LastSaved})
				}},
			})
		})
}
