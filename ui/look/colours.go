package look

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours beside Fyne's own names.
const (
	Card          fyne.ThemeColorName = "valise.card"          // what a card is filled with
	CardBorder    fyne.ThemeColorName = "valise.cardBorder"    // its edge
	CardHover     fyne.ThemeColorName = "valise.cardHover"     // under the mouse
	OverlayBorder fyne.ThemeColorName = "valise.overlayBorder" // the edge of what lies in front of a page: no shadow is seen in the dark
	Muted         fyne.ThemeColorName = "valise.muted"         // text of second importance
	Accent        fyne.ThemeColorName = theme.ColorNamePrimary
	GoodTint      fyne.ThemeColorName = "valise.goodTint" // behind text in the colour beside it
	Good          fyne.ThemeColorName = theme.ColorNameSuccess
	WarnTint      fyne.ThemeColorName = "valise.warnTint"
	Warn          fyne.ThemeColorName = theme.ColorNameWarning
	BadTint       fyne.ThemeColorName = "valise.badTint"
	Bad           fyne.ThemeColorName = theme.ColorNameError
	BusyTint      fyne.ThemeColorName = "valise.busyTint"
	Busy          fyne.ThemeColorName = "valise.busy"
	QuietTint     fyne.ThemeColorName = "valise.quietTint"
	RailLine      fyne.ThemeColorName = "valise.railLine" // down the side of a history
)

// ProfileColours are what a person can choose from, the most told apart first. White text can be read on each.
var ProfileColours = []string{
	"#4f46e5", "#0e7490", "#15803d", "#b45309", "#be123c", "#9333ea", "#2563eb", "#475569",
}

// Parse reads "#rrggbb"; anything else gives a quiet grey.
func Parse(hex string) color.NRGBA {
	grey := color.NRGBA{0x47, 0x55, 0x69, 0xff}
	if len(hex) != 7 || hex[0] != '#' {
		return grey
	}
	var rgb [3]byte
	for i := range rgb {
		high, low := digit(hex[1+2*i]), digit(hex[2+2*i])
		if high > 15 || low > 15 {
			return grey
		}
		rgb[i] = high<<4 | low
	}
	return color.NRGBA{rgb[0], rgb[1], rgb[2], 0xff}
}

// On is white, or black on colours that are too light for it: for a large letter.
func On(ground color.NRGBA) color.Color {
	// At a luminance of 0.3 white still has a contrast of 3. 2.2 comes close enough to the curve of sRGB.
	light := func(v uint8) float64 { return math.Pow(float64(v)/0xff, 2.2) }
	if 0.2126*light(ground.R)+0.7152*light(ground.G)+0.0722*light(ground.B) > 0.25 {
		return rgb(0x0c0d14)
	}
	return color.White
}

// digit is the value of a hexadecimal digit; more than 15 for anything else.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

// rgb is an opaque colour.
func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{byte(hex >> 16), byte(hex >> 8), byte(hex), 0xff}
}

// veil is a colour that lets what is below shine through.
func veil(hex uint32, alpha byte) color.NRGBA {
	c := rgb(hex)
	c.A = alpha
	return c
}

type palette map[fyne.ThemeColorName]color.Color

var light = palette{
	theme.ColorNameBackground:          rgb(0xf5f6fa),
	theme.ColorNameForeground:          rgb(0x1a1c2b),
	theme.ColorNamePlaceHolder:         rgb(0x666b80),
	theme.ColorNameDisabled:            rgb(0x9a9fb2),
	theme.ColorNamePrimary:             rgb(0x4f46e5),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameHyperlink:           rgb(0x4338ca),
	theme.ColorNameButton:              rgb(0xe9ebf3),
	theme.ColorNameDisabledButton:      rgb(0xeff0f5),
	theme.ColorNameHover:               veil(0x1a1c2b, 0x12),
	theme.ColorNamePressed:             veil(0x1a1c2b, 0x24),
	theme.ColorNameFocus:               veil(0x4f46e5, 0x58),
	theme.ColorNameSelection:           veil(0x4f46e5, 0x30),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0x8d92a8),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNameHeaderBackground:    rgb(0xf5f6fa),
	theme.ColorNameSeparator:           rgb(0xe2e4ed),
	theme.ColorNameScrollBar:           veil(0x1a1c2b, 0x60),
	theme.ColorNameScrollBarBackground: veil(0x1a1c2b, 0x0a),
	theme.ColorNameShadow:              veil(0x1a1c2b, 0x26),
	theme.ColorNameSuccess:             rgb(0x137a3b),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameWarning:             rgb(0x9a5b04),
	theme.ColorNameForegroundOnWarning: rgb(0xffffff),
	theme.ColorNameError:               rgb(0xc81e3a),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	Card:                               rgb(0xffffff),
	CardBorder:                         rgb(0xe2e4ed),
	CardHover:                          rgb(0xfafaff),
	OverlayBorder:                      rgb(0xd3d6e2),
	Muted:                              rgb(0x5f6479),
	GoodTint:                           rgb(0xdff5e6),
	WarnTint:                           rgb(0xfdf0d5),
	BadTint:                            rgb(0xfde4e8),
	BusyTint:                           rgb(0xe4e3fd),
	Busy:                               rgb(0x4338ca),
	QuietTint:                          rgb(0xedeff5),
	RailLine:                           rgb(0xced2e0),
}

var dark = palette{
	theme.ColorNameBackground:          rgb(0x13141b),
	theme.ColorNameForeground:          rgb(0xebecf4),
	theme.ColorNamePlaceHolder:         rgb(0x989db2),
	theme.ColorNameDisabled:            rgb(0x6a6f85),
	theme.ColorNamePrimary:             rgb(0x8b8ffa),
	theme.ColorNameForegroundOnPrimary: rgb(0x12131d),
	theme.ColorNameHyperlink:           rgb(0xa5a8fc),
	theme.ColorNameButton:              rgb(0x363a4d),
	theme.ColorNameDisabledButton:      rgb(0x20222d),
	theme.ColorNameHover:               veil(0xffffff, 0x14),
	theme.ColorNamePressed:             veil(0xffffff, 0x28),
	theme.ColorNameFocus:               veil(0x8b8ffa, 0x66),
	theme.ColorNameSelection:           veil(0x8b8ffa, 0x40),
	theme.ColorNameInputBackground:     rgb(0x1a1c26),
	theme.ColorNameInputBorder:         rgb(0x70758c),
	theme.ColorNameMenuBackground:      rgb(0x272a38),
	theme.ColorNameOverlayBackground:   rgb(0x272a38),
	theme.ColorNameHeaderBackground:    rgb(0x13141b),
	theme.ColorNameSeparator:           rgb(0x2a2c3a),
	theme.ColorNameScrollBar:           veil(0xffffff, 0x60),
	theme.ColorNameScrollBarBackground: veil(0xffffff, 0x0a),
	theme.ColorNameShadow:              veil(0x000000, 0x70),
	theme.ColorNameSuccess:             rgb(0x5fd98b),
	theme.ColorNameForegroundOnSuccess: rgb(0x12131d),
	theme.ColorNameWarning:             rgb(0xf5bd57),
	theme.ColorNameForegroundOnWarning: rgb(0x12131d),
	theme.ColorNameError:               rgb(0xff8095),
	theme.ColorNameForegroundOnError:   rgb(0x12131d),
	Card:                               rgb(0x1b1d27),
	CardBorder:                         rgb(0x2a2c3a),
	CardHover:                          rgb(0x20222e),
	OverlayBorder:                      rgb(0x4d5268),
	Muted:                              rgb(0x9ba0b5),
	GoodTint:                           rgb(0x17301f),
	WarnTint:                           rgb(0x352a14),
	BadTint:                            rgb(0x3b1c24),
	BusyTint:                           rgb(0x282a4d),
	Busy:                               rgb(0xb0b3fd),
	QuietTint:                          rgb(0x262833),
	RailLine:                           rgb(0x3a3d4f),
}
