package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/words"
)

// Avatar is a disc in a profile's colour with the initial of its name.
type Avatar struct {
	widget.BaseWidget
	name   string
	colour string
	side   float32
	hollow bool
}

// NewAvatar makes an avatar of a height and width.
func NewAvatar(side float32) *Avatar {
	a := &Avatar{side: side}
	a.ExtendBaseWidget(a)
	return a
}

// Set changes whose avatar it is. A hollow one is for a session that saves nothing.
func (a *Avatar) Set(name, colour string, hollow bool) {
	if a.name != name || a.colour != colour || a.hollow != hollow {
		a.name, a.colour, a.hollow = name, colour, hollow
		a.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	r := &avatarRenderer{avatar: a, disc: canvas.NewCircle(nil), letter: canvas.NewText("", color.White)}
	r.letter.Alignment = fyne.TextAlignCenter
	r.letter.TextStyle.Bold = true
	r.Refresh()
	return r
}

type avatarRenderer struct {
	avatar *Avatar
	disc   *canvas.Circle
	letter *canvas.Text
}

func (r *avatarRenderer) Layout(size fyne.Size) {
	r.disc.Resize(size)
	height := r.letter.MinSize().Height
	r.letter.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.letter.Resize(fyne.NewSize(size.Width, height))
}

func (r *avatarRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.avatar.side) }

func (r *avatarRenderer) Refresh() {
	fill := look.Parse(r.avatar.colour)
	r.disc.FillColor, r.disc.StrokeWidth = fill, 0
	r.letter.Color = look.On(fill)
	if r.avatar.hollow {
		r.disc.FillColor, r.disc.StrokeColor, r.disc.StrokeWidth = color.Transparent, fill, 2
		r.letter.Color = colour(look.Muted)
	}
	r.letter.Text = words.Initial(r.avatar.name)
	r.letter.TextSize = r.avatar.side * 0.44
	r.disc.Refresh()
	r.letter.Refresh()
}

func (r *avatarRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.disc, r.letter}
}
func (r *avatarRenderer) Destroy() {}
