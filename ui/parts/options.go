package parts

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Options are a few choices in a line, of which one is chosen. Unlike in a horizontal widget.RadioGroup, each is as wide
// as its label.
type Options struct {
	widget.BaseWidget
	Selected  string
	OnChanged func(string) // nil: nobody is told

	options []*option
}

// NewOptions makes a line of choices; none is chosen yet.
func NewOptions(labels ...string) *Options {
	o := &Options{}
	for _, label := range labels {
		choice := &option{of: o, label: label}
		choice.ExtendBaseWidget(choice)
		o.options = append(o.options, choice)
	}
	o.ExtendBaseWidget(o)
	return o
}

// SetSelected chooses one.
func (o *Options) SetSelected(label string) {
	if o.Selected == label {
		return
	}
	o.Selected = label
	o.Refresh()
	if o.OnChanged != nil {
		o.OnChanged(label)
	}
}

// Refresh implements fyne.CanvasObject.
func (o *Options) Refresh() {
	for _, choice := range o.options {
		choice.Refresh()
	}
	o.BaseWidget.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (o *Options) CreateRenderer() fyne.WidgetRenderer {
	line := Row(look.Space)
	for _, choice := range o.options {
		line.Add(choice)
	}
	return widget.NewSimpleRenderer(line)
}

// option is one of them: a ring with a dot in it where it is chosen, and its label.
type option struct {
	widget.BaseWidget
	of               *Options
	label            string
	focused, hovered bool
}

func (o *option) Tapped(*fyne.PointEvent)        { o.of.SetSelected(o.label) }
func (o *option) Cursor() desktop.Cursor         { return desktop.PointerCursor }
func (o *option) MouseIn(*desktop.MouseEvent)    { o.hovered = true; o.Refresh() }
func (o *option) MouseMoved(*desktop.MouseEvent) {}
func (o *option) MouseOut()                      { o.hovered = false; o.Refresh() }
func (o *option) FocusGained()                   { o.focused = true; o.Refresh() }
func (o *option) FocusLost()                     { o.focused = false; o.Refresh() }
func (o *option) TypedRune(rune)                 {}

func (o *option) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		o.of.SetSelected(o.label)
	case fyne.KeyLeft:
		o.step(-1)
	case fyne.KeyRight:
		o.step(+1)
	default:
		PassOn(o, key)
	}
}

// step chooses the one beside it, and moves the keyboard there.
func (o *option) step(by int) {
	next := slices.Index(o.of.options, o) + by
	if next < 0 || next >= len(o.of.options) {
		return
	}
	o.of.SetSelected(o.of.options[next].label)
	if c := fyne.CurrentApp().Driver().CanvasForObject(o); c != nil {
		c.Focus(o.of.options[next])
	}
}

func (o *option) CreateRenderer() fyne.WidgetRenderer {
	r := &optionRenderer{option: o, halo: canvas.NewCircle(nil), ring: canvas.NewCircle(nil), dot: canvas.NewCircle(nil), label: NewText(o.label)}
	r.ring.StrokeWidth = 1.5
	r.Refresh()
	return r
}

type optionRenderer struct {
	option          *option
	halo, ring, dot *canvas.Circle
	label           *Text
}

const (
	haloSide = 25
	ringSide = 16
	dotSide  = 8
)

func (r *optionRenderer) Layout(size fyne.Size) {
	for _, c := range []struct {
		circle *canvas.Circle
		side   float32
	}{{r.halo, haloSide}, {r.ring, ringSide}, {r.dot, dotSide}} {
		c.circle.Resize(fyne.NewSquareSize(c.side))
		c.circle.Move(fyne.NewPos((haloSide-c.side)/2, (size.Height-c.side)/2))
	}
	r.label.Move(fyne.NewPos(haloSide+look.Gap/2, 0))
	r.label.Resize(fyne.NewSize(size.Width-haloSide-look.Gap/2, size.Height))
}

func (r *optionRenderer) MinSize() fyne.Size {
	return r.label.MinSize().AddWidthHeight(haloSide+look.Gap/2, 2*theme.Size(theme.SizeNameInnerPadding))
}

func (r *optionRenderer) Refresh() {
	chosen := r.option.of.Selected == r.option.label
	halo, ring, dot := fyne.ThemeColorName(""), theme.ColorNameInputBorder, fyne.ThemeColorName("")
	if chosen {
		ring, dot = look.Accent, look.Accent
	}
	switch {
	case r.option.focused:
		halo = theme.ColorNameFocus
	case r.option.hovered:
		halo = theme.ColorNameHover
	}
	r.halo.FillColor, r.ring.StrokeColor, r.dot.FillColor = colour(halo), colour(ring), colour(dot)
	r.ring.FillColor = colour(theme.ColorNameInputBackground)
	r.label.Refresh()
	for _, c := range []*canvas.Circle{r.halo, r.ring, r.dot} {
		c.Refresh()
	}
}

func (r *optionRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.halo, r.ring, r.dot, r.label}
}
func (r *optionRenderer) Destroy() {}
