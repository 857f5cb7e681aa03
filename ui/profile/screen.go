package profile

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/list"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

const (
	mostTabs  = 5
	mostSites = 12
)

// Screen is the page.
type Screen struct {
	widget.BaseWidget

	// What the person wants; all must be set before the page is shown.
	OnDo       func(list.Verb, list.Entry)
	OnSnapshot func(Verb, profiles.Snapshot)
	OnBack     func()

	Back, Primary, Second, More *parts.Button
	Aside                       *AsideCard
	Timeline                    *Timeline

	avatar           *parts.Avatar
	name, about      *parts.Text
	chip             *parts.Chip
	bar              *parts.Bar
	trouble, sites   *parts.Note
	tabs             *fyne.Container
	tabsTitle, ahead *parts.Text

	entry list.Entry
}

// NewScreen makes the page without a profile.
func NewScreen() *Screen {
	s := &Screen{
		avatar: parts.NewAvatar(56), name: parts.NewTitle("", theme.SizeNameHeadingText), about: parts.NewQuiet(""),
		chip: parts.NewChip("", parts.Quiet), bar: parts.NewBar(),
		trouble: parts.NewParagraph(""), sites: parts.NewNote(""),
		tabs: parts.Column(6), Timeline: newTimeline(),
		tabsTitle: parts.NewTitle("Tabs that were open", theme.SizeNameText),
		ahead:     parts.NewQuiet(""),
	}
	s.name.Cut, s.about.Cut = true, true
	s.Timeline.OnDo = func(v Verb, snapshot profiles.Snapshot) { s.OnSnapshot(v, snapshot) }
	s.Aside = newAsideCard(func(v Verb, snapshot profiles.Snapshot) { s.OnSnapshot(v, snapshot) })
	s.Back = parts.NewFlat("Profiles", theme.NavigateBackIcon(), func() { s.OnBack() })
	s.Primary = parts.NewPrimary("Open", nil)
	s.Second = parts.NewButton("", nil)
	s.More = parts.NewFlat("", theme.MoreVerticalIcon(), func() {
		parts.ShowMenu(list.MenuFor(s.entry, func(v list.Verb, e list.Entry) { s.OnDo(v, e) }), s.More)
	})
	s.ExtendBaseWidget(s)
	return s
}

// Profile is the one that the page is about.
func (s *Screen) Profile() profiles.Profile { return s.entry.Profile }

// SetProfile shows a profile, or what became of the same one.
func (s *Screen) SetProfile(e list.Entry) {
	s.entry = e
	p := e.Profile
	s.avatar.Set(p.Name, p.Colour, false)
	s.name.Set(p.Name)
	s.chip.Set(list.State(e))
	s.about.Set(contents(p))
	busy := list.BusyWord(e)
	s.bar.Hidden = busy == ""
	s.bar.Set(e.Progress.Done, e.Progress.Total)
	if busy != "" {
		s.about.Set(busy)
	}
	s.trouble.Hidden = p.Problem == nil
	if p.Problem != nil {
		s.trouble.Say(words.Sentence(p.Problem.Error()), widget.DangerImportance)
	}
	s.sites.Hidden = len(p.Sites) == 0
	s.sites.Say(words.List(p.Sites, mostSites), widget.LowImportance)
	s.setTabs()
	s.setButtons()
	s.Refresh()
}

// contents is what there is to know of a profile in one line.
func contents(p profiles.Profile) string {
	said := []string{"opened " + list.LastOpened(p)}
	if p.Size > 0 {
		said = append(said, words.Size(p.Size))
	}
	for _, c := range []struct {
		n    int
		noun string
	}{
		{p.Summary.Cookies, "cookie"}, {p.Summary.Passwords, "password"},
		{p.Summary.Bookmarks, "bookmark"}, {p.Summary.Extensions, "extension"},
	} {
		if c.n > 0 {
			said = append(said, words.Count(c.n, c.noun))
		}
	}
	return strings.Join(said, " · ")
}

func (s *Screen) setTabs() {
	s.tabs.RemoveAll()
	tabs := s.entry.Profile.Summary.Tabs
	for _, tab := range tabs[:min(len(tabs), mostTabs)] {
		icon := parts.NewFavicon(16)
		icon.Set(words.Host(tab.URL), tab.Favicon)
		title := parts.NewText(tab.Title)
		if tab.Title == "" {
			title.Set(tab.URL)
		}
		title.Cut = true
		s.tabs.Add(parts.Spread(look.Gap, 1, icon, title, parts.NewQuiet(words.Host(tab.URL))))
	}
	if rest := len(tabs) - mostTabs; rest > 0 {
		s.tabs.Add(parts.NewQuiet(fmt.Sprintf("and %d more", rest)))
	}
	s.tabsTitle.Hidden = len(tabs) == 0
	s.tabs.Hidden = len(tabs) == 0
}

func (s *Screen) setButtons() {
	offer := func(b *parts.Button, label string, importance widget.Importance, v list.Verb) {
		b.Offer(label, importance, func() { s.OnDo(v, s.entry) })
		if list.Possible(v, s.entry) {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	switch list.MainVerb(s.entry) {
	case list.PutBack:
		offer(s.Primary, "Put back", widget.HighImportance, list.PutBack)
		s.Second.Offer("", widget.MediumImportance, nil)
	case list.BringUp:
		offer(s.Primary, "Close and save", widget.HighImportance, list.Close)
		offer(s.Second, "Show", widget.MediumImportance, list.BringUp)
	default:
		offer(s.Primary, "Open", widget.HighImportance, list.Open)
		offer(s.Second, "Open throwaway", widget.MediumImportance, list.OpenThrowaway)
	}
}

// SetHistory shows the snapshots, newest first.
func (s *Screen) SetHistory(snapshots []profiles.Snapshot) {
	s.Aside.Set(snapshots)
	s.Timeline.Set(snapshots)
	s.ahead.Set(words.Count(len(snapshots), "snapshot"))
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Screen) CreateRenderer() fyne.WidgetRenderer {
	title := parts.Column(4, parts.Hug(look.Gap+2, s.name, s.chip), s.about, s.bar)
	head := parts.Spread(look.Space, 1, s.avatar, title, s.Second, s.Primary, s.More)
	top := parts.NewCard(parts.Column(look.Space-2, head, s.trouble, s.sites, s.tabsTitle, s.tabs))
	heading := parts.Row(look.Gap, parts.NewTitle("History", theme.SizeNameSubHeadingText), parts.Inset(s.ahead, 3, 0))
	page, scroll := parts.ScrolledPage(s.Back, "", parts.Column(look.Gap, parts.Column(look.Space, top, s.Aside), parts.Inset(heading, look.Gap, 0), s.Timeline))
	s.Timeline.Reveal = func(thing fyne.CanvasObject) { parts.Reveal(scroll, thing) }
	return widget.NewSimpleRenderer(page)
}
