package tray_test

import (
	"fmt"
	"testing"

	"valise/ui/tray"

	"fyne.io/fyne/v2"
	"github.com/google/uuid"
)

func item(t *testing.T, menu *fyne.Menu, labels ...string) *fyne.MenuItem {
	t.Helper()
	var found *fyne.MenuItem
	for _, label := range labels {
		found = nil
		if menu == nil {
			t.Fatalf("no menu on the way to %q", labels)
		}
		for _, i := range menu.Items {
			if i.Label == label {
				found = i
			}
		}
		if found == nil {
			t.Fatalf("no item %q", labels)
		}
		menu = found.ChildMenu
	}
	return found
}

func TestTheMenuOpensAndCloses(t *testing.T) {
	a, b := uuid.New(), uuid.New()
	var done []string
	menu := tray.Menu(tray.State{
		Open: []tray.Item{{ID: a, Name: "Work"}}, Running: []tray.Item{{ID: b, Name: "Shop"}},
		Sync: "Everything is in the vault", CanSync: true,
	}, tray.Actions{
		Show: func() { done = append(done, "show") }, Quit: func() { done = append(done, "quit") },
		Open:  func(id uuid.UUID) { done = append(done, "open "+id.String()) },
		Close: func(id uuid.UUID) { done = append(done, "close "+id.String()) },
	})
	item(t, menu, "Show Valise").Action()
	item(t, menu, "Open", "Work").Action()
	item(t, menu, "Close and save", "Shop").Action()
	item(t, menu, "Quit").Action()
	if want := fmt.Sprint([]string{"show", "open " + a.String(), "close " + b.String(), "quit"}); fmt.Sprint(done) != want {
		t.Errorf("done was %v, want %v", done, want)
	}
	if !item(t, menu, "Everything is in the vault").Disabled || item(t, menu, "Sync now").Disabled {
		t.Error("the standing should not be clickable, and syncing should")
	}
}

func TestTheMenuOffersNothingBeforeTheVaultIsOpen(t *testing.T) {
	menu := tray.Menu(tray.State{}, tray.Actions{})
	for _, label := range []string{"New profile", "Open", "Close and save", "Sync now"} {
		if !item(t, menu, label).Disabled {
			t.Errorf("%q can be clicked", label)
		}
	}
}

func TestTheMenuStaysShort(t *testing.T) {
	var many []tray.Item
	for i := range 20 {
		many = append(many, tray.Item{ID: uuid.New(), Name: fmt.Sprint("Profile ", i)})
	}
	if n := len(item(t, tray.Menu(tray.State{Open: many, Sync: "-"}, tray.Actions{}), "Open").ChildMenu.Items); n != tray.MostProfiles {
		t.Errorf("it offers %d profiles, want %d", n, tray.MostProfiles)
	}
}

// Fyne adds a Quit of its own, which ends the program at once, to a menu whose last item is not one.
func TestQuitIsTheLastItemAndOurs(t *testing.T) {
	menu := tray.Menu(tray.State{}, tray.Actions{Quit: func() {}})
	last := menu.Items[len(menu.Items)-1]
	if last.Label != "Quit" || !last.IsQuit || last.Action == nil {
		t.Errorf("the last item is %+v", last)
	}
}
