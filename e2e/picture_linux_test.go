package e2e

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"valise/internal/testenv"
	"valise/ui/look"
)

// picture is what Valise's window looks like, its upper left corner at 0, 0.
type picture struct {
	image.Image
	desktop *desktop
}

// picture is what Valise's window shows now. A browser that has just started may have come before it meanwhile; whoever looks
// at the window brings it to the front then.
func (d *desktop) picture() picture {
	d.t.Helper()
	if !d.window.Active() {
		d.window.Raise()
	}
	return picture{d.window.Picture(), d}
}

// keep keeps a picture of Valise's window for a person to look at, see Window.Screenshot.
func (d *desktop) keep(name string) {
	d.t.Helper()
	d.window.Screenshot(name + d.mode())
}

func (d *desktop) mode() string {
	if d.dark {
		return "-dark"
	}
	return ""
}

func (p picture) at(x, y int) color.RGBA {
	corner := p.Bounds().Min
	return p.At(corner.X+x, corner.Y+y).(color.RGBA)
}

func (p picture) size() image.Point { return p.Bounds().Size() }

// colour is what a name of the theme stands for on this desktop.
func (d *desktop) colour(name fyne.ThemeColorName) color.RGBA {
	mode := look.Light
	if d.dark {
		mode = look.Dark
	}
	return color.RGBAModel.Convert(look.New(mode).Color(name, theme.VariantLight)).(color.RGBA)
}

// count is how many pixels of a part of the window have exactly this colour.
func (p picture) count(name fyne.ThemeColorName, part image.Rectangle) (pixels int) {
	want := p.desktop.colour(name)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if p.at(x, y) == want {
				pixels++
			}
		}
	}
	return pixels
}

// shows says whether the window has something written in a colour.
func (p picture) shows(name fyne.ThemeColorName) bool {
	return p.count(name, image.Rectangle{Max: p.size()}) > 40
}

// cards are the cards whose left edge is at x, from the top.
func (p picture) cards(x int) []image.Rectangle {
	const inside = 8 // from the edge, left of all that is on a card
	return p.cardsAt(x, p.size().X-x, func(y int) bool { return p.ofCard(x+inside, y) })
}

// snapshots are the cards of a history that can be seen whole, from the top. Left of them is the line.
func (p picture) snapshots() []image.Rectangle {
	const inside, line, beside = 8, 28, 4
	x := pageMargin(p) + line
	whole := p.cardsAt(x, p.size().X-pageMargin(p), func(y int) bool { return p.ofCard(x+inside, y) && !p.ofCard(x-beside, y) })
	if last := len(whole) - 1; last >= 0 && whole[last].Max.Y == p.size().Y {
		whole = whole[:last]
	}
	return whole
}

func (p picture) ofCard(x, y int) bool {
	c := p.at(x, y)
	return c == p.desktop.colour(look.Card) || c == p.desktop.colour(look.CardHover)
}

// cardsAt finds the cards that a column of pixels goes through.
func (p picture) cardsAt(left, right int, inside func(y int) bool) []image.Rectangle {
	var cards []image.Rectangle
	for top := 0; top < p.size().Y; top++ {
		y := top
		for y < p.size().Y && inside(y) {
			y++
		}
		if y-top > 30 {
			cards = append(cards, image.Rect(left, top, right, y))
		}
		top = y
	}
	return cards
}

// dialog says whether there is one: it darkens all around it.
func (p picture) dialog() bool {
	return int(p.at(2, 2).G) < int(p.desktop.colour(theme.ColorNameBackground).G)*9/10
}

// accent finds the lowest button in the accent's colour, which stands for what a person most likely wants. A dialog darkens
// those behind it.
func (p picture) accent() (middle image.Point, found bool) {
	const width, height = 8, 24 // of the button's end, where nothing is written on it
	for y := p.size().Y - height; y >= 0; y-- {
		for x := 0; x+width < p.size().X; x++ {
			if end := image.Rect(x, y, x+width, y+height); p.count(theme.ColorNamePrimary, end) == width*height {
				return image.Pt(x+width/2, y+height/2), true
			}
		}
	}
	return image.Point{}, false
}

// states are the words about a profile, by the colours that they stand on.
var states = map[fyne.ThemeColorName]string{
	look.QuietTint: "saved", look.GoodTint: "open", look.BusyTint: "busy", look.WarnTint: "waiting", look.BadTint: "damaged",
}

// line is what can be seen of a profile in the list: its colour and its state.
type line struct {
	disc  color.RGBA
	state string
}

// lines are those of the list.
func (p picture) lines() []line {
	var lines []line
	for _, card := range p.cards(listMargin) {
		const inDisc = 22 // from the card's edge, left of the letter on the disc
		l := line{disc: p.at(card.Min.X+inDisc, (card.Min.Y+card.Max.Y)/2)}
		if l.disc == p.desktop.colour(look.Card) {
			continue // a warning above the list
		}
		for tint, word := range states {
			if p.count(tint, card) > 100 {
				l.state = word
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// awaitList waits until the window lists these profiles, from the top, and no others. Each is written "name: state".
func (d *desktop) awaitList(want ...string) {
	d.t.Helper()
	testenv.Until(d.t, fmt.Sprintf("the window to list %q", want), func() bool {
		var known []struct{ Name, Colour string }
		d.readJSON(&known, "list", "--json")
		var lines []line
		for _, w := range want {
			name, state, _ := strings.Cut(w, ": ")
			for _, k := range known {
				if k.Name == name {
					lines = append(lines, line{color.RGBAModel.Convert(look.Parse(k.Colour)).(color.RGBA), state})
				}
			}
		}
		return len(lines) == len(want) && slices.Equal(d.picture().lines(), lines)
	})
}

// awaitDialog waits until the window asks something.
func (d *desktop) awaitDialog() {
	d.t.Helper()
	testenv.Until(d.t, "the window to ask", func() bool { return d.picture().dialog() })
}

// awaitText waits until the window has something written in a colour.
func (d *desktop) awaitText(in fyne.ThemeColorName) {
	d.t.Helper()
	testenv.Until(d.t, fmt.Sprintf("the window to write something in %s", in), func() bool { return d.picture().shows(in) })
}
