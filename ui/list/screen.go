package list

import (
	"fmt"
	"slices"

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

	Search              *Search
	New, Settings, Bin  *parts.Button
	Rows                *Rows
	Status              *StatusBar
	title, count, empty *parts.Text
	emptyNote           *parts.Note
	emptyButtons        *fyne.Container
	emptyPage, warning  *fyne.Container
	warningText         *parts.Note

	all     []Entry
	inTrash bool
	loaded  bool
}

// NewScreen makes the screen without any profiles.
func NewScreen() *Screen {
	s := &Screen{
		title:       parts.NewTitle("Profiles", theme.SizeNameHeadingText),
		count:       parts.NewQuiet(""),
		empty:       parts.NewTitle("", theme.SizeNameSubHeadingText),
		emptyNote:   parts.NewNote("").Centre(),
		warningText: parts.NewParagraph(""),
	}
	s.empty.Alignment = fyne.TextAlignCenter
	s.Search = newSearch(s)
	s.New = parts.NewPrimary("New profile", func() { s.OnNew() })
	s.New.Icon = theme.ContentAddIcon()
	s.Settings = parts.NewFlat("", theme.SettingsIcon(), func() { s.OnSettings() })
	s.Bin = parts.NewFlat("Trash", theme.DeleteIcon(), func() { s.ShowTrash(!s.inTrash) })
	s.Rows = newRows(func(v Verb, e Entry) { s.OnDo(v, e) })
	s.Status = newStatusBar(s)
	s.emptyButtons = parts.Row(look.Gap)
	s.emptyPage = container.NewCenter(parts.Column(look.Space, s.empty, parts.Wide(420, s.emptyNote), container.NewCenter(s.emptyButtons)))
	s.warning = parts.NewCard(s.warningText)
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

// Warn shows something that keeps Valise from working, above the list; an empty text takes it away.
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
	var shown []Entry
	trashed := 0
	for _, e := range s.all {
		inTrash := e.Profile.State == profiles.StateTrashed
		if inTrash {
			trashed++
		}
		if inTrash == s.inTrash && matches(e.Profile, s.Search.Text) {
			shown = append(shown, e)
		}
	}
	// Throwaways stand first: nothing else in the window leads to them.
	slices.SortStableFunc(shown, func(a, b Entry) int {
		switch {
		case a.Throwaway != nil && b.Throwaway == nil:
			return -1
		case a.Throwaway == nil && b.Throwaway != nil:
			return 1
		}
		return 0
	})
	s.Rows.show(shown)
	s.setTitles(trashed)
	s.setEmpty(len(shown) == 0)
	s.Refresh()
}

func (s *Screen) setTitles(trashed int) {
	count := fmt.Sprint(len(s.Rows.entries))
	if len(s.Rows.entries) == 0 {
		count = ""
	}
	s.count.Set(count)
	if s.inTrash {
		s.title.Set("Trash")
		s.Bin.Offer("Back to the profiles", widget.LowImportance, s.Bin.OnTapped)
		s.Bin.SetIcon(theme.NavigateBackIcon())
		return
	}
	s.title.Set("Profiles")
	s.Bin.SetIcon(theme.DeleteIcon())
	if trashed > 0 {
		s.Bin.Offer(fmt.Sprintf("Trash (%d)", trashed), widget.LowImportance, s.Bin.OnTapped)
	} else {
		s.Bin.Offer("Trash", widget.LowImportance, s.Bin.OnTapped)
	}
}

// setEmpty says why there is nothing to see and what to do about it.
func (s *Screen) setEmpty(empty bool) {
	s.emptyPage.Hidden = !empty || !s.loaded
	if !empty {
		return
	}
	s.emptyButtons.RemoveAll()
	switch {
	case s.Search.Text != "":
		s.empty.Set("Nothing found")
		s.emptyNote.Say("No "+place(s.inTrash)+" has “"+s.Search.Text+"” in its name, its sites or its tags.", widget.LowImportance)
		s.emptyButtons.Add(parts.NewButton("Clear the search", s.Search.Clear))
	case s.inTrash:
		s.empty.Set("The trash is empty")
		s.emptyNote.Say("Profiles that you move to the trash can be put back from here.", widget.LowImportance)
	default:
		s.empty.Set("A browser to pack up")
		s.emptyNote.Say("A profile is a browser with everything in it: logins, tabs, bookmarks, passwords. "+
			"Start one, log in somewhere, close it: it is saved, encrypted, and opens again just as it was.", widget.LowImportance)
		s.emptyButtons.Add(parts.NewPrimary("New profile", func() { s.OnNew() }))
		s.emptyButtons.Add(parts.NewButton("Use an existing vault", func() { s.OnJoin() }))
	}
}

func place(inTrash bool) string {
	if inTrash {
		return "profile in the trash"
	}
	return "profile"
}

// CreateRenderer implements fyne.Widget.
func (s *Screen) CreateRenderer() fyne.WidgetRenderer {
	top := parts.Spread(look.Gap, 0, s.Search, s.New, s.Settings)
	heading := parts.Spread(look.Gap, 1, s.title, parts.Inset(s.count, 6, 0), s.Bin)
	head := parts.Inset(parts.Column(look.Space, top, heading, s.warning), look.Space, look.Margin)
	body := container.NewStack(container.New(layout.NewCustomPaddedLayout(0, 0, look.Margin, look.Margin-scrollGap), s.Rows), s.emptyPage)
	return widget.NewSimpleRenderer(container.NewBorder(head, s.Status, nil, nil, body))
}
