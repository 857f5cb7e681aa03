package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"valise/browser"
	"valise/ui/look"
	"valise/ui/parts"
)

// automatic is the choice of the best browser that is found.
const automatic = "The best one that is found"

// BrowserCard chooses the browser that sessions start.
type BrowserCard struct {
	widget.BaseWidget
	OnPick   func(path string) // empty: automatic
	OnChoose func()            // another executable

	Pick   *parts.Select
	Choose *parts.Button
	used   *parts.Note
	paths  map[string]string
}

func newBrowserCard() *BrowserCard {
	c := &BrowserCard{used: parts.NewParagraph("")}
	c.Pick = parts.NewSelect()
	c.Choose = parts.NewButton("Choose another…", func() { c.OnChoose() })
	c.ExtendBaseWidget(c)
	return c
}

// SetBrowsers shows those that were found, the chosen one's path (empty: automatic), and what sessions start now: used,
// or the reason why they cannot.
func (c *BrowserCard) SetBrowsers(found []browser.Browser, chosen string, used browser.Browser, trouble string) {
	c.paths = map[string]string{automatic: ""}
	options, selected := []string{automatic}, automatic
	if chosen != "" && chosen != used.Path {
		found = append(found, browser.Browser{Path: chosen, Name: chosen})
	}
	for _, b := range append(found, used) {
		label := describe(b)
		if _, listed := c.paths[label]; listed || b.Path == "" {
			continue
		}
		c.paths[label] = b.Path
		options = append(options, label)
		if b.Path == chosen {
			selected = label
		}
	}
	c.Pick.OnChanged = nil // only the person's choice counts
	c.Pick.Options = options
	c.Pick.SetSelected(selected)
	c.Pick.OnChanged = func(label string) { c.OnPick(c.paths[label]) }
	if trouble != "" {
		c.used.Say(trouble, widget.DangerImportance)
	} else {
		c.used.Say("Sessions start "+used.Name+" "+used.Version+", "+used.Path+".", widget.MediumImportance)
	}
	c.Refresh()
}

func describe(b browser.Browser) string {
	if b.Version == "" {
		return b.Name
	}
	return b.Name + " " + b.Version
}

// CreateRenderer implements fyne.Widget.
func (c *BrowserCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Browser", "Chromium, Chrome, Edge and Brave can open each other's profiles.",
		c.used, parts.Spread(look.Gap, 0, c.Pick, c.Choose)))
}
