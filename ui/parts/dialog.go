package parts

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

const dialogWidth = 440

// Dialog asks the person something, in front of everything else. The last button is the most likely answer.
type Dialog struct {
	Title    string
	Buttons  []*Button
	OnEscape func() // nil: Escape does nothing

	popup  *widget.PopUp
	canvas fyne.Canvas
}

// dialogs are those that are shown, the one in front last.
var dialogs []*Dialog

// Escape is for the key when nothing in front of a canvas has the focus.
func Escape(c fyne.Canvas) {
	for _, d := range slices.Backward(dialogs) {
		if d.canvas == c {
			d.escape()
			return
		}
	}
}

// ShowDialog puts a dialog in front of a canvas. What has the focus then should be set with Focus.
func ShowDialog(c fyne.Canvas, title string, content fyne.CanvasObject, buttons ...*Button) *Dialog {
	d := &Dialog{Title: title, Buttons: buttons, canvas: c}
	line := container.NewHBox()
	for _, b := range buttons {
		b.OnEscape = d.escape
		line.Add(b)
	}
	heading := NewTitle(title, theme.SizeNameSubHeadingText)
	body := Column(look.Space, heading)
	if content != nil {
		body.Add(content)
	}
	body.Add(container.NewBorder(nil, nil, nil, line))
	d.popup = widget.NewModalPopUp(Inset(Wide(dialogWidth, body), look.Space, look.Space), c)
	d.popup.Show()
	dialogs = append(dialogs, d)
	if len(buttons) > 0 {
		c.Focus(buttons[len(buttons)-1])
	}
	return d
}

// Hide takes the dialog away.
func (d *Dialog) Hide() {
	d.popup.Hide()
	dialogs = slices.DeleteFunc(dialogs, func(shown *Dialog) bool { return shown == d })
}

// Shown says whether it is still there.
func (d *Dialog) Shown() bool { return d.popup.Visible() }

// Refit gives it the size that its content asks for now.
func (d *Dialog) Refit() { d.popup.Resize(d.popup.MinSize()) }

// Focus moves the keyboard to a thing in the dialog.
func (d *Dialog) Focus(thing fyne.Focusable) { d.canvas.Focus(thing) }

func (d *Dialog) escape() {
	if d.OnEscape != nil {
		d.OnEscape()
	}
}
