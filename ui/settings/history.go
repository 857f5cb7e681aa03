package settings

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
)

// HistoryCard says how much of the profiles' histories is kept, how often running browsers are saved, and whether snapshots get a
// picture.
type HistoryCard struct {
	widget.BaseWidget
	OnKeep       func(profiles.Retention)
	OnCheckpoint func(minutes int)
	OnPictures   func(bool)
	OnExpiry     func(days int) // of all profiles that say nothing of their own; 0: never
	OnCleanUp    func()

	Last, Days, Checkpoint *parts.Select
	Expiry                 *parts.Select
	Pictures               *parts.Check
	CleanUp                *parts.Button

	last, days, checkpoint, expiry choices
}

// choices are numbers to choose from, each with its words.
type choices struct {
	numbers []int
	words   func(int) string
}

// The choices. A number of the settings that is none of them is offered as well.
var (
	lastChoices = choices{[]int{5, 10, 20, 50, 100, 500}, func(n int) string { return fmt.Sprintf("the last %d", n) }}
	dayChoices  = choices{[]int{-1, 7, 30, 90, 365}, func(n int) string {
		if n < 0 {
			return "no more than that"
		}
		return fmt.Sprintf("one a day for %d days", n)
	}}
	minuteChoices = choices{[]int{1, 3, 10, 30, -1}, func(n int) string {
		switch {
		case n < 0:
			return "never"
		case n == 1:
			return "every minute"
		}
		return fmt.Sprintf("every %d minutes", n)
	}}
	expiryChoices = choices{[]int{0, 30, 90, 180, 365}, func(n int) string {
		if n == 0 {
			return "never"
		}
		return fmt.Sprintf("after %d days", n)
	}}
)

// with has a number among the choices.
func (c choices) with(n int) choices {
	for _, known := range c.numbers {
		if known == n {
			return c
		}
	}
	return choices{append(c.numbers[:len(c.numbers):len(c.numbers)], n), c.words}
}

// labels are the words of all choices.
func (c choices) labels() []string {
	var labels []string
	for _, n := range c.numbers {
		labels = append(labels, c.words(n))
	}
	return labels
}

// number is the one with these words.
func (c choices) number(label string) int {
	for _, n := range c.numbers {
		if c.words(n) == label {
			return n
		}
	}
	return 0
}

func newHistoryCard() *HistoryCard {
	c := &HistoryCard{Last: parts.NewSelect(), Days: parts.NewSelect(), Checkpoint: parts.NewSelect(), Expiry: parts.NewSelect(),
		Pictures: parts.NewCheck("Keep a small picture of the last page")}
	c.CleanUp = parts.NewButton("Clean up now…", func() { c.OnCleanUp() })
	c.ExtendBaseWidget(c)
	return c
}

// Set shows what is chosen.
func (c *HistoryCard) Set(s profiles.Settings) {
	s = s.Filled()
	keep := func(int) {
		c.OnKeep(profiles.Retention{Last: c.last.number(c.Last.Selected), Days: c.days.number(c.Days.Selected)})
	}
	show(c.Last, &c.last, lastChoices, s.Keep.Last, keep)
	show(c.Days, &c.days, dayChoices, max(s.Keep.Days, -1), keep)
	show(c.Checkpoint, &c.checkpoint, minuteChoices, max(s.CheckpointMinutes, -1),
		func(minutes int) { c.OnCheckpoint(minutes) })
	c.Pictures.OnChanged = nil
	c.Pictures.SetChecked(!s.NoPictures)
	c.Pictures.OnChanged = func(on bool) { c.OnPictures(on) }
}

// SetExpiry shows when profiles expire that say nothing of their own.
func (c *HistoryCard) SetExpiry(days int) {
	show(c.Expiry, &c.expiry, expiryChoices, days, func(days int) { c.OnExpiry(days) })
}

// show fills a line of choices, of which n is chosen.
func show(in *parts.Select, of *choices, from choices, n int, changed func(int)) {
	*of = from.with(n)
	in.OnChanged = nil // only the person's choice counts
	in.Options = of.labels()
	in.SetSelected(of.words(n))
	in.OnChanged = func(label string) { changed(of.number(label)) }
}

// CreateRenderer implements fyne.Widget.
func (c *HistoryCard) CreateRenderer() fyne.WidgetRenderer {
	line := func(label string, things ...fyne.CanvasObject) fyne.CanvasObject {
		return parts.Column(4, parts.NewTitle(label, theme.SizeNameCaptionText), parts.Row(look.Gap, things...))
	}
	return widget.NewSimpleRenderer(parts.NewSection("History",
		"Snapshots with a label, branches and the newest are always kept. What no longer is goes after the next session.",
		line("Of each profile keep", parts.Wide(150, c.Last), parts.NewText("and"), parts.Wide(250, c.Days), c.CleanUp),
		line("Save running browsers as checkpoints", parts.Wide(190, c.Checkpoint)),
		line("Move profiles that were not opened to the trash", parts.Wide(190, c.Expiry)),
		c.Pictures))
}
