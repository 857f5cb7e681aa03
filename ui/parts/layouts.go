package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// Inset puts room around content.
func Inset(content fyne.CanvasObject, vertical, horizontal float32) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(vertical, vertical, horizontal, horizontal), content)
}

// Column puts things below each other, as wide as there is room, with gap between them.
func Column(gap float32, things ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), things...)
}

// Row puts things beside each other with gap between them; each keeps its size and sits in the middle of the height.
func Row(gap float32, things ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap: gap, wide: -1}, things...)
}

// Spread is a Row whose thing number wide (from 0) takes the width that the others leave.
func Spread(gap float32, wide int, things ...fyne.CanvasObject) *fyne.Container {
	return container.New(row{gap: gap, wide: wide}, things...)
}

type row struct {
	gap  float32
	wide int
}

func (r row) Layout(things []fyne.CanvasObject, size fyne.Size) {
	rest := size.Width - r.MinSize(things).Width
	x := float32(0)
	for i, t := range things {
		if !t.Visible() {
			continue
		}
		its := t.MinSize()
		if i == r.wide {
			its.Width += rest
		}
		t.Resize(its)
		// Asked again: the height of a paragraph follows from the width.
		if its.Height = t.MinSize().Height; its.Height != t.Size().Height {
			t.Resize(its)
		}
		t.Move(fyne.NewPos(x, (size.Height-its.Height)/2))
		x += its.Width + r.gap
	}
}

func (r row) MinSize(things []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(-r.gap, 0)
	for _, t := range things {
		if t.Visible() {
			its := t.MinSize()
			size.Width += its.Width + r.gap
			size.Height = max(size.Height, its.Height)
		}
	}
	size.Width = max(size.Width, 0)
	return size
}

// Hug puts a thing close behind a text, which is cut where there is no room for both.
func Hug(gap float32, text *Text, behind fyne.CanvasObject) *fyne.Container {
	return container.New(hug{gap, text}, text, behind)
}

type hug struct {
	gap  float32
	text *Text
}

func (h hug) Layout(things []fyne.CanvasObject, size fyne.Size) {
	behind := things[1].MinSize()
	width := max(min(h.text.whole().Width, size.Width-behind.Width-h.gap), 0)
	things[0].Resize(fyne.NewSize(width, size.Height))
	things[0].Move(fyne.NewPos(0, 0))
	things[1].Resize(behind)
	things[1].Move(fyne.NewPos(width+h.gap, (size.Height-behind.Height)/2))
}

func (h hug) MinSize(things []fyne.CanvasObject) fyne.Size {
	text, behind := things[0].MinSize(), things[1].MinSize()
	return fyne.NewSize(text.Width+h.gap+behind.Width, max(text.Height, behind.Height))
}

// Narrow keeps content from getting wider than most, in the middle of what is there, and no higher than it needs to be.
func Narrow(most float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(narrow{most}, content)
}

type narrow struct{ most float32 }

func (n narrow) Layout(things []fyne.CanvasObject, size fyne.Size) {
	width := min(n.most, size.Width)
	for _, t := range things {
		t.Resize(fyne.NewSize(width, t.MinSize().Height))
		t.Move(fyne.NewPos((size.Width-width)/2, 0))
	}
}

func (n narrow) MinSize(things []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, t := range things {
		size = size.Max(t.MinSize())
	}
	return size
}

// Wide gives content at least a width, so that paragraphs have one to wrap at.
func Wide(width float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{width: width}, content)
}

// Tall gives content at least a height.
func Tall(height float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(atLeast{height: height}, content)
}

type atLeast struct{ width, height float32 }

func (a atLeast) Layout(things []fyne.CanvasObject, size fyne.Size) {
	for _, t := range things {
		t.Resize(size)
	}
}

func (a atLeast) MinSize(things []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(a.width, a.height)
	for _, t := range things {
		if width := max(a.width, t.MinSize().Width); t.Size().Width < width {
			t.Resize(fyne.NewSize(width, t.MinSize().Height)) // a paragraph's height follows from its width
		}
		size = size.Max(t.MinSize())
	}
	return size
}
