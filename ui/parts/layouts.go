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
	return Together(gap, 0, text, behind)
}

// Together puts things close behind each other. Thing number soft (from 0), a text or a chip that can be cut, gives way where
// there is no room for all.
func Together(gap float32, soft int, things ...fyne.CanvasObject) *fyne.Container {
	return container.New(together{row{gap: gap, wide: -1}, soft}, things...)
}

type together struct {
	row
	soft int
}

func (t together) Layout(things []fyne.CanvasObject, size fyne.Size) {
	rest := size.Width - t.MinSize(things).Width
	x := float32(0)
	for i, thing := range things {
		if !thing.Visible() {
			continue
		}
		its := thing.MinSize()
		if i == t.soft {
			whole := thing.(interface{ whole() fyne.Size }).whole()
			its.Width = max(min(whole.Width, its.Width+rest), 0)
			its.Height = min(whole.Height, size.Height)
		}
		thing.Resize(its)
		thing.Move(fyne.NewPos(x, (size.Height-its.Height)/2))
		x += its.Width + t.gap
	}
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
