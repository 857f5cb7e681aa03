package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	"github.com/google/uuid"

	"valise/ui/parts"
)

// Rows is the list itself. The arrow keys move through it, Enter opens, F2 renames, Delete moves to the trash.
type Rows struct {
	widget.List
	do      func(Verb, Entry)
	entries []Entry
	chosen  int // the line that the keyboard is at
	focused bool
}

func newRows(do func(Verb, Entry)) *Rows {
	r := &Rows{do: do}
	r.Length = func() int { return len(r.entries) }
	r.CreateItem = func() fyne.CanvasObject { return NewRow(do) }
	r.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(r.entries) {
			o.(*Row).Set(r.entries[i], i == r.chosen && r.focused)
		}
	}
	r.HideSeparators = true
	r.ExtendBaseWidget(r)
	return r
}

// show replaces the lines; the chosen one stays chosen when it is still there.
func (r *Rows) show(entries []Entry) {
	var chosen uuid.UUID
	if r.chosen < len(r.entries) {
		chosen = r.entries[r.chosen].key()
	}
	r.entries = entries
	for i, e := range entries {
		if e.key() == chosen {
			r.chosen = i
		}
	}
	r.chosen = max(0, min(r.chosen, len(entries)-1))
	r.Refresh()
}

// choose moves the keyboard to a line.
func (r *Rows) choose(i int) {
	if i < 0 || i >= len(r.entries) {
		return
	}
	before := r.chosen
	r.chosen = i
	r.ScrollTo(i)
	r.RefreshItem(before)
	r.RefreshItem(i)
}

// Chosen is the line that the keyboard is at; false: there are none.
func (r *Rows) Chosen() (Entry, bool) {
	if r.chosen >= len(r.entries) {
		return Entry{}, false
	}
	return r.entries[r.chosen], true
}

// highlight shows which line the keyboard is at, or hides it.
func (r *Rows) highlight(on bool) {
	r.focused = on
	r.RefreshItem(r.chosen)
}

// FocusGained implements fyne.Focusable.
func (r *Rows) FocusGained() { r.highlight(true) }

// FocusLost implements fyne.Focusable.
func (r *Rows) FocusLost() { r.highlight(false) }

// TypedRune implements fyne.Focusable.
func (r *Rows) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Rows) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyDown:
		r.choose(r.chosen + 1)
	case fyne.KeyUp:
		r.choose(r.chosen - 1)
	case fyne.KeyHome:
		r.choose(0)
	case fyne.KeyEnd:
		r.choose(len(r.entries) - 1)
	case fyne.KeyPageDown:
		r.choose(min(r.chosen+5, len(r.entries)-1))
	case fyne.KeyPageUp:
		r.choose(max(r.chosen-5, 0))
	case fyne.KeyReturn, fyne.KeyEnter:
		r.press(MainVerb)
	case fyne.KeySpace:
		r.press(func(Entry) Verb { return History })
	case fyne.KeyF2:
		r.press(func(Entry) Verb { return Rename })
	case fyne.KeyDelete:
		r.press(func(Entry) Verb { return Trash })
	case fyne.KeyEscape:
		parts.PassOn(r, key)
	}
}

// press has something done with the chosen line, where that is possible.
func (r *Rows) press(what func(Entry) Verb) {
	if e, ok := r.Chosen(); ok {
		if v := what(e); Possible(v, e) {
			r.do(v, e)
		}
	}
}
