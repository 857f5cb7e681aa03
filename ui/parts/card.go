package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Panel is a rounded rectangle in colours of the theme, to lie behind other things.
type Panel struct {
	widget.BaseWidget
	Fill, Stroke fyne.ThemeColorName // empty: none
	StrokeWidth  float32
	Radius       float32
	Shadow       bool
}

// NewPanel makes a panel without an edge.
func NewPanel(fill fyne.ThemeColorName, radius float32) *Panel {
	p := &Panel{Fill: fill, Radius: radius}
	p.ExtendBaseWidget(p)
	return p
}

// Paint changes the colours.
func (p *Panel) Paint(fill, stroke fyne.ThemeColorName, width float32) {
	if p.Fill != fill || p.Stroke != stroke || p.StrokeWidth != width {
		p.Fill, p.Stroke, p.StrokeWidth = fill, stroke, width
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *Panel) CreateRenderer() fyne.WidgetRenderer {
	r := &panelRenderer{panel: p, shape: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type panelRenderer struct {
	panel *Panel
	shape *canvas.Rectangle
}

func (r *panelRenderer) Layout(size fyne.Size) { r.shape.Resize(size) }
func (r *panelRenderer) MinSize() fyne.Size    { return fyne.Size{} }
func (r *panelRenderer) Refresh() {
	r.shape.FillColor = colour(r.panel.Fill)
	r.shape.StrokeColor = colour(r.panel.Stroke)
	r.shape.StrokeWidth = r.panel.StrokeWidth
	r.shape.CornerRadius = r.panel.Radius
	if r.panel.Shadow {
		r.shape.Shadow = canvas.Shadow{Color: colour(theme.ColorNameShadow), BlurRadius: 16, Offset: fyne.NewPos(0, 4)}
	}
	r.shape.Refresh()
}
func (r *panelRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.shape} }
func (r *panelRenderer) Destroy()                     {}

// NewCard puts content on a card.
func NewCard(content fyne.CanvasObject) *fyne.Container {
	back := NewPanel(look.Card, look.CardRadius)
	back.Paint(look.Card, look.CardBorder, 1)
	return container.NewStack(back, Inset(content, look.Space, look.Space+4))
}

// NewSection is a card with a title, and under it what the title is about.
func NewSection(title, about string, content ...fyne.CanvasObject) *fyne.Container {
	things := []fyne.CanvasObject{NewTitle(title, theme.SizeNameSubHeadingText)}
	if about != "" {
		things = append(things, NewNote(about))
	}
	things = append(things, content...)
	return NewCard(Column(look.Gap+2, things...))
}
