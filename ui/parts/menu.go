package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// ShowMenu opens a menu under a button, its right edge below the button's.
func ShowMenu(menu *fyne.Menu, under *Button) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(under)
	if c == nil {
		return
	}
	popup := widget.NewPopUpMenu(menu, c)
	corner := driver.AbsolutePositionForObject(under).Add(under.Size())
	popup.ShowAtPosition(fyne.NewPos(max(corner.X-popup.MinSize().Width, 0), corner.Y+2))
}
