package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Distances in Fyne's device-independent pixels.
const (
	Gap        float32 = 8  // between things that belong together
	Space      float32 = 16 // between things that do not
	Margin     float32 = 24 // at the edges of a page
	CardRadius float32 = 12
	PageWidth  float32 = 820 // text gets no wider
)

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNamePadding:         6,
	theme.SizeNameInnerPadding:    7,
	theme.SizeNameText:            14,
	theme.SizeNameCaptionText:     12,
	theme.SizeNameHeadingText:     24,
	theme.SizeNameSubHeadingText:  17,
	theme.SizeNameInlineIcon:      18,
	theme.SizeNameInputRadius:     9,
	theme.SizeNameButtonRadius:    9,
	theme.SizeNameCardRadius:      CardRadius,
	theme.SizeNameDialogRadius:    16,
	theme.SizeNamePopupRadius:     12,
	theme.SizeNameMenuRadius:      10,
	theme.SizeNameSelectionRadius: 8,
	theme.SizeNameScrollBar:       10,
	theme.SizeNameScrollBarSmall:  4,
	theme.SizeNameScrollBarRadius: 5,
}
