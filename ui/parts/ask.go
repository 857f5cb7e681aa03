package parts

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Confirm asks whether something should be done; yes is called when it should.
func Confirm(c fyne.Canvas, title, text, doIt string, yes func()) *Dialog {
	var d *Dialog
	cancel := NewButton("Cancel", func() { d.Hide() })
	do := NewPrimary(doIt, func() { d.Hide(); yes() })
	d = ShowDialog(c, title, NewParagraph(text), cancel, do)
	d.OnEscape = d.Hide
	return d
}

// LineDialog asks for a line of text.
type LineDialog struct {
	*Dialog
	Field *Field
	OK    *Button
}

// AskName asks for a name, with one suggested.
func AskName(c fyne.Canvas, title, suggested, doIt string, do func(name string) (complaint string)) *LineDialog {
	return AskLine(c, title, "Name", suggested, doIt, do)
}

// AskLine asks for a line of text. do gets what was entered, without spaces around it; what it returns is said beside
// the field, and nothing ends the dialog.
func AskLine(c fyne.Canvas, title, label, suggested, doIt string, do func(text string) (complaint string)) *LineDialog {
	return AskText(c, title, "", label, suggested, doIt, func(text string) string {
		if text == "" {
			return "Please enter something."
		}
		return do(text)
	})
}

// AskText is AskLine for a text that may be empty, with a word on what it is for; an empty word is none.
func AskText(c fyne.Canvas, title, about, label, suggested, doIt string, do func(text string) (complaint string)) *LineDialog {
	d := &LineDialog{Field: NewField(label, "")}
	submit := func() {
		if complaint := do(strings.TrimSpace(d.Field.Entry.Text)); complaint != "" {
			d.Field.Complain(complaint)
			d.Refit()
		} else {
			d.Hide()
		}
	}
	d.Field.Entry.SetText(suggested)
	d.Field.Entry.OnSubmitted = func(string) { submit() }
	d.OK = NewPrimary(doIt, submit)
	content := Column(look.Gap + 2)
	if about != "" {
		content.Add(NewNote(about))
	}
	content.Add(d.Field)
	d.Dialog = ShowDialog(c, title, content, NewButton("Cancel", func() { d.Hide() }), d.OK)
	d.OnEscape, d.Field.Entry.OnEscape = d.Hide, d.Hide
	d.Focus(d.Field.Entry)
	d.Field.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	return d
}

// Choice is a line that can be picked.
type Choice struct{ Name, Colour string }

// AskWhich asks for one of several choices; picked gets its place in the list.
func AskWhich(c fyne.Canvas, title, text string, choices []Choice, doIt string, picked func(int)) *Dialog {
	var d *Dialog
	chosen := -1
	do := NewPrimary(doIt, func() { d.Hide(); picked(chosen) })
	do.Disable()
	lines := newChoices(choices)
	lines.OnSelected = func(i int) {
		chosen = i
		do.Enable()
	}
	lines.onEnter = func() { do.Tapped(nil) }
	lines.onEscape = func() { d.Hide() }
	content := Column(look.Gap, NewParagraph(text), Tall(min(float32(len(choices))*48, 240), lines))
	d = ShowDialog(c, title, content, NewButton("Cancel", func() { d.Hide() }), do)
	d.OnEscape = d.Hide
	d.Focus(lines)
	return d
}

// choiceList is a list from which Enter picks what the arrows have led to.
type choiceList struct {
	widget.List
	onEnter, onEscape func()
}

func newChoices(choices []Choice) *choiceList {
	l := &choiceList{}
	l.Length = func() int { return len(choices) }
	l.CreateItem = func() fyne.CanvasObject {
		name := NewText("")
		name.Cut = true
		return Inset(Spread(look.Gap, 1, NewAvatar(24), name), 6, 8)
	}
	l.UpdateItem = func(i widget.ListItemID, o fyne.CanvasObject) {
		line := o.(*fyne.Container).Objects[0].(*fyne.Container)
		line.Objects[0].(*Avatar).Set(choices[i].Name, choices[i].Colour, false)
		line.Objects[1].(*Text).Set(choices[i].Name)
	}
	l.HideSeparators = true
	l.ExtendBaseWidget(l)
	return l
}

// TypedKey implements fyne.Focusable.
func (l *choiceList) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		l.List.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace}) // selects
		l.onEnter()
	case fyne.KeyEscape:
		l.onEscape()
	default:
		l.List.TypedKey(key)
	}
}

// AskColour asks for one of the profile colours.
func AskColour(c fyne.Canvas, title, current string, picked func(colour string)) *Dialog {
	var d *Dialog
	line := Row(look.Gap)
	for _, hex := range look.ProfileColours {
		s := &swatch{hex: hex, current: strings.EqualFold(hex, current), picked: func(hex string) { d.Hide(); picked(hex) }}
		s.onEscape = func() { d.Hide() }
		s.ExtendBaseWidget(s)
		line.Add(s)
	}
	d = ShowDialog(c, title, line, NewButton("Cancel", func() { d.Hide() }))
	d.OnEscape = d.Hide
	d.Focus(line.Objects[0].(fyne.Focusable))
	return d
}

// swatch is a disc of a colour that can be picked.
type swatch struct {
	widget.BaseWidget
	hex              string
	current, focused bool
	picked           func(string)
	onEscape         func()
}

func (s *swatch) Tapped(*fyne.PointEvent) { s.picked(s.hex) }
func (s *swatch) Cursor() desktop.Cursor  { return desktop.PointerCursor }
func (s *swatch) TypedRune(rune)          {}
func (s *swatch) FocusGained()            { s.focused = true; s.Refresh() }
func (s *swatch) FocusLost()              { s.focused = false; s.Refresh() }

func (s *swatch) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		s.picked(s.hex)
	case fyne.KeyEscape:
		s.onEscape()
	}
}

func (s *swatch) CreateRenderer() fyne.WidgetRenderer {
	r := &swatchRenderer{swatch: s, ring: canvas.NewCircle(nil), disc: canvas.NewCircle(look.Parse(s.hex))}
	r.Refresh()
	return r
}

type swatchRenderer struct {
	swatch     *swatch
	ring, disc *canvas.Circle
}

func (r *swatchRenderer) Layout(size fyne.Size) {
	r.ring.Resize(size)
	r.disc.Move(fyne.NewSquareOffsetPos(4))
	r.disc.Resize(size.SubtractWidthHeight(8, 8))
}

func (r *swatchRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(40) }

func (r *swatchRenderer) Refresh() {
	r.ring.FillColor, r.ring.StrokeWidth = colour(""), 2
	switch {
	case r.swatch.focused:
		r.ring.StrokeColor = colour(look.Accent)
	case r.swatch.current:
		r.ring.StrokeColor = colour(look.Muted)
	default:
		r.ring.StrokeColor = colour("")
	}
	r.ring.Refresh()
	r.disc.Refresh()
}

func (r *swatchRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ring, r.disc} }
func (r *swatchRenderer) Destroy()                     {}
