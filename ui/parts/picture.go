package parts

import (
	"bytes"
	"image"
	"image/jpeg"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Picture is the small picture of a page or, where there is none, a quiet tile with what is given in its place.
type Picture struct {
	widget.BaseWidget
	size    fyne.Size
	shown   image.Image
	instead fyne.CanvasObject
}

// NewPicture makes one of a size from a JPEG, which may be empty. instead lies on the tile and may be nil.
func NewPicture(size fyne.Size, data []byte, instead fyne.CanvasObject) *Picture {
	p := &Picture{size: size, shown: decodedPage(data), instead: instead}
	p.ExtendBaseWidget(p)
	return p
}

// Empty says whether there is no picture.
func (p *Picture) Empty() bool { return p.shown == nil }

// pages remembers what was decoded, by content: a history is shown again whenever something is added to it.
var pages = map[string]image.Image{}

// mostPage is the width and the height of the largest picture that is decoded; savings have smaller ones.
const mostPage = 640

// decodedPage is the picture of a JPEG, or nil.
func decodedPage(data []byte) image.Image {
	if len(data) == 0 {
		return nil
	}
	if picture, known := pages[string(data)]; known {
		return picture
	}
	if len(pages) > 500 {
		clear(pages)
	}
	var picture image.Image
	if size, err := jpeg.DecodeConfig(bytes.NewReader(data)); err == nil && size.Width <= mostPage && size.Height <= mostPage {
		if decoded, err := jpeg.Decode(bytes.NewReader(data)); err == nil {
			picture = decoded
		}
	}
	pages[string(data)] = picture
	return picture
}

// MinSize implements fyne.CanvasObject.
func (p *Picture) MinSize() fyne.Size { return p.size }

const pictureRadius = 6

// CreateRenderer implements fyne.Widget.
func (p *Picture) CreateRenderer() fyne.WidgetRenderer {
	if p.shown == nil {
		tile := container.NewStack(NewPanel(look.QuietTint, pictureRadius))
		if p.instead != nil {
			tile.Add(container.NewCenter(p.instead))
		}
		return widget.NewSimpleRenderer(tile)
	}
	page := canvas.NewImageFromImage(p.shown)
	page.FillMode, page.ScaleMode, page.CornerRadius = canvas.ImageFillCover, canvas.ImageScaleSmooth, pictureRadius
	edge := NewPanel("", pictureRadius) // most pages are as light as the card
	edge.Paint("", look.CardBorder, 1)
	return widget.NewSimpleRenderer(container.NewStack(page, edge))
}
