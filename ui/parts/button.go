package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Button is a widget.Button that Enter presses too.
type Button struct {
	widget.Button
	OnEscape func() // what Escape does while the button has the focus; nil: what it does on the page
	OnFocus  func() // called when it gets the focus; may be nil
}

// NewButton makes an ordinary button.
func NewButton(text string, tapped func()) *Button {
	return newButton(text, nil, widget.MediumImportance, tapped)
}

// NewPrimary makes the button for what a person most likely wants.
func NewPrimary(text string, tapped func()) *Button {
	return newButton(text, nil, widget.HighImportance, tapped)
}

// NewFlat makes a button without a surface of its own.
func NewFlat(text string, icon fyne.Resource, tapped func()) *Button {
	return newButton(text, icon, widget.LowImportance, tapped)
}

func newButton(text string, icon fyne.Resource, importance widget.Importance, tapped func()) *Button {
	b := &Button{Button: widget.Button{Text: text, Icon: icon, Importance: importance, OnTapped: tapped}}
	b.ExtendBaseWidget(b)
	return b
}

// MinSize implements fyne.CanvasObject: words get more room at their sides than Fyne gives them.
func (b *Button) MinSize() fyne.Size {
	size := b.Button.MinSize()
	if b.Text != "" {
		size.Width += 2 * sideRoom
	}
	return size
}

const sideRoom = 5

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() {
	b.Button.FocusGained()
	if b.OnFocus != nil {
		b.OnFocus()
	}
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(key *fyne.KeyEvent) {
	switch {
	case key.Name == fyne.KeyReturn || key.Name == fyne.KeyEnter:
		b.Tapped(nil)
	case key.Name == fyne.KeySpace:
		b.Button.TypedKey(key)
	case key.Name == fyne.KeyEscape && b.OnEscape != nil:
		b.OnEscape()
	default:
		PassOn(b, key)
	}
}

// Offer changes text, importance and action, and shows the button; an empty text hides it.
func (b *Button) Offer(text string, importance widget.Importance, tapped func()) {
	b.OnTapped = tapped
	if b.Text != text || b.Importance != importance {
		b.Text, b.Importance = text, importance
		b.Refresh()
	}
	if (text == "") == b.Visible() {
		if text == "" {
			b.Hide()
		} else {
			b.Show()
		}
	}
}
