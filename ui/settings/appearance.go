package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// modes are the choices, in order.
var modes = []struct {
	label string
	mode  look.Mode
}{{"As the system", look.System}, {"Light", look.Light}, {"Dark", look.Dark}}

// AppearanceCard chooses light or dark.
type AppearanceCard struct {
	widget.BaseWidget
	OnMode func(look.Mode)
	Mode   *parts.Options
}

func newAppearanceCard() *AppearanceCard {
	var labels []string
	for _, m := range modes {
		labels = append(labels, m.label)
	}
	c := &AppearanceCard{Mode: parts.NewOptions(labels...)}
	c.ExtendBaseWidget(c)
	return c
}

// SetMode shows what is chosen.
func (c *AppearanceCard) SetMode(mode look.Mode) {
	c.Mode.OnChanged = nil // only the person's choice counts
	for _, m := range modes {
		if m.mode == mode {
			c.Mode.SetSelected(m.label)
		}
	}
	c.Mode.OnChanged = func(label string) {
		for _, m := range modes {
			if m.label == label {
				c.OnMode(m.mode)
			}
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *AppearanceCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Appearance", "", c.Mode))
}
