package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Bar is a thin progress bar without a number.
type Bar struct {
	widget.BaseWidget
	done float32 // 0 to 1
}

// NewBar makes an empty bar.
func NewBar() *Bar {
	b := &Bar{}
	b.ExtendBaseWidget(b)
	return b
}

// Set says how much is done; while the total is unknown (0) the bar shows a beginning.
func (b *Bar) Set(done, total int64) {
	part := float32(0.04)
	if total > 0 {
		part = max(part, min(float32(done)/float32(total), 1))
	}
	if b.done != part {
		b.done = part
		b.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (b *Bar) CreateRenderer() fyne.WidgetRenderer {
	r := &barRenderer{bar: b, track: canvas.NewRectangle(nil), fill: canvas.NewRectangle(nil)}
	r.Refresh()
	return r
}

type barRenderer struct {
	bar         *Bar
	track, fill *canvas.Rectangle
}

const barHeight = 4

func (r *barRenderer) Layout(size fyne.Size) {
	top := fyne.NewPos(0, (size.Height-barHeight)/2)
	r.track.Move(top)
	r.track.Resize(fyne.NewSize(size.Width, barHeight))
	r.fill.Move(top)
	r.fill.Resize(fyne.NewSize(size.Width*r.bar.done, barHeight))
}

func (r *barRenderer) MinSize() fyne.Size { return fyne.NewSize(40, barHeight) }

func (r *barRenderer) Refresh() {
	r.track.FillColor, r.fill.FillColor = colour(look.BusyTint), colour(look.Accent)
	r.track.CornerRadius, r.fill.CornerRadius = barHeight/2, barHeight/2
	r.Layout(r.bar.Size())
	r.track.Refresh()
	r.fill.Refresh()
}

func (r *barRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.track, r.fill} }
func (r *barRenderer) Destroy()                     {}
