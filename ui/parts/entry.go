package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Entry is a widget.Entry that passes on the keys that are not about text.
type Entry struct {
	widget.Entry
	OnEscape func() // nil: Escape leaves the entry, what was typed stays
	self     fyne.Widget
}

// NewEntry makes an empty one.
func NewEntry() *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	return e
}

// ExtendBaseWidget is called with what the entry is a part of.
func (e *Entry) ExtendBaseWidget(self fyne.Widget) {
	e.self = self
	e.Entry.ExtendBaseWidget(self)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeyEscape && e.OnEscape != nil:
		e.OnEscape()
	case key.Name == fyne.KeyEscape:
		if c := fyne.CurrentApp().Driver().CanvasForObject(e.self); c != nil {
			c.Unfocus()
		}
	case (key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter) && e.OnSubmitted != nil:
		e.OnSubmitted(e.Text) // also where there are several lines
	default:
		e.Entry.TypedKey(key)
	}
}

// AcceptsTab implements fyne.Tabbable: Tab leaves the entry, also where there are several lines.
func (e *Entry) AcceptsTab() bool { return false }

// TypedShortcut implements fyne.Shortcutable. An entry with the focus gets all shortcuts; those of the window are not for it.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	if _, custom := s.(*desktop.CustomShortcut); !custom {
		return
	}
	if window, ok := fyne.CurrentApp().Driver().CanvasForObject(e.self).(fyne.Shortcutable); ok {
		window.TypedShortcut(s)
	}
}
