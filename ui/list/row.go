package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"

	"github.com/google/uuid"
)

const (
	mostIcons = 6  // favicons in a line
	scrollGap = 12 // right of the cards, for the scroll bar
)

// Row is a line of the list: a card with what there is to know of a profile, and its buttons.
type Row struct {
	widget.BaseWidget
	Primary, Second, More *parts.Button

	do    func(Verb, Entry)
	entry Entry

	panel             *parts.Panel
	avatar            *parts.Avatar
	name, about       *parts.Text
	when, size        *parts.Text
	chip              *parts.Chip
	icons             *fyne.Container
	bar               *parts.Bar
	hovered, selected bool
}

// NewRow makes an empty row; do is told what the person wants done with its entry.
func NewRow(do func(Verb, Entry)) *Row {
	r := &Row{
		do:     do,
		panel:  parts.NewPanel(look.Card, look.CardRadius),
		avatar: parts.NewAvatar(40),
		name:   parts.NewTitle("", theme.SizeNameText),
		about:  parts.NewQuiet(""),
		when:   parts.NewQuiet(""),
		size:   parts.NewQuiet(""),
		chip:   parts.NewChip("", parts.Quiet),
		icons:  parts.Row(4),
		bar:    parts.NewBar(),
	}
	r.name.Cut, r.about.Cut = true, true
	r.when.Alignment, r.size.Alignment = fyne.TextAlignTrailing, fyne.TextAlignTrailing
	for range mostIcons {
		r.icons.Add(parts.NewFavicon(16))
	}
	r.Primary = parts.NewButton("", nil)
	r.Second = parts.NewButton("", nil)
	r.More = parts.NewFlat("", theme.MoreVerticalIcon(), func() { r.openMenu(nil) })
	r.ExtendBaseWidget(r)
	return r
}

// Set shows an entry; selected marks the one that the keyboard is at.
func (r *Row) Set(e Entry, selected bool) {
	r.entry, r.selected = e, selected
	r.avatar.Set(e.Profile.Name, e.Profile.Colour, e.Throwaway != nil)
	r.name.Set(e.Profile.Name)
	word, tone := State(e)
	r.chip.Set(word, tone)
	r.setAbout()
	r.setNumbers()
	r.setButtons()
	r.paint()
	r.Refresh()
}

// setAbout fills the second line: the open tabs and the sites, or how far the session has come.
func (r *Row) setAbout() {
	busy := BusyWord(r.entry)
	r.bar.Hidden = busy == ""
	r.bar.Set(r.entry.Progress.Done, r.entry.Progress.Total)
	r.icons.Hidden = busy != ""
	r.setIcons()
	switch p := r.entry.Profile; {
	case busy != "":
		r.about.Set(busy)
	case r.entry.Throwaway != nil:
		r.about.Set("A throwaway: nothing of it is saved")
	case p.Problem != nil:
		r.about.Set(words.Sentence(p.Problem.Error()))
	case p.Aside != nil:
		r.about.Set("Were logins lost in the last saving? " + words.Sentence(p.Aside.Why))
	case len(p.Sites) > 0:
		r.about.Set(words.List(p.Sites, 4))
	case p.Newest == uuid.Nil:
		r.about.Set("Not saved yet")
	default:
		r.about.Set("No sites yet")
	}
}

// setIcons shows the icons of the open tabs, one for each site.
func (r *Row) setIcons() {
	shown, seen := 0, map[string]bool{"": true}
	for _, tab := range r.entry.Profile.Summary.Tabs {
		host := words.Host(tab.URL)
		if seen[host] || shown == mostIcons {
			continue
		}
		seen[host] = true
		icon := r.icons.Objects[shown].(*parts.Favicon)
		icon.Set(host, tab.Favicon)
		icon.Show()
		shown++
	}
	for _, icon := range r.icons.Objects[shown:] {
		icon.Hide()
	}
	r.icons.Hidden = r.icons.Hidden || shown == 0
}

// setNumbers fills the column of time and size.
func (r *Row) setNumbers() {
	p := r.entry.Profile
	r.when.Set(LastOpened(p))
	r.size.Set(words.Size(p.Size))
	switch {
	case r.entry.Throwaway != nil:
		r.when.Set(words.Ago(r.entry.Throwaway.Since, now()))
		r.size.Set("")
	case p.State == profiles.StateTrashed:
		r.when.Set("put here " + words.Ago(p.Trashed, now()))
	case p.Size == 0: // nothing was saved yet
		r.size.Set("")
	}
}

// setButtons offers what fits the state.
func (r *Row) setButtons() {
	primary, verb, second := "Open", Open, ""
	switch MainVerb(r.entry) {
	case PutBack:
		primary, verb = "Put back", PutBack
	case BringUp:
		primary, verb, second = "Close and save", Close, "Show"
		if r.entry.Throwaway != nil {
			primary = "Close"
		}
	}
	also := BringUp
	if p := r.entry.Profile; p.Aside != nil && second == "" && verb == Open {
		second, also = "Look…", History
	}
	r.Primary.Offer(primary, widget.MediumImportance, func() { r.do(verb, r.entry) })
	r.Second.Offer(second, widget.LowImportance, func() { r.do(also, r.entry) })
	if Possible(verb, r.entry) {
		r.Primary.Enable()
		r.Second.Enable()
	} else {
		r.Primary.Disable()
		r.Second.Disable()
	}
}

// paint gives the card its colours.
func (r *Row) paint() {
	fill, edge, width := look.Card, look.CardBorder, float32(1)
	if r.hovered {
		fill = look.CardHover
	}
	if r.selected {
		edge, width = look.Accent, 2
	}
	r.panel.Paint(fill, edge, width)
}

// Name is the profile's.
func (r *Row) Name() string { return r.name.Text }

// State is the word on its chip.
func (r *Row) State() string { return r.chip.Text() }

// Icons are the hosts whose icons it shows.
func (r *Row) Icons() []string {
	var hosts []string
	for _, icon := range r.icons.Objects {
		if icon.Visible() {
			hosts = append(hosts, icon.(*parts.Favicon).Host())
		}
	}
	return hosts
}

// Tapped implements fyne.Tappable: the page of the profile.
func (r *Row) Tapped(*fyne.PointEvent) {
	if r.entry.Throwaway == nil {
		r.do(History, r.entry)
	}
}

// TappedSecondary implements fyne.SecondaryTappable: the menu, where the mouse is.
func (r *Row) TappedSecondary(at *fyne.PointEvent) { r.openMenu(&at.AbsolutePosition) }

// openMenu opens the menu under the button, or at a place on the canvas.
func (r *Row) openMenu(at *fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c == nil {
		return
	}
	menu := MenuFor(r.entry, r.do)
	if at == nil {
		parts.ShowMenu(menu, r.More)
		return
	}
	widget.ShowPopUpMenuAtPosition(menu, c, *at)
}

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

// Cursor implements desktop.Cursorable.
func (r *Row) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (r *Row) CreateRenderer() fyne.WidgetRenderer {
	text := parts.Column(4,
		parts.Hug(look.Gap, r.name, r.chip),
		parts.Spread(look.Gap, 1, r.icons, r.about),
		r.bar)
	body := parts.Spread(look.Space, 1, r.avatar, text,
		parts.Column(2, r.when, r.size),
		parts.Row(look.Gap/2, r.Second, r.Primary, r.More))
	card := container.NewStack(r.panel, parts.Inset(body, 12, look.Space))
	return widget.NewSimpleRenderer(container.New(layout.NewCustomPaddedLayout(0, 0, 0, scrollGap), card))
}
