package list

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
)

// Screen is the first screen.
type Screen struct {
	widget.BaseWidget

	// What the person wants; all must be set before the screen is shown.
	OnDo       func(Verb, Entry)
	OnNew      func()
	OnJoin     func() // use an existing vault
	OnSettings func()
	OnSync     func()
	OnBackUp   func() // keep the vault in a bucket too

	Search             *Search
	New, Settings, Bin *parts.Button
	Mend               *parts.Button // chooses a browser, beside the warning that there is none
	Rows               *Rows
	Status             *StatusBar

	title, count *parts.Text
	warningText  *parts.Note
	warning      *fyne.Container
	empty        *emptyPage

	all     []Entry
	inTrash bool
	loaded  bool
}

// NewScreen makes the screen without any profiles.
func NewScreen() *Screen {
	s := &Screen{
		title:       parts.NewTitle("Profiles", theme.SizeNameHeadingText),
		count:       parts.NewQuiet(""),
		empty:       newEmptyPage(),
		warningText: parts.NewParagraph(""),
	}
	s.Search = newSearch(s)
	s.New = parts.NewPrimary("New profile", func() { s.OnNew() })
	s.New.Icon = theme.ContentAddIcon()
	s.Settings = parts.NewFlat("", theme.SettingsIcon(), func() { s.OnSettings() })
	s.Bin = parts.NewFlat("Trash", theme.DeleteIcon(), func() { s.ShowTrash(!s.inTrash) })
	s.Rows = newRows(func(v Verb, e Entry) { s.OnDo(v, e) })
	s.Status = newStatusBar(s)
	s.Mend = parts.NewButton("Choose a browser", func() { s.OnSettings() })
	s.warning = parts.NewCard(parts.Spread(look.Space, 0, s.warningText, s.Mend))
	s.warning.Hide()
	s.ExtendBaseWidget(s)
	s.refill()
	return s
}

// SetEntries replaces what there is: profiles in the order in which the library lists them, and sessions of throwaways.
func (s *Screen) SetEntries(all []Entry) {
	s.all, s.loaded = all, true
	s.refill()
}

// Progress shows how far a session's restoring or saving has come.
func (s *Screen) Progress(session profiles.SessionInfo, p profiles.Progress) {
	for i, e := range s.all {
		if running := e.Session(); running != nil && running.ID == session.ID {
			running := session
			if e.Throwaway != nil {
				s.all[i].Throwaway = &running
			} else {
				s.all[i].Profile.Session = &running
			}
			s.all[i].Progress = p
			s.refill()
			return
		}
	}
}

// Warn shows above the list why no browser can be started; an empty text takes it away.
func (s *Screen) Warn(text string) {
	s.warningText.Say(text, widget.MediumImportance)
	s.warning.Hidden = text == ""
	s.Refresh()
}

// ShowTrash shows the profiles in the trash, or those outside.
func (s *Screen) ShowTrash(trash bool) {
	s.inTrash = trash
	s.Rows.choose(0)
	s.refill()
}

// InTrash says whether the trash is shown.
func (s *Screen) InTrash() bool { return s.inTrash }

// Entries are the lines that are shown, from the top.
func (s *Screen) Entries() []Entry { return s.Rows.entries }

// refill shows the entries that the search and the trash leave.
func (s *Screen) refill() {
	var throwaways, shown []Entry
	trashed := 0
	for _, e := range s.all {
		inTrash := e.Profile.State == profiles.StateTrashed
		if inTrash {
			trashed++
		}
		switch {
		case inTrash != s.inTrash || !matches(e.Profile, s.Search.Text):
		case e.Throwaway != nil:
			throwaways = append(throwaways, e)
		default:
			shown = append(shown, e)
		}
	}
	s.Rows.show(append(throwaways, shown...)) // throwaways first: nothing else in the window leads to them
	s.setTitles(trashed)
	s.explainEmptiness()
	s.Refresh()
}

// setTitles says what is shown, how many there are, and where the other ones are.
func (s *Screen) setTitles(trashed int) {
	s.count.Set("")
	if n := len(s.Rows.entries); n > 0 {
		s.count.Set(fmt.Sprint(n))
	}
	title, other, icon := "Profiles", "Trash", theme.DeleteIcon()
	switch {
	case s.inTrash:
		title, other, icon = "Trash", "Back to the profiles", theme.NavigateBackIcon()
	case trashed > 0:
		other = fmt.Sprintf("Trash (%d)", trashed)
	}
	s.title.Set(title)
	s.Bin.Text, s.Bin.Icon = other, icon
	s.Bin.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *Screen) CreateRenderer() fyne.WidgetRenderer {
	top := parts.Spread(look.Gap, 0, s.Search, s.New, s.Settings)
	heading := parts.Spread(look.Gap, 1, s.title, parts.Inset(s.count, 6, 0), s.Bin)
	head := parts.Inset(parts.Column(look.Space, top, heading, s.warning), look.Space, look.Margin)
	body := container.NewStack(container.New(layout.NewCustomPaddedLayout(0, 0, look.Margin, look.Margin-scrollGap), s.Rows), s.empty)
	return widget.NewSimpleRenderer(container.NewBorder(head, s.Status, nil, nil, body))
}
