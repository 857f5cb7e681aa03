package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// PassOn gives a key for which a thing with the focus has no use to the page that it is on.
func PassOn(from fyne.CanvasObject, key *fyne.KeyEvent) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from)
	if c == nil {
		return
	}
	if page := c.OnTypedKey(); page != nil {
		page(key)
	}
}

// Select is a widget.Select that passes Escape on.
type Select struct{ widget.Select }

// NewSelect makes one without options.
func NewSelect() *Select {
	s := &Select{}
	s.ExtendBaseWidget(s)
	return s
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		PassOn(s, key)
		return
	}
	s.Select.TypedKey(key)
}

// Check is a widget.Check that passes Escape on.
type Check struct{ widget.Check }

// NewCheck makes one that is not checked.
func NewCheck(label string) *Check {
	c := &Check{Check: widget.Check{Text: label}}
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		PassOn(c, key)
		return
	}
	c.Check.TypedKey(key)
}
