package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Tone is what a chip or a bar wants to say with its colour; the text beside it says the same.
type Tone int

// The tones.
const (
	Quiet Tone = iota
	Good
	Busy
	Warn
	Bad
)

// Colours are those of text and of what lies behind it.
func (t Tone) Colours() (text, behind fyne.ThemeColorName) {
	switch t {
	case Good:
		return look.Good, look.GoodTint
	case Busy:
		return look.Busy, look.BusyTint
	case Warn:
		return look.Warn, look.WarnTint
	case Bad:
		return look.Bad, look.BadTint
	default:
		return look.Muted, look.QuietTint
	}
}

// Chip is a word on a small rounded panel.
type Chip struct {
	widget.BaseWidget
	text  *Text
	panel *Panel
}

// NewChip makes a chip.
func NewChip(text string, tone Tone) *Chip {
	c := &Chip{text: NewText(text), panel: NewPanel("", 10)}
	c.text.SizeName, c.text.Bold = theme.SizeNameCaptionText, true
	c.ExtendBaseWidget(c)
	c.Set(text, tone)
	return c
}

// Set changes what it says.
func (c *Chip) Set(text string, tone Tone) {
	front, behind := tone.Colours()
	changed := c.text.Text != text
	c.text.Set(text)
	c.text.Paint(front)
	c.panel.Paint(behind, "", 0)
	if changed {
		c.Refresh()
	}
}

// Cut lets the chip be cut where there is no room for all that it says.
func (c *Chip) Cut() *Chip {
	c.text.Cut = true
	return c
}

// whole is the size of all of the chip.
func (c *Chip) whole() fyne.Size { return c.text.whole().AddWidthHeight(2*chipEnd, 2*chipEdge) }

const chipEnd, chipEdge = 9, 2 // around the text

// Text is what it says.
func (c *Chip) Text() string { return c.text.Text }

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(c.panel, Inset(c.text, chipEdge, chipEnd)))
}
