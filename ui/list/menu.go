package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"valise/profiles"
)

// MenuFor is the menu of a line: every way of opening, and what else can be done in its state. do is asked for the verb
// that the person picks.
func MenuFor(e Entry, do func(Verb, Entry)) *fyne.Menu {
	item := func(label string, icon fyne.Resource, v Verb) *fyne.MenuItem {
		return &fyne.MenuItem{Label: label, Icon: icon, Disabled: !Possible(v, e), Action: func() { do(v, e) }}
	}
	between := fyne.NewMenuItemSeparator
	closing := "Close and save"
	if e.Throwaway != nil {
		closing = "Close"
	}
	running := []*fyne.MenuItem{
		item("Show", theme.VisibilityIcon(), BringUp),
		item(closing, theme.CancelIcon(), Close),
	}
	switch {
	case e.Throwaway != nil:
		return fyne.NewMenu("", running...)
	case e.Profile.State == profiles.StateTrashed:
		return fyne.NewMenu("",
			item("Put back", theme.ContentUndoIcon(), PutBack),
			item("History", theme.HistoryIcon(), History),
			between(),
			item("Delete for good…", theme.DeleteIcon(), Purge))
	}
	pin := "Pin"
	if e.Profile.Pinned {
		pin = "Unpin"
	}
	opening := []*fyne.MenuItem{item("Open", theme.MediaPlayIcon(), Open)}
	if e.Session() != nil {
		opening = append(running, item("Save now", theme.DocumentSaveIcon(), SaveNow))
	}
	opening = append(opening,
		item("Open throwaway", theme.VisibilityOffIcon(), OpenThrowaway),
		item("Open and save as new…", theme.ContentAddIcon(), OpenAsNew),
		item("Open and save over…", theme.SearchReplaceIcon(), OpenOver))
	for _, engine := range e.Engines {
		on := e
		on.On = engine
		opening = append(opening, &fyne.MenuItem{Label: "Open on " + engine, Icon: theme.ComputerIcon(), Disabled: !Possible(OpenOn, e),
			Action: func() { do(OpenOn, on) }})
	}
	return fyne.NewMenu("", append(opening,
		between(),
		item("History", theme.HistoryIcon(), History),
		item("Fork…", theme.ContentCopyIcon(), Fork),
		item("Rename…", theme.DocumentCreateIcon(), Rename),
		item("Colour…", theme.ColorPaletteIcon(), Colour),
		item("Tags…", theme.ListIcon(), Tags),
		item(pin, theme.RadioButtonCheckedIcon(), Pin),
		item("Expires…", theme.CalendarIcon(), Expiry),
		between(),
		item("Move to trash", theme.DeleteIcon(), Trash),
	)...)
}
