package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Field is an entry with its name above and, where something is wrong with what was entered, what that is below.
type Field struct {
	widget.BaseWidget
	Entry *Entry
	label *Text
	wrong *Note
}

// NewField makes a field for text that all may see.
func NewField(label, placeHolder string) *Field { return newField(label, placeHolder, false) }

// NewSecretField makes a field that hides what is entered, until the person asks to see it.
func NewSecretField(label, placeHolder string) *Field { return newField(label, placeHolder, true) }

func newField(label, placeHolder string, secret bool) *Field {
	f := &Field{Entry: NewEntry(), label: NewTitle(label, theme.SizeNameCaptionText), wrong: NewNote("")}
	f.Entry.PlaceHolder = placeHolder
	f.Entry.Password = secret
	f.Entry.OnChanged = func(string) { f.Complain("") }
	f.wrong.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// Complain says what is wrong with what was entered; an empty text takes it back.
func (f *Field) Complain(text string) {
	if text == "" && f.wrong.Hidden {
		return
	}
	f.wrong.Say(text, widget.DangerImportance)
	f.wrong.Hidden = text == ""
	f.Refresh()
}

// Complaint is what is wrong; empty: nothing.
func (f *Field) Complaint() string {
	if f.wrong.Hidden {
		return ""
	}
	return f.wrong.Text()
}

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(Column(4, f.label, f.Entry, f.wrong))
}

// Pair puts two fields beside each other.
func Pair(left, right fyne.CanvasObject) *fyne.Container {
	return container.New(halves{look.Space}, left, right)
}

// halves is a grid of two columns whose cells keep to the top.
type halves struct{ gap float32 }

func (h halves) Layout(things []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - h.gap) / 2
	for i, t := range things {
		t.Resize(fyne.NewSize(width, t.MinSize().Height))
		t.Move(fyne.NewPos(float32(i)*(width+h.gap), 0))
	}
}

func (h halves) MinSize(things []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, t := range things {
		size = size.Max(t.MinSize())
	}
	return fyne.NewSize(2*size.Width+h.gap, size.Height)
}
