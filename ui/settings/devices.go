package settings

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

// DevicesCard has the computers that use the vault.
type DevicesCard struct {
	widget.BaseWidget
	OnForget func(profiles.Device)

	Forget []*parts.Button // of the lines, but for this computer's
	lines  *fyne.Container
}

func newDevicesCard() *DevicesCard {
	c := &DevicesCard{lines: parts.Column(look.Gap)}
	c.ExtendBaseWidget(c)
	c.Hide()
	return c
}

// Set shows the devices; none: the vault is kept on this computer only, or its place gives no answer.
func (c *DevicesCard) Set(devices []profiles.Device) {
	c.lines.RemoveAll()
	c.Forget = nil
	for _, d := range devices {
		name := d.Name
		if name == "" {
			name = "A device that says nothing of itself"
		}
		about := "used " + words.Ago(d.Used, time.Now())
		if d.Here {
			about = "this computer"
		}
		line := parts.Row(look.Gap, parts.NewText(name), parts.NewQuiet(about))
		if !d.Here {
			forget := parts.NewFlat("Take off the list", theme.CancelIcon(), func() { c.OnForget(d) })
			c.Forget = append(c.Forget, forget)
			line.Add(forget)
		}
		c.lines.Add(line)
	}
	c.Hidden = len(devices) == 0
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *DevicesCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Devices",
		"The computers that use this vault. One that is taken off the list keeps its key: it is on the list again when it is used.", c.lines))
}
