package e2e

import (
	"fmt"
	"image"

	"fyne.io/fyne/v2/theme"

	"valise/internal/testenv"
	"valise/ui/look"
)

// spot is a place in Valise's window.
type spot func(picture) image.Point

// The spots that the mouse goes to.
var (
	openSettings  = right(40, 33)
	firstProfile  = middle(-135, 91) // the button of the first start, at its left end
	existingVault = middle(60, 91)
	bucketOfVault = fromPage(100, 303) // in the settings
	secretOfVault = fromPage(600, 436)
	bucketToJoin  = fromPage(100, 249)
	connect       = fromPage(167, 482)
	join          = fromPage(24, 518)
	codeToJoin    = fromPage(200, 449)
	pictureToJoin = fromPage(60, 139)
	showCode      = fromPage(60, 405)  // once the vault is connected
	copyCode      = fromPage(134, 405) // once the vault is connected
)

// Distances from the right end of a card.
const (
	nameOfProfile = 800
	openProfile   = 82
	rollBack      = 89
)

// right is counted from the upper right corner.
func right(x, y int) spot { return func(p picture) image.Point { return image.Pt(p.size().X-x, y) } }

// middle is counted from the centre.
func middle(x, y int) spot {
	return func(p picture) image.Point { return p.size().Div(2).Add(image.Pt(x, y)) }
}

// fromPage is counted from the upper left corner of a page's text.
func fromPage(x, y int) spot {
	return func(p picture) image.Point { return image.Pt(pageMargin(p)+x, y) }
}

// onList is on a card of the list, half way down; number 0 is the first.
func onList(number, fromRight int) spot { return onCard(listMargin, number, fromRight) }

// onSnapshot is on a card of a history; number 0 is the newest.
func onSnapshot(number, fromRight int) spot {
	return func(p picture) image.Point { return middleOf(p.snapshots()[number], fromRight) }
}

func onCard(margin, number, fromRight int) spot {
	return func(p picture) image.Point { return middleOf(p.cards(margin)[number], fromRight) }
}

func middleOf(card image.Rectangle, fromRight int) image.Point {
	return image.Pt(card.Max.X-fromRight, (card.Min.Y+card.Max.Y)/2)
}

const listMargin = int(look.Margin)

// pageMargin is the width on both sides of a page.
func pageMargin(p picture) int { return max(listMargin, (p.size().X-int(look.PageWidth))/2) }

// click clicks at a spot.
func (d *desktop) click(at spot) {
	d.t.Helper()
	point := at(d.picture())
	d.window.Click(point.X, point.Y)
}

// press clicks the button in the accent's colour.
func (d *desktop) press() {
	d.t.Helper()
	button := d.awaitButton()
	d.window.Click(button.X, button.Y)
	d.window.Point(1, 1) // a button under the mouse has another colour
}

// awaitButton waits for a button in the accent's colour.
func (d *desktop) awaitButton() (middle image.Point) {
	d.t.Helper()
	testenv.Until(d.t, "a button in the accent's colour", func() (found bool) {
		middle, found = d.picture().accent()
		return found
	})
	return middle
}

// awaitAccent waits until a spot has the accent's colour.
func (d *desktop) awaitAccent(at spot) {
	d.t.Helper()
	testenv.Until(d.t, "a button", func() bool {
		p := d.picture()
		point := at(p)
		return p.at(point.X, point.Y) == d.colour(theme.ColorNamePrimary)
	})
}

// awaitCards waits until the page has so many cards.
func (d *desktop) awaitCards(number int) {
	d.t.Helper()
	testenv.Until(d.t, fmt.Sprint(number, " cards"), func() bool {
		p := d.picture()
		return len(p.cards(pageMargin(p))) == number
	})
}

// awaitSnapshots waits until so many snapshots of a history can be seen.
func (d *desktop) awaitSnapshots(number int) {
	d.t.Helper()
	testenv.Until(d.t, fmt.Sprint(number, " snapshots"), func() bool { return len(d.picture().snapshots()) == number })
}
