package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// emptyPage stands where the list would be: why there is nothing to see, and what can be done about it.
type emptyPage struct {
	widget.BaseWidget
	title   *parts.Text
	note    *parts.Note
	buttons *fyne.Container
}

func newEmptyPage() *emptyPage {
	e := &emptyPage{title: parts.NewTitle("", theme.SizeNameSubHeadingText), note: parts.NewNote("").Centre(), buttons: parts.Row(look.Gap)}
	e.title.Alignment = fyne.TextAlignCenter
	e.ExtendBaseWidget(e)
	return e
}

func (e *emptyPage) say(title, note string, buttons ...*parts.Button) {
	e.title.Set(title)
	e.note.Say(note, widget.LowImportance)
	e.buttons.RemoveAll()
	for _, b := range buttons {
		e.buttons.Add(b)
	}
	e.Show()
}

// CreateRenderer implements fyne.Widget.
func (e *emptyPage) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewCenter(parts.Column(look.Space,
		e.title, parts.Wide(420, e.note), container.NewCenter(e.buttons))))
}

// explainEmptiness shows the page that fits, or none.
func (s *Screen) explainEmptiness() {
	switch {
	case len(s.Rows.entries) > 0 || !s.loaded:
		s.empty.Hide()
	case s.Search.Text != "" && s.inTrash:
		s.empty.say("Nothing found", "No profile in the trash has “"+s.Search.Text+"” in its name, its sites or its tags.",
			parts.NewButton("Clear the search", s.Search.Clear))
	case s.Search.Text != "":
		s.empty.say("Nothing found", "No profile has “"+s.Search.Text+"” in its name, its sites or its tags.",
			parts.NewButton("Clear the search", s.Search.Clear))
	case s.inTrash:
		s.empty.say("The trash is empty", "Profiles that you move to the trash can be put back from here.")
	default:
		s.empty.say("A browser to pack up", "A profile is a browser with everything in it: logins, tabs, bookmarks, passwords. "+
			"Start one, log in somewhere, close it: it is saved, encrypted, and opens again just as it was.",
			parts.NewPrimary("New profile", func() { s.OnNew() }),
			parts.NewButton("Use an existing vault", func() { s.OnJoin() }))
	}
}
