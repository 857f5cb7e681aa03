package profile

import (
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"

	"github.com/google/uuid"
)

// pageful is how many snapshots are shown at first, and more by each press of "Show older ones".
const pageful = 60

// Timeline is a history, newest first: a line down the left, the days along it, and a card for each snapshot.
type Timeline struct {
	widget.BaseWidget
	OnDo   func(Verb, profiles.Snapshot)
	Reveal func(fyne.CanvasObject) // scrolls to a thing; nil: there is nothing to scroll

	Rows []*Row

	snapshots []profiles.Snapshot
	shown     int
	at        uuid.UUID // the snapshot that the keyboard was at last
	line      *fyne.Container
}

func newTimeline() *Timeline {
	t := &Timeline{line: parts.Column(0)}
	t.ExtendBaseWidget(t)
	return t
}

// Set shows the snapshots, newest first.
func (t *Timeline) Set(snapshots []profiles.Snapshot) {
	t.snapshots, t.shown = snapshots, max(t.shown, pageful)
	t.fill()
}

// ShowOlder shows more of a long history.
func (t *Timeline) ShowOlder() {
	last := len(t.Rows) - 1
	t.shown += pageful
	t.fill()
	if last+1 < len(t.Rows) {
		t.focus(t.Rows[last+1]) // the button that was pressed is gone
	}
}

// Before is the snapshot that one was made from; false: it is not there.
func (t *Timeline) Before(s profiles.Snapshot) (profiles.Snapshot, bool) {
	for _, other := range t.snapshots {
		if other.ID == s.Parent && s.Parent != uuid.Nil {
			return other, other.Problem == nil
		}
	}
	return profiles.Snapshot{}, false
}

// Newest is the head of the history; false: there is none.
func (t *Timeline) Newest() (profiles.Snapshot, bool) {
	for _, s := range t.snapshots {
		if s.Newest {
			return s, s.Problem == nil
		}
	}
	return profiles.Snapshot{}, false
}

// Labelled is the snapshot that has a label; false: there is none.
func (t *Timeline) Labelled(label string) (profiles.Snapshot, bool) {
	for _, s := range t.snapshots {
		if s.Label != "" && strings.EqualFold(s.Label, label) {
			return s, true
		}
	}
	return profiles.Snapshot{}, false
}

// Possible says whether a verb makes sense for a snapshot.
func (t *Timeline) Possible(v Verb, s profiles.Snapshot) bool {
	if s.Problem != nil {
		return false
	}
	switch v {
	case RollBack:
		return !s.Newest
	case Label:
		return s.Ended != "checkpoint"
	case CompareBefore:
		_, there := t.Before(s)
		return there
	case CompareNewest:
		_, there := t.Newest()
		return there && !s.Newest
	case Use:
		return s.Aside != ""
	case Discard:
		return !s.Newest && s.Ended != "checkpoint" // which go by themselves
	default:
		return true
	}
}

// fill builds the line anew. Rows of snapshots that are as they were stay, and with them the keyboard where it is.
func (t *Timeline) fill() {
	before := map[uuid.UUID]*Row{}
	for _, r := range t.Rows {
		before[r.Snapshot.ID] = r
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	t.line.RemoveAll()
	t.Rows = nil
	shown := t.snapshots[:min(t.shown, len(t.snapshots))]
	times, clocks := said(t.snapshots)
	day := ""
	for i, s := range shown {
		if d := words.Day(made(s), now()); d != day {
			day = d
			t.line.Add(newStop(i == 0, false, nil, parts.Inset(parts.NewTitle(day, theme.SizeNameText), 5, 0)))
		}
		row := newRow(s, times[i], clocks[i], t)
		if r := before[s.ID]; r != nil {
			if r.When == row.When && r.RollBack.Hidden == row.RollBack.Hidden && reflect.DeepEqual(r.Snapshot, s) {
				row = r
			} else if r.focused && c != nil {
				defer c.Focus(row)
			}
		}
		t.Rows = append(t.Rows, row)
		t.line.Add(newStop(false, i == len(t.snapshots)-1, dotOf(s), row))
	}
	if rest := len(t.snapshots) - len(shown); rest > 0 {
		t.line.Add(newStop(false, true, nil, container.NewHBox(parts.NewButton("Show older ones", t.ShowOlder))))
	}
	if len(t.snapshots) == 0 {
		t.line.Add(parts.NewNote("Nothing was saved yet. Closing the browser saves."))
	}
	t.Refresh()
}

// said says of each snapshot when it was made, with the day and without, to the second where two would read alike.
func said(snapshots []profiles.Snapshot) (times, clocks []string) {
	alike := map[string]int{}
	for _, s := range snapshots {
		times = append(times, words.When(made(s), now()))
		clocks = append(clocks, made(s).Local().Format("15:04"))
		alike[times[len(times)-1]]++
	}
	for i, s := range snapshots {
		if alike[times[i]] > 1 {
			times[i] = words.WhenToTheSecond(made(s), now())
			clocks[i] = made(s).Local().Format("15:04:05")
		}
	}
	return times, clocks
}

// First gives the keyboard to the first row, if there is one.
func (t *Timeline) First() {
	if len(t.Rows) > 0 {
		t.focus(t.Rows[0])
	}
}

// Return gives the keyboard back to the row that had it last.
func (t *Timeline) Return() {
	for _, r := range t.Rows {
		if r.Snapshot.ID == t.at {
			t.focus(r)
		}
	}
}

// step moves the keyboard from a row to another one.
func (t *Timeline) step(from *Row, key fyne.KeyName) {
	for i, r := range t.Rows {
		if r == from {
			to := map[fyne.KeyName]int{
				fyne.KeyUp: i - 1, fyne.KeyDown: i + 1, fyne.KeyHome: 0, fyne.KeyEnd: len(t.Rows) - 1,
				fyne.KeyPageUp: i - 5, fyne.KeyPageDown: i + 5,
			}[key]
			t.focus(t.Rows[max(0, min(to, len(t.Rows)-1))])
			return
		}
	}
}

func (t *Timeline) focus(r *Row) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
		c.Focus(r)
	}
}

// reveal scrolls to a row that the keyboard has come to.
func (t *Timeline) reveal(r *Row) {
	t.at = r.Snapshot.ID
	if t.Reveal != nil {
		t.Reveal(r)
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Timeline) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.line) }

// dot is how a snapshot is marked on the line.
type dot struct {
	fill, ring fyne.ThemeColorName
	side       float32
}

// dotOf makes what is special stand out: the newest is full, what asks or is damaged has its colour, a checkpoint is hollow.
func dotOf(s profiles.Snapshot) *dot {
	switch {
	case s.Problem != nil:
		return &dot{look.Bad, look.Bad, 11}
	case s.Newest:
		return &dot{look.Accent, look.Accent, 13}
	case Asks(s):
		return &dot{look.Warn, look.Warn, 11}
	case s.Ended == "checkpoint":
		return &dot{theme.ColorNameBackground, look.Muted, 11}
	case s.Branch:
		return &dot{theme.ColorNameBackground, look.Accent, 11}
	default:
		return &dot{look.Muted, look.Muted, 9}
	}
}

// newStop puts a thing beside its part of the line, with a dot half way down its height unless that is nil. The line begins below the
// first stop, and ends at the last one's dot.
func newStop(first, last bool, d *dot, thing fyne.CanvasObject) *fyne.Container {
	rail := parts.NewPanel(look.RailLine, 0)
	s := stop{first: first, last: last, rail: rail}
	things := []fyne.CanvasObject{rail}
	if d != nil {
		halo := parts.NewPanel(theme.ColorNameBackground, (d.side+2*haloWidth)/2)
		disc := parts.NewPanel(d.fill, d.side/2)
		disc.Paint(d.fill, d.ring, 2)
		s.dot, s.halo, s.side = disc, halo, d.side
		things = append(things, halo, disc)
	}
	s.thing = thing
	return container.New(s, append(things, thing)...)
}

// Measures of the line.
const (
	railWidth = 28 // from the left edge to the cards
	railAt    = 8  // the middle of the line
	railLine  = 2
	haloWidth = 3
)

type stop struct {
	first, last     bool
	rail, halo, dot *parts.Panel
	side            float32
	thing           fyne.CanvasObject
}

func (s stop) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	height := size.Height - look.Gap
	s.thing.Move(fyne.NewPos(railWidth, 0))
	s.thing.Resize(fyne.NewSize(size.Width-railWidth, height))
	top, bottom := float32(0), size.Height
	if s.first {
		top = size.Height
	}
	if s.last {
		bottom = height / 2
	}
	s.rail.Move(fyne.NewPos(railAt-railLine/2, top))
	s.rail.Resize(fyne.NewSize(railLine, bottom-top))
	if s.dot != nil {
		round := func(p *parts.Panel, side float32) {
			p.Move(fyne.NewPos(railAt-side/2, (height-side)/2))
			p.Resize(fyne.NewSquareSize(side))
		}
		round(s.halo, s.side+2*haloWidth)
		round(s.dot, s.side)
	}
}

func (s stop) MinSize([]fyne.CanvasObject) fyne.Size {
	return s.thing.MinSize().AddWidthHeight(railWidth, look.Gap)
}
