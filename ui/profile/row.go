package profile

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

// Row is a snapshot in the history.
type Row struct {
	widget.BaseWidget
	Snapshot                profiles.Snapshot
	When                    string // in words
	OpenThrowaway, RollBack *parts.Button
	More                    *parts.Button
	do                      func(Verb, profiles.Snapshot)
}

func newRow(s profiles.Snapshot, when string, do func(Verb, profiles.Snapshot)) *Row {
	r := &Row{Snapshot: s, When: when, do: do}
	r.OpenThrowaway = parts.NewFlat("Open throwaway", nil, func() { do(OpenThrowaway, s) })
	r.RollBack = parts.NewButton("Roll back", func() { do(RollBack, s) })
	r.More = parts.NewFlat("", theme.MoreVerticalIcon(), r.openMenu)
	r.RollBack.Hidden = s.Newest
	if s.Problem != nil {
		r.OpenThrowaway.Disable()
		r.RollBack.Disable()
		r.More.Disable()
	}
	r.ExtendBaseWidget(r)
	return r
}

// Marks are the words on its chips.
func (r *Row) Marks() []string {
	var said []string
	for _, m := range marks(r.Snapshot) {
		said = append(said, m.Text())
	}
	return said
}

// openMenu offers what can be done with the snapshot.
func (r *Row) openMenu() {
	item := func(label string, icon fyne.Resource, v Verb) *fyne.MenuItem {
		return &fyne.MenuItem{Label: label, Icon: icon, Action: func() { r.do(v, r.Snapshot) }}
	}
	menu := fyne.NewMenu("",
		item("Open throwaway", theme.VisibilityOffIcon(), OpenThrowaway),
		item("Open and save as new…", theme.ContentAddIcon(), OpenAsNew),
		item("Fork…", theme.ContentCopyIcon(), Fork))
	if !r.Snapshot.Newest {
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), item("Roll back…", theme.HistoryIcon(), RollBack))
	}
	parts.ShowMenu(menu, r.More)
}

// about is the second line: where it was made, with what, how much it holds.
func about(s profiles.Snapshot) string {
	if s.Problem != nil {
		return words.Sentence(s.Problem.Error())
	}
	var said []string
	for _, part := range []string{s.Device, s.Browser} {
		if part != "" {
			said = append(said, part)
		}
	}
	said = append(said,
		fmt.Sprintf("%s in %s", words.Size(s.Size), words.Count(s.Files, "file")),
		words.Count(s.Summary.Cookies, "cookie"),
		words.Count(len(s.Summary.Tabs), "tab"))
	return strings.Join(said, " · ")
}

// CreateRenderer implements fyne.Widget.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	chips := parts.Row(6)
	for _, c := range marks(r.Snapshot) {
		chips.Add(c)
	}
	when := parts.NewTitle(words.Capital(r.When), theme.SizeNameText)
	when.Cut = true
	second := parts.NewQuiet(about(r.Snapshot))
	second.Cut = true
	stored := parts.NewQuiet("+" + words.Size(r.Snapshot.Stored))
	text := parts.Column(3, parts.Hug(look.Gap, when, chips), second)
	line := parts.Spread(look.Space, 0, text, stored, parts.Row(look.Gap/2, r.OpenThrowaway, r.RollBack, r.More))
	back := parts.NewPanel("", look.CardRadius)
	back.Paint(look.Card, look.CardBorder, 1)
	return widget.NewSimpleRenderer(container.NewStack(back, parts.Inset(line, 10, look.Space)))
}
