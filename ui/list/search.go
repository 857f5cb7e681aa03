package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"valise/ui/parts"
)

// Search is the field above the list. It filters while the person types, and hands the keys that a line of text has no
// use for to the list: so the arrows choose a profile and Enter opens it without leaving the field.
type Search struct {
	parts.Entry
	rows func() *Rows
}

func newSearch(s *Screen) *Search {
	f := &Search{rows: func() *Rows { return s.Rows }}
	f.PlaceHolder = "Search profiles, sites and tags"
	f.Icon = theme.SearchIcon()
	f.OnChanged = func(string) {
		s.Rows.choose(0)
		s.refill()
	}
	f.OnEscape = f.Clear
	f.ExtendBaseWidget(f)
	return f
}

// Clear empties it.
func (f *Search) Clear() { f.SetText("") }

// FocusLost implements fyne.Focusable.
func (f *Search) FocusLost() {
	f.Entry.FocusLost()
	f.rows().highlight(false)
}

// FocusGained implements fyne.Focusable.
func (f *Search) FocusGained() {
	f.Entry.FocusGained()
	f.rows().highlight(true)
}

// TypedKey implements fyne.Focusable.
func (f *Search) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF2:
		f.rows().TypedKey(key)
	default:
		f.Entry.TypedKey(key)
	}
}
