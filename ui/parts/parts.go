// Package parts holds the small things that screens are made of: text, cards, chips, avatars, favicons, fields, bars.
//
// Every part takes its colours from the theme by name and follows a change of theme; none knows what a profile is.
// Parts are made and changed on the main goroutine only.
package parts

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// colour looks a name up in the theme of now; no name is no colour.
func colour(name fyne.ThemeColorName) color.Color {
	if name == "" {
		return color.Transparent
	}
	return theme.Color(name)
}
