package settings

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
)

// EnginesCard lists the engines that profiles can be opened on, and adds others.
type EnginesCard struct {
	widget.BaseWidget
	OnAdd    func(e profiles.KnownEngine, key string)
	OnRemove func(name string)

	Name, Address, Key *parts.Field
	Add                *parts.Button
	known              *fyne.Container
	result             *parts.Outcome
}

func newEnginesCard() *EnginesCard {
	c := &EnginesCard{
		Name: parts.NewField("Name", "office"), Address: parts.NewField("Address", "https://valise.example.org"),
		Key: parts.NewSecretField("API key", "from `valise serve key new` there"), known: parts.Column(4), result: parts.NewOutcome(),
	}
	c.Add = parts.NewButton("Add", c.add)
	c.Key.Entry.OnSubmitted = func(string) { c.add() }
	c.ExtendBaseWidget(c)
	return c
}

func (c *EnginesCard) add() {
	c.Say("", widget.MediumImportance)
	e := profiles.KnownEngine{Name: strings.TrimSpace(c.Name.Entry.Text), URL: strings.TrimSpace(c.Address.Entry.Text)}
	missing := false
	for _, f := range []*parts.Field{c.Name, c.Address} { // a Chromium has no key
		if strings.TrimSpace(f.Entry.Text) == "" {
			f.Complain("This is missing.")
			missing = true
		}
	}
	if !missing {
		c.OnAdd(e, c.Key.Entry.Text)
	}
}

// Set shows the engines that are known.
func (c *EnginesCard) Set(all []profiles.KnownEngine) {
	c.known.RemoveAll()
	for _, e := range all {
		c.known.Add(parts.Spread(look.Gap, 0, parts.NewParagraph(e.Name+" at "+e.URL),
			parts.NewFlat("Remove", theme.DeleteIcon(), func() { c.OnRemove(e.Name) })))
	}
	c.known.Hidden = len(all) == 0
	c.Refresh()
}

// Added empties the form.
func (c *EnginesCard) Added() {
	for _, f := range []*parts.Field{c.Name, c.Address, c.Key} {
		f.Entry.SetText("")
	}
}

// Busy keeps the person from adding a second one while the first is tried.
func (c *EnginesCard) Busy(busy bool) {
	if busy {
		c.Add.Disable()
	} else {
		c.Add.Enable()
	}
}

// Say shows what came of adding; an empty text takes it away.
func (c *EnginesCard) Say(text string, importance widget.Importance) {
	c.result.Say(text, "", importance)
	c.Refresh()
}

// Fail says why one could not be added; details are the technical side and may be empty.
func (c *EnginesCard) Fail(text, details string) {
	c.result.Say(text, details, widget.DangerImportance)
	c.Refresh()
}

// Said is what came of it.
func (c *EnginesCard) Said() string { return c.result.Text() }

// CreateRenderer implements fyne.Widget.
func (c *EnginesCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Engines",
		"A Valise on another machine that runs browsers for those who have a key (valise serve). When it uses the same vault, profiles can be opened there and shown here. Or any Chromium with a DevTools port, without a key: logins are carried there and back.",
		c.known, parts.Pair(c.Name, c.Address), c.Key, parts.Row(look.Gap, c.Add), c.result))
}
