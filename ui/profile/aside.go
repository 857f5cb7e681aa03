package profile

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"

	"github.com/google/uuid"
)

// AsideCard asks what should become of a saving that was set aside, because it looks as if logins were lost in it.
type AsideCard struct {
	widget.BaseWidget
	Use, Compare, Discard, Later *parts.Button

	snapshot profiles.Snapshot
	why      *parts.Note
	put      map[uuid.UUID]bool // off until later
}

func newAsideCard(do func(Verb, profiles.Snapshot)) *AsideCard {
	c := &AsideCard{why: parts.NewParagraph(""), put: map[uuid.UUID]bool{}}
	c.Use = parts.NewButton("Use it", func() { do(Use, c.snapshot) })
	c.Compare = parts.NewButton("Compare", func() { do(CompareNewest, c.snapshot) })
	c.Discard = parts.NewFlat("Discard…", nil, func() { do(Discard, c.snapshot) })
	c.Later = parts.NewFlat("Later", nil, func() {
		c.put[c.snapshot.ID] = true
		c.Hide()
	})
	c.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// Set asks about the snapshot of a history that waits for an answer, if there is one.
func (c *AsideCard) Set(history []profiles.Snapshot) {
	c.Hidden = true
	for _, s := range history {
		if Asks(s) && !c.put[s.ID] {
			c.snapshot = s
			c.why.Say("It looks as if logins were lost: "+s.Aside+". The one before is still the newest, and is what opens.", widget.MediumImportance)
			c.Hidden = false
			break
		}
	}
	c.Refresh()
}

// Text is what it asks.
func (c *AsideCard) Text() string { return c.why.Text() }

// CreateRenderer implements fyne.Widget.
func (c *AsideCard) CreateRenderer() fyne.WidgetRenderer {
	back := parts.NewPanel("", look.CardRadius)
	back.Paint(look.WarnTint, look.Warn, 1)
	icon := widget.NewIcon(theme.NewWarningThemedResource(theme.WarningIcon()))
	title := parts.NewTitle("Should the last saving count?", theme.SizeNameText)
	buttons := parts.Row(look.Gap, c.Use, c.Compare, c.Discard, c.Later)
	content := parts.Column(look.Gap, parts.Row(look.Gap, icon, title), c.why, buttons)
	return widget.NewSimpleRenderer(container.NewStack(back, parts.Inset(content, look.Space-2, look.Space+4)))
}
