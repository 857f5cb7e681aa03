package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"valise/ui/look"
)

// Page is a screen with a way back at its top and content that scrolls, no wider than text should be.
func Page(back *Button, title string, content fyne.CanvasObject) *fyne.Container {
	page, _ := ScrolledPage(back, title, content)
	return page
}

// ScrolledPage is a Page with the part of it that scrolls, for Reveal.
func ScrolledPage(back *Button, title string, content fyne.CanvasObject) (*fyne.Container, *container.Scroll) {
	head := Row(look.Gap, back)
	if title != "" {
		head.Add(NewTitle(title, theme.SizeNameHeadingText))
	}
	scroll := container.NewVScroll(Inset(Narrow(look.PageWidth, content), look.Gap, look.Margin))
	top := container.New(layout.NewCustomPaddedLayout(look.Space, look.Gap, look.Margin, look.Margin),
		Narrow(look.PageWidth, head))
	return container.NewBorder(top, nil, nil, nil, scroll), scroll
}

// Reveal scrolls as far as it takes to see a thing, with some room around it.
func Reveal(scroll *container.Scroll, thing fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(thing).Y - driver.AbsolutePositionForObject(scroll).Y - 2*look.Space
	bottom := top + thing.Size().Height + 4*look.Space
	switch height := scroll.Size().Height; {
	case top < 0:
		scroll.ScrollToOffset(scroll.Offset.AddXY(0, top))
	case bottom > height:
		scroll.ScrollToOffset(scroll.Offset.AddXY(0, min(bottom-height, top)))
	}
}
