package profile

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

// Row is a snapshot in the history: a card that the keyboard can be at.
type Row struct {
	widget.BaseWidget
	Snapshot                profiles.Snapshot
	When                    string // in words, with the day
	OpenThrowaway, RollBack *parts.Button
	More                    *parts.Button

	clock            string
	of               *Timeline
	panel            *parts.Panel
	focused, hovered bool
}

func newRow(s profiles.Snapshot, when, clock string, of *Timeline) *Row {
	r := &Row{Snapshot: s, When: when, clock: clock, of: of, panel: parts.NewPanel("", look.CardRadius)}
	r.OpenThrowaway = parts.NewFlat("Open throwaway", nil, func() { r.do(OpenThrowaway) })
	r.RollBack = parts.NewButton("Roll back", func() { r.do(RollBack) })
	r.More = parts.NewFlat("", theme.MoreVerticalIcon(), func() { r.openMenu(nil) })
	r.RollBack.Hidden = s.Newest || s.Problem != nil
	r.OpenThrowaway.Hidden = s.Problem != nil
	for _, b := range []*parts.Button{r.OpenThrowaway, r.RollBack, r.More} {
		b.OnFocus = func() { of.reveal(r) }
		if s.Problem != nil {
			b.Disable()
		}
	}
	r.ExtendBaseWidget(r)
	r.paint()
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

// do has something done with the snapshot, where that is possible.
func (r *Row) do(v Verb) {
	if r.of.Possible(v, r.Snapshot) {
		r.of.OnDo(v, r.Snapshot)
	}
}

// Menu offers what can be done with the snapshot.
func (r *Row) Menu() *fyne.Menu {
	item := func(label string, icon fyne.Resource, v Verb) *fyne.MenuItem {
		return &fyne.MenuItem{Label: label, Icon: icon, Disabled: !r.of.Possible(v, r.Snapshot), Action: func() { r.do(v) }}
	}
	between := fyne.NewMenuItemSeparator
	return fyne.NewMenu("",
		item("Open throwaway", theme.VisibilityOffIcon(), OpenThrowaway),
		item("Open and save as new…", theme.ContentAddIcon(), OpenAsNew),
		item("Fork…", theme.ContentCopyIcon(), Fork),
		item("Roll back…", theme.HistoryIcon(), RollBack),
		between(),
		item("Compare with the one before", theme.SearchIcon(), CompareBefore),
		item("Compare with the newest", theme.SearchIcon(), CompareNewest),
		between(),
		item("Label…", theme.DocumentCreateIcon(), Label),
		item("Discard…", theme.DeleteIcon(), Discard))
}

// openMenu opens the menu under the button, or at a place on the canvas. What the menu leads to ends with the keyboard where it was.
func (r *Row) openMenu(at *fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch {
	case c == nil || r.Snapshot.Problem != nil:
	case at != nil:
		widget.ShowPopUpMenuAtPosition(r.Menu(), c, *at)
	default:
		parts.ShowMenu(r.Menu(), r.More)
	}
}

// Tapped implements fyne.Tappable: the keyboard comes here.
func (r *Row) Tapped(*fyne.PointEvent) { r.of.focus(r) }

// TappedSecondary implements fyne.SecondaryTappable: the menu, where the mouse is.
func (r *Row) TappedSecondary(at *fyne.PointEvent) { r.openMenu(&at.AbsolutePosition) }

// MouseIn implements desktop.Hoverable.
func (r *Row) MouseIn(*desktop.MouseEvent) {
	r.hovered = true
	r.paint()
}

// MouseMoved implements desktop.Hoverable.
func (r *Row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *Row) MouseOut() {
	r.hovered = false
	r.paint()
}

// FocusGained implements fyne.Focusable.
func (r *Row) FocusGained() {
	r.focused = true
	r.paint()
	r.of.reveal(r)
}

// FocusLost implements fyne.Focusable.
func (r *Row) FocusLost() {
	r.focused = false
	r.paint()
}

// TypedRune implements fyne.Focusable.
func (r *Row) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Row) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageDown, fyne.KeyPageUp:
		r.of.step(r, key.Name)
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.openMenu(nil)
	case fyne.KeyF2:
		r.do(Label)
	case fyne.KeyDelete:
		r.do(Discard)
	default:
		parts.PassOn(r, key)
	}
}

// paint gives the card its colours.
func (r *Row) paint() {
	fill, edge, width := look.Card, look.CardBorder, float32(1)
	if r.hovered {
		fill = look.CardHover
	}
	if r.focused {
		edge, width = look.Accent, 2
	}
	r.panel.Paint(fill, edge, width)
}

// about are the lines below the time: the sites; where it was made, with what; how much it holds.
func about(s profiles.Snapshot) (sites, maker, numbers string) {
	if s.Problem != nil {
		return words.Sentence(s.Problem.Error()), "", words.Size(s.Stored)
	}
	sites = words.List(s.Sites, 2)
	if len(s.Sites) == 0 {
		sites = "No sites"
	}
	var made []string
	for _, part := range []string{s.Device, words.Browser(s.Browser)} {
		if part != "" {
			made = append(made, part)
		}
	}
	counts := []string{words.Size(s.Size), "+" + words.Size(s.Stored)}
	for _, c := range []struct {
		n    int
		noun string
	}{{s.Summary.Cookies, "cookie"}, {len(s.Summary.Tabs), "tab"}} {
		counts = append(counts, words.Count(c.n, c.noun))
	}
	return sites, strings.Join(made, " · "), strings.Join(counts, " · ")
}

var pictureSize = fyne.NewSize(144, 80)

// icons stand in for a picture: those of the first few sites.
func icons(s profiles.Snapshot) fyne.CanvasObject {
	line := parts.Row(6)
	for _, site := range s.Sites[:min(len(s.Sites), 3)] {
		icon := parts.NewFavicon(20)
		icon.Set(strings.TrimPrefix(site, "www."), favicon(s, site))
		line.Add(icon)
	}
	return line
}

// favicon is that of a site, from an open tab; nil: there is none.
func favicon(s profiles.Snapshot, site string) []byte {
	for _, tab := range s.Summary.Tabs {
		if len(tab.Favicon) > 0 && words.Host(tab.URL) == strings.TrimPrefix(site, "www.") {
			return tab.Favicon
		}
	}
	return nil
}

// CreateRenderer implements fyne.Widget.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	s := r.Snapshot
	first := []fyne.CanvasObject{parts.NewTitle(r.clock, theme.SizeNameText)}
	soft := 0
	for i, m := range marks(s) {
		if i == 0 && s.Label != "" {
			m.Cut()
			soft = 1
		}
		first = append(first, m)
	}
	if soft == 0 {
		first[0].(*parts.Text).Cut = true
	}
	sites, maker, numbers := about(s)
	text := parts.Column(3, parts.Together(6, soft, first...), cut(parts.NewText(sites)))
	for _, line := range []string{maker, numbers} {
		if line != "" {
			text.Add(cut(parts.NewQuiet(line)))
		}
	}
	picture := parts.NewPicture(pictureSize, s.Summary.Picture, icons(s))
	line := parts.Spread(look.Space, 1, picture, text, parts.Row(look.Gap/2, r.OpenThrowaway, r.RollBack, r.More))
	return widget.NewSimpleRenderer(container.NewStack(r.panel, parts.Inset(line, 10, 10)))
}

// cut lets a text be cut where there is no room for it.
func cut(t *parts.Text) *parts.Text {
	t.Cut = true
	return t
}

// String is for tests that fail.
func (r *Row) String() string { return fmt.Sprint(r.When, " ", r.Marks()) }
