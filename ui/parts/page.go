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
	head := Row(look.Gap, back)
	if title != "" {
		head.Add(NewTitle(title, theme.SizeNameHeadingText))
	}
	scroll := container.NewVScroll(Inset(Narrow(look.PageWidth, content), look.Gap, look.Margin))
	top := container.New(layout.NewCustomPaddedLayout(look.Space, look.Gap, look.Margin, look.Margin),
		Narrow(look.PageWidth, head))
	return container.NewBorder(top, nil, nil, nil, scroll)
}
