package testenv

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
)

// Screenshot keeps a picture of the whole screen as build/screenshots/NAME.png, for a person to look at.
func (s *Screen) Screenshot(name string) {
	s.t.Helper()
	s.keep(name, s.Picture())
}

// Screenshot keeps a picture of the window as build/screenshots/NAME.png, for a person to look at.
func (w *Window) Screenshot(name string) {
	w.screen.t.Helper()
	w.screen.keep(name, w.Picture())
}

// Picture is what the window's part of the screen looks like now.
func (w *Window) Picture() image.Image {
	w.screen.t.Helper()
	return w.screen.Picture().SubImage(w.Bounds())
}

// Picture is what the screen looks like now.
func (s *Screen) Picture() *image.RGBA {
	s.t.Helper()
	content, err := os.ReadFile(s.frames)
	if err != nil {
		s.t.Fatal(err)
	}
	picture, err := readXWD(content)
	if err != nil {
		s.t.Fatalf("%s: %v", s.frames, err)
	}
	return picture
}

func (s *Screen) keep(name string, picture image.Image) {
	s.t.Helper()
	directory := filepath.Join(ModuleRoot(), "build", "screenshots")
	if err := os.MkdirAll(directory, 0o755); err != nil {
		s.t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(directory, name+".png"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, picture); err != nil {
		s.t.Fatal(err)
	}
}

// readXWD reads the X window dump that Xvfb keeps of a screen with 24 bits a pixel: a header of 25 numbers and a name,
// a colour map, and then the rows, each pixel as blue, green, red and an unused byte. The order of the header's numbers
// is that of XWDFileHeader in X11/XWDFile.h.
func readXWD(dump []byte) (*image.RGBA, error) {
	const numbers, colourBytes = 25, 12
	if len(dump) < numbers*4 {
		return nil, fmt.Errorf("a dump of %d bytes has no header", len(dump))
	}
	number := func(i int) int { return int(binary.BigEndian.Uint32(dump[i*4:])) }
	headerBytes, width, height := number(0), number(4), number(5)
	bitsPerPixel, rowBytes, colours := number(11), number(12), number(19)
	if bitsPerPixel != 32 {
		return nil, fmt.Errorf("%d bits a pixel, want 32", bitsPerPixel)
	}
	pixels := dump[headerBytes+colours*colourBytes:]
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := pixels[y*rowBytes+x*4:]
			picture.SetRGBA(x, y, color.RGBA{R: p[2], G: p[1], B: p[0], A: 255})
		}
	}
	return picture, nil
}
