package tray

import (
	"fyne.io/fyne/v2"
	"github.com/google/uuid"
)

// Item is a profile or a session in the menu.
type Item struct {
	ID   uuid.UUID
	Name string
}

// State is what the menu shows. Two states that are equal make the same menu.
type State struct {
	Open    []Item // profiles that can be opened, the last opened first
	Running []Item // sessions
	Sync    string // how the vault stands; empty while the library is not open
	CanSync bool
}

// Actions are what the menu has done. Each checks again whether it is possible: hosts pass on clicks on disabled items.
type Actions struct {
	Show, New, Sync, Quit func()
	Open, Close           func(uuid.UUID)
}

// The labels of the menu.
const (
	ShowLabel  = "Show Valise"
	NewLabel   = "New profile"
	OpenLabel  = "Open"
	CloseLabel = "Close and save"
	SyncLabel  = "Sync now"
	QuitLabel  = "Quit"
)

// MostProfiles is how many profiles the menu offers.
const MostProfiles = 8

// Menu makes the menu.
func Menu(s State, do Actions) *fyne.Menu {
	opened := s.Sync != "" // the library is there
	newProfile := &fyne.MenuItem{Label: NewLabel, Action: do.New, Disabled: !opened}
	status := &fyne.MenuItem{Label: s.Sync, Disabled: true}
	if !opened {
		status.Label = "Opening the vault…"
	}
	return fyne.NewMenu("Valise",
		fyne.NewMenuItem(ShowLabel, do.Show),
		newProfile,
		fyne.NewMenuItemSeparator(),
		submenu(OpenLabel, s.Open[:min(len(s.Open), MostProfiles)], do.Open),
		submenu(CloseLabel, s.Running, do.Close),
		fyne.NewMenuItemSeparator(),
		status,
		&fyne.MenuItem{Label: SyncLabel, Action: do.Sync, Disabled: !s.CanSync},
		fyne.NewMenuItemSeparator(),
		// Fyne gives an IsQuit item without an action its own, which would end the program at once.
		&fyne.MenuItem{Label: QuitLabel, Action: do.Quit, IsQuit: true},
	)
}

// submenu has an item for each; without any it is there, and disabled.
func submenu(label string, items []Item, do func(uuid.UUID)) *fyne.MenuItem {
	if len(items) == 0 {
		return &fyne.MenuItem{Label: label, Disabled: true}
	}
	menu := fyne.NewMenu(label)
	for _, i := range items {
		menu.Items = append(menu.Items, fyne.NewMenuItem(literal(i.Name), func() { do(i.ID) }))
	}
	return &fyne.MenuItem{Label: label, ChildMenu: menu}
}
