package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"golang.org/x/image/draw"
)

// Pictures are at most this large, in pixels and in bytes.
const (
	pictureWidth  = 320
	pictureHeight = 200
	pictureBytes  = 12 << 10
)

// Picture takes a small JPEG of the page in front. Neither the person nor the page notices: the picture is made small here, since
// Chromium would lay the page out anew for that. (A page that is not in front would: it gets a "resize".)
func (p *Process) Picture(ctx context.Context, of Page) ([]byte, error) {
	tab, err := p.aside(ctx, of.tab)
	if err != nil {
		return nil, fmt.Errorf("taking a picture: %w", err)
	}
	defer tab.leave()
	shot, err := cdp.Call(ctx, tab, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatJpeg, Quality: new(int64(70)), OptimizeForSpeed: new(true),
	})
	if err != nil {
		return nil, fmt.Errorf("taking a picture: %w", err)
	}
	return reduced(shot.Data)
}

// reduced is the upper part of a picture, small.
func reduced(large []byte) ([]byte, error) {
	from, err := jpeg.Decode(bytes.NewReader(large))
	if err != nil {
		return nil, fmt.Errorf("reading a picture: %w", err)
	}
	area := from.Bounds()
	if area.Empty() {
		return nil, errors.New("the picture is empty")
	}
	width := min(area.Dx(), pictureWidth)
	height := min(area.Dy()*width/area.Dx(), pictureHeight)
	area.Max.Y = min(area.Max.Y, area.Min.Y+height*area.Dx()/width)
	small := image.NewRGBA(image.Rect(0, 0, width, max(height, 1)))
	draw.BiLinear.Scale(small, small.Bounds(), from, area, draw.Src, nil)
	var out bytes.Buffer
	for quality := 75; quality > 0; quality -= 15 {
		out.Reset()
		if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("writing a picture: %w", err)
		}
		if out.Len() <= pictureBytes {
			return out.Bytes(), nil
		}
	}
	return nil, errors.New("the picture does not get small enough")
}
