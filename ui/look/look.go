// Package look is how Valise looks: its colours in light and dark, its sizes, and the theme made of them.
//
// It promises text that can be read on what it lies on (at least 4.5:1 in both modes) and one accent colour. Screens and
// parts ask for colours and sizes by the names declared here or by Fyne's, never by value. Start reading with Theme.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Mode is whose choice light or dark is.
type Mode string

// The modes, as the settings spell them.
const (
	System Mode = ""
	Light  Mode = "light"
	Dark   Mode = "dark"
)

// Theme is Valise's theme. Its fonts and icons are Fyne's.
type Theme struct {
	fyne.Theme
	mode Mode
}

// New makes the theme for a mode.
func New(mode Mode) *Theme { return &Theme{theme.DefaultTheme(), mode} }

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch t.mode {
	case Light:
		variant = theme.VariantLight
	case Dark:
		variant = theme.VariantDark
	}
	palette := light
	if variant == theme.VariantDark {
		palette = dark
	}
	if c, ok := palette[name]; ok {
		return c
	}
	return t.Theme.Color(name, variant)
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := sizes[name]; ok {
		return s
	}
	return t.Theme.Size(name)
}
