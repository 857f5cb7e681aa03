package look_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"valise/ui/look"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// The contrast that WCAG asks for of text, and of large letters: https://www.w3.org/TR/WCAG22/#contrast-minimum
const (
	readable      = 4.5
	readableLarge = 3
)

func TestTextCanBeReadOnWhatItLiesOn(t *testing.T) {
	pairs := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		theme.ColorNameForeground: {
			theme.ColorNameBackground, look.Card, look.CardHover, theme.ColorNameButton, theme.ColorNameInputBackground,
			theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground,
		},
		look.Muted:                         {theme.ColorNameBackground, look.Card, look.CardHover, look.QuietTint, theme.ColorNameOverlayBackground},
		theme.ColorNamePlaceHolder:         {theme.ColorNameInputBackground},
		theme.ColorNameForegroundOnPrimary: {theme.ColorNamePrimary},
		theme.ColorNameForegroundOnError:   {theme.ColorNameError},
		theme.ColorNameForegroundOnSuccess: {theme.ColorNameSuccess},
		theme.ColorNameForegroundOnWarning: {theme.ColorNameWarning},
		look.Good:                          {look.GoodTint, look.Card, theme.ColorNameOverlayBackground},
		look.Warn:                          {look.WarnTint, look.Card, theme.ColorNameOverlayBackground},
		look.Bad:                           {look.BadTint, look.Card, theme.ColorNameOverlayBackground},
		look.Busy:                          {look.BusyTint},
	}
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		th := look.New(mode)
		for text, grounds := range pairs {
			for _, ground := range grounds {
				got := contrast(th.Color(text, theme.VariantLight), th.Color(ground, theme.VariantLight))
				if got < readable {
					t.Errorf("%s: %s on %s has a contrast of %.1f, less than %v", mode, text, ground, got, readable)
				}
			}
		}
	}
}

func TestWhiteCanBeReadOnTheColoursOfProfiles(t *testing.T) {
	for _, hex := range look.ProfileColours {
		if got := contrast(color.White, look.Parse(hex)); got < readable {
			t.Errorf("white on %s has a contrast of %.1f, less than %v", hex, got, readable)
		}
	}
}

func TestTheInitialCanBeReadOnAnyColour(t *testing.T) {
	for _, hex := range []string{"#000000", "#ffffff", "#f59e0b", "#84cc16", "#777777", "#6366f1"} {
		ground := look.Parse(hex)
		if got := contrast(look.On(ground), ground); got < readableLarge {
			t.Errorf("the initial on %s has a contrast of %.1f, less than %v", hex, got, readableLarge)
		}
	}
}

func TestTheModeCountsMoreThanTheSystem(t *testing.T) {
	system, light := look.New(look.System), look.New(look.Light)
	if light.Color(look.Card, theme.VariantDark) != system.Color(look.Card, theme.VariantLight) {
		t.Error("light is not light on a dark system")
	}
	if system.Color(look.Card, theme.VariantDark) == system.Color(look.Card, theme.VariantLight) {
		t.Error("the system's choice makes no difference")
	}
}

func TestTheThemeNamesAllColours(t *testing.T) {
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		test.AssertAllColorNamesDefined(t, look.New(mode), fmt.Sprint("Valise ", mode))
	}
}

func TestColoursAreParsed(t *testing.T) {
	for hex, want := range map[string]color.NRGBA{
		"#4f46E5": {0x4f, 0x46, 0xe5, 0xff},
		"4f46e5":  {0x47, 0x55, 0x69, 0xff}, // not a colour: grey
		"#4f46eg": {0x47, 0x55, 0x69, 0xff},
		"":        {0x47, 0x55, 0x69, 0xff},
	} {
		if got := look.Parse(hex); got != want {
			t.Errorf("Parse(%q) = %v, want %v", hex, got, want)
		}
	}
}

// Edges that show where something is need less than text: https://www.w3.org/TR/WCAG22/#non-text-contrast
func TestEdgesOfFieldsAndRingsCanBeSeen(t *testing.T) {
	for _, mode := range []look.Mode{look.Light, look.Dark} {
		th := look.New(mode)
		for _, ground := range []fyne.ThemeColorName{look.Card, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground} {
			got := contrast(th.Color(theme.ColorNameInputBorder, theme.VariantLight), th.Color(ground, theme.VariantLight))
			if got < readableLarge {
				t.Errorf("%s: an edge on %s has a contrast of %.1f, less than %v", mode, ground, got, readableLarge)
			}
		}
	}
}

// contrast is the ratio of two opaque colours, from 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
func contrast(a, b color.Color) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
