package parts

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/words"
)

// Favicon is the little picture of a site, or a tile with its initial where there is no picture.
type Favicon struct {
	widget.BaseWidget
	host    string
	picture image.Image
	side    float32
}

// NewFavicon makes one of a height and width.
func NewFavicon(side float32) *Favicon {
	f := &Favicon{side: side}
	f.ExtendBaseWidget(f)
	return f
}

// Set changes the site; icon is a PNG or empty.
func (f *Favicon) Set(host string, icon []byte) {
	picture := decoded(icon)
	if f.host != host || f.picture != picture {
		f.host, f.picture = host, picture
		f.Refresh()
	}
}

// Host is the site.
func (f *Favicon) Host() string { return f.host }

// pictures remembers what was decoded, by content: the same few icons are shown again and again.
var pictures = map[string]image.Image{}

// decoded is the picture of a PNG, or nil. Icons come from websites: one that is no PNG or too large is no picture.
func decoded(icon []byte) image.Image {
	if len(icon) == 0 {
		return nil
	}
	if picture, known := pictures[string(icon)]; known {
		return picture
	}
	if len(pictures) > 2000 {
		clear(pictures)
	}
	var picture image.Image
	if size, err := png.DecodeConfig(bytes.NewReader(icon)); err == nil && size.Width <= 256 && size.Height <= 256 {
		if decoded, err := png.Decode(bytes.NewReader(icon)); err == nil {
			picture = decoded
		}
	}
	pictures[string(icon)] = picture
	return picture
}

// CreateRenderer implements fyne.Widget.
func (f *Favicon) CreateRenderer() fyne.WidgetRenderer {
	r := &faviconRenderer{
		favicon: f,
		picture: canvas.NewImageFromImage(nil),
		tile:    canvas.NewRectangle(nil),
		letter:  canvas.NewText("", color.White),
	}
	r.picture.FillMode = canvas.ImageFillContain
	r.picture.ScaleMode = canvas.ImageScaleSmooth
	r.letter.Alignment = fyne.TextAlignCenter
	r.letter.TextStyle.Bold = true
	r.Refresh()
	return r
}

type faviconRenderer struct {
	favicon *Favicon
	picture *canvas.Image
	tile    *canvas.Rectangle
	letter  *canvas.Text
}

func (r *faviconRenderer) Layout(size fyne.Size) {
	r.picture.Resize(size)
	r.tile.Resize(size)
	height := r.letter.MinSize().Height
	r.letter.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.letter.Resize(fyne.NewSize(size.Width, height))
}

func (r *faviconRenderer) MinSize() fyne.Size { return fyne.NewSquareSize(r.favicon.side) }

func (r *faviconRenderer) Refresh() {
	picture := r.favicon.picture
	r.picture.Image, r.picture.Hidden = picture, picture == nil
	r.tile.Hidden, r.letter.Hidden = picture != nil, picture != nil
	r.tile.FillColor = tileColour(r.favicon.host)
	r.tile.CornerRadius = r.favicon.side / 4
	r.letter.Text = words.Initial(r.favicon.host)
	r.letter.TextSize = r.favicon.side * 0.62
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *faviconRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.tile, r.letter, r.picture}
}
func (r *faviconRenderer) Destroy() {}

// tileColour gives a site the same colour every time.
func tileColour(host string) color.Color {
	hash := fnv.New32a()
	hash.Write([]byte(host))
	return look.Parse(look.ProfileColours[hash.Sum32()%uint32(len(look.ProfileColours))])
}
