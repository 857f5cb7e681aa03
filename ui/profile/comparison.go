package profile

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/browser"
	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

const (
	mostChanged = 40 // sites
	mostListed  = 12 // tabs, bookmarks, names of cookies
)

// Comparison is the page on which two snapshots are compared: by site, and in all.
type Comparison struct {
	widget.BaseWidget
	OnBack func()

	Back    *parts.Button
	content *fyne.Container
	busy    *parts.Bar
}

// NewComparison makes an empty page.
func NewComparison() *Comparison {
	c := &Comparison{content: parts.Column(look.Space), busy: parts.NewBar()}
	c.Back = parts.NewFlat("History", theme.NavigateBackIcon(), func() { c.OnBack() })
	c.ExtendBaseWidget(c)
	return c
}

// Wait says that two snapshots are being compared.
func (c *Comparison) Wait(name string, from, to profiles.Snapshot) {
	c.content.RemoveAll()
	c.content.Add(heading(name, from, to, parts.NewNote("Unpacking both and comparing them…"), c.busy))
	c.busy.Set(0, 0)
	c.Refresh()
}

// Set shows what changed.
func (c *Comparison) Set(of profiles.Comparison) {
	c.content.RemoveAll()
	var all []fyne.CanvasObject
	switch {
	case of.Empty():
		all = append(all, parts.NewNote("Nothing changed that can be compared."))
	default:
		all = append(all, flow(chips(of.Phrases())))
	}
	if len(of.Unread) > 0 {
		warning := parts.NewNote("")
		warning.Say("Not compared, since it could not be read: "+strings.Join(of.Unread, ", ")+".", widget.WarningImportance)
		all = append(all, warning)
	}
	c.content.Add(heading(of.Name, of.From, of.To, all...))
	if len(of.Sites) > 0 {
		c.content.Add(sites(of.Sites, of.From, of.To))
	}
	for _, list := range []struct {
		title string
		pages []browser.Link
	}{
		{"Tabs that were opened", of.Tabs.Added}, {"Tabs that were closed", of.Tabs.Removed},
		{"New bookmarks", of.Bookmarks.Added}, {"Bookmarks that are gone", of.Bookmarks.Removed},
	} {
		if len(list.pages) > 0 {
			c.content.Add(parts.NewSection(list.title, "", pageLines(list.pages, of.From, of.To)))
		}
	}
	if lines := extensionLines(of.Extensions); lines != nil {
		c.content.Add(parts.NewSection("Extensions", "", lines))
	}
	c.Refresh()
}

// heading shows the two snapshots beside each other, and below them what there is to say of both.
func heading(name string, from, to profiles.Snapshot, more ...fyne.CanvasObject) *fyne.Container {
	arrow := widget.NewIcon(theme.NewThemedResource(theme.NavigateNextIcon()))
	pair := container.New(sides{look.Gap}, snapshotTile(from), arrow, snapshotTile(to))
	return parts.NewCard(parts.Column(look.Space,
		append([]fyne.CanvasObject{cut(parts.NewTitle("What changed in “"+name+"”", theme.SizeNameSubHeadingText)), pair}, more...)...))
}

// snapshotTile is one of the two.
func snapshotTile(s profiles.Snapshot) fyne.CanvasObject {
	when := cut(parts.NewTitle(words.Capital(words.When(made(s), now())), theme.SizeNameText))
	chips := parts.Row(6)
	for i, m := range marks(s) {
		if i == 0 && s.Label != "" {
			chips = parts.Together(6, 0, m.Cut())
			continue
		}
		chips.Add(m)
	}
	text := parts.Column(3, when, chips, cut(parts.NewQuiet(words.Count(s.Summary.Cookies, "cookie")+" · "+words.Count(len(s.Summary.Tabs), "tab"))))
	if len(chips.Objects) == 0 {
		chips.Hide()
	}
	return parts.Spread(look.Space-4, 1, parts.NewPicture(fyne.NewSize(108, 60), s.Summary.Picture, icons(s)), text)
}

// sides gives two things the same width, and one between them its own.
type sides struct{ gap float32 }

func (l sides) Layout(things []fyne.CanvasObject, size fyne.Size) {
	middle := things[1].MinSize()
	width := (size.Width - middle.Width - 2*l.gap) / 2
	for i, x := range []float32{0, width + l.gap, width + middle.Width + 2*l.gap} {
		its := fyne.NewSize(width, size.Height)
		if i == 1 {
			its = fyne.NewSize(middle.Width, size.Height)
		}
		things[i].Resize(its)
		things[i].Move(fyne.NewPos(x, 0))
	}
}

func (l sides) MinSize(things []fyne.CanvasObject) fyne.Size {
	left, middle, right := things[0].MinSize(), things[1].MinSize(), things[2].MinSize()
	return fyne.NewSize(2*max(left.Width, right.Width)+middle.Width+2*l.gap, max(left.Height, middle.Height, right.Height))
}

// chips are phrases such as "+2 cookies", in the colour of their sign.
func chips(phrases []string) []fyne.CanvasObject {
	tones := map[byte]parts.Tone{'+': parts.Good, '-': parts.Bad, '~': parts.Busy}
	var all []fyne.CanvasObject
	for _, p := range phrases {
		if p == "" {
			continue
		}
		text := "−" + p[1:] // a minus as wide as the plus
		switch p[0] {
		case '+':
			text = p
		case '~':
			text = p[1:] + " changed"
		}
		all = append(all, parts.NewChip(text, tones[p[0]]))
	}
	return all
}

// flow puts chips into as many lines as they take.
func flow(chips []fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewRowWrapLayoutWithCustomPadding(6, 6), chips...)
}

// sites is the list of sites with what changed of each.
func sites(changed []browser.SiteChanges, from, to profiles.Snapshot) fyne.CanvasObject {
	list := parts.Column(look.Space - 4)
	for i, s := range changed[:min(len(changed), mostChanged)] {
		if i > 0 {
			list.Add(widget.NewSeparator())
		}
		list.Add(siteLine(s, from, to))
	}
	if rest := len(changed) - mostChanged; rest > 0 {
		list.Add(parts.NewQuiet("and " + words.Count(rest, "more site")))
	}
	return parts.NewSection(words.Capital(words.Count(len(changed), "site")), "", list)
}

func siteLine(s browser.SiteChanges, from, to profiles.Snapshot) fyne.CanvasObject {
	icon := parts.NewFavicon(20)
	host := strings.TrimPrefix(s.Site, "www.")
	picture := favicon(to, s.Site)
	if picture == nil {
		picture = favicon(from, s.Site)
	}
	icon.Set(host, picture)
	text := parts.Column(5, parts.NewTitle(s.Site, theme.SizeNameText), flow(chips(s.Phrases())))
	for _, names := range []struct {
		what  string
		names []string
	}{{"New cookies", s.Cookies.Added}, {"Cookies gone", s.Cookies.Removed}, {"Cookies changed", s.Cookies.Changed}} {
		if len(names.names) > 0 {
			text.Add(cut(parts.NewQuiet(names.what + ": " + words.List(names.names, mostListed))))
		}
	}
	return container.New(beside{look.Space - 4}, icon, text)
}

// beside puts a small thing at the top left of a large one that takes the rest.
type beside struct{ gap float32 }

func (b beside) Layout(things []fyne.CanvasObject, size fyne.Size) {
	small := things[0].MinSize()
	things[0].Resize(small)
	things[0].Move(fyne.NewPos(0, 1))
	things[1].Move(fyne.NewPos(small.Width+b.gap, 0))
	things[1].Resize(fyne.NewSize(size.Width-small.Width-b.gap, size.Height))
}

func (b beside) MinSize(things []fyne.CanvasObject) fyne.Size {
	small, large := things[0].MinSize(), things[1].MinSize()
	return fyne.NewSize(small.Width+b.gap+large.Width, max(small.Height+1, large.Height))
}

// pageLines lists tabs or bookmarks.
func pageLines(pages []browser.Link, from, to profiles.Snapshot) fyne.CanvasObject {
	list := parts.Column(6)
	for _, p := range pages[:min(len(pages), mostListed)] {
		host := words.Host(p.URL)
		picture := favicon(to, host)
		if picture == nil {
			picture = favicon(from, host)
		}
		icon := parts.NewFavicon(16)
		icon.Set(host, picture)
		title := p.Title
		if title == "" {
			title = p.URL
		}
		list.Add(parts.Spread(look.Gap, 1, icon, cut(parts.NewText(title)), parts.NewQuiet(host)))
	}
	if rest := len(pages) - mostListed; rest > 0 {
		list.Add(parts.NewQuiet("and " + words.Count(rest, "more page")))
	}
	return list
}

// extensionLines lists what became of extensions; nil: nothing.
func extensionLines(x browser.Extensions) fyne.CanvasObject {
	list := parts.Column(6)
	for _, became := range []struct {
		word       string
		tone       parts.Tone
		extensions []browser.Extension
	}{{"installed", parts.Good, x.Added}, {"removed", parts.Bad, x.Removed}, {"updated", parts.Busy, x.Changed}} {
		for _, e := range became.extensions {
			list.Add(parts.Hug(look.Gap, cut(parts.NewText(strings.TrimSpace(e.Name+" "+e.Version))), parts.NewChip(became.word, became.tone)))
		}
	}
	if len(list.Objects) == 0 {
		return nil
	}
	return list
}

// CreateRenderer implements fyne.Widget.
func (c *Comparison) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.Page(c.Back, "", c.content))
}
