package settings

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// RecoveryCard shows the recovery code when it is asked to.
type RecoveryCard struct {
	widget.BaseWidget
	Code   func() string // the code, asked for only when it is to be shown or copied
	OnCopy func(code string)

	Reveal, Copy *parts.Button
	lines        *fyne.Container
	shown        bool
}

// perLine is how many groups of the code stand in a line.
const perLine = 5

func newRecoveryCard() *RecoveryCard {
	c := &RecoveryCard{lines: parts.Column(4)}
	c.Reveal = parts.NewButton("Show", func() { c.show(!c.shown) })
	c.Copy = parts.NewFlat("Copy", theme.ContentCopyIcon(), func() { c.OnCopy(c.Code()) })
	c.lines.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// Conceal hides the code again.
func (c *RecoveryCard) Conceal() { c.show(false) }

func (c *RecoveryCard) show(shown bool) {
	c.shown = shown
	c.lines.RemoveAll()
	c.lines.Hidden = !shown
	label := "Show"
	if shown {
		label = "Hide"
		for group := range slices.Chunk(strings.Split(c.Code(), "-"), perLine) {
			line := widget.NewLabel(strings.Join(group, "-"))
			line.TextStyle.Monospace, line.Selectable = true, true
			c.lines.Add(line)
		}
	}
	c.Reveal.SetText(label)
	c.Refresh()
}

// Text is what can be read on the card: the code, or nothing while it is hidden.
func (c *RecoveryCard) Text() string {
	var lines []string
	for _, line := range c.lines.Objects {
		lines = append(lines, line.(*widget.Label).Text)
	}
	return strings.Join(lines, "-")
}

// CreateRenderer implements fyne.Widget.
func (c *RecoveryCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Recovery code",
		"Without this code nobody can open the vault on another computer, not even you. Write it down and keep it where you keep your papers; whoever has it can read everything in the vault.",
		c.lines, parts.Row(look.Gap, c.Reveal, c.Copy)))
}
