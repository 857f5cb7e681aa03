package ui

import (
	"os"
	"slices"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"fyne.io/fyne/v2"
)

// startWithTray starts the program on a desktop with a tray.
func startWithTray(t *testing.T) *bench {
	home := newHome(t)
	bus := testenv.Bus(t)
	testenv.Tray(t, bus)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	b := startIn(t, home)
	b.until("the library and the tray", func() bool { return b.desk != nil && b.tray.there && b.desk.syncing.status.Folder != "" })
	return b
}

// item finds an item of the tray's menu by the labels that lead to it; nil: there is none.
func (b *bench) item(labels ...string) *fyne.MenuItem {
	menu := b.test.trayMenu
	var found *fyne.MenuItem
	for _, label := range labels {
		found = nil
		if menu == nil {
			return nil
		}
		for _, item := range menu.Items {
			if item.Label == label {
				found = item
			}
		}
		if found == nil {
			return nil
		}
		menu = found.ChildMenu
	}
	return found
}

func TestTheTrayClosesAndSaves(t *testing.T) {
	b := startWithTray(t)
	s := b.open(profiles.How{Save: profiles.SaveNew, Name: "Work"})
	b.until("the session in the menu", func() bool { return b.item("Close and save", "Work") != nil })
	if b.test.trayIcon != iconRunning {
		t.Errorf("the icon is %s", b.test.trayIcon.Name())
	}
	b.item("Close and save", "Work").Action()
	b.until("the profile in the menu", func() bool { return b.item("Open", "Work") != nil })
	if r, err := s.Result(); err != nil || r.Outcome != profiles.Saved {
		t.Errorf("the session ended with %+v, %v", r, err)
	}
	if b.item("In this computer only: 1 profile, "+size(t, b)) == nil {
		t.Errorf("the standing is missing in %v", b.test.trayMenu.Items)
	}
	b.item("Quit").Action()
	b.until("the end", func() bool { return b.test.quit })
}

// size is how much the vault takes, as the status bar has it.
func size(t *testing.T, b *bench) string {
	t.Helper()
	b.until("the size", func() bool { return b.desk.syncing.status.Profiles == 1 })
	text := b.desk.list.screen.Status.Text()
	return text[len("In this computer only: 1 profile, "):]
}

func TestClosingTheWindowLeavesItInTheTrayAndSaysSoOnce(t *testing.T) {
	b := startWithTray(t)
	testenv.NotificationsOn(t, os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	b.window.closed()
	b.until("the settings on disk", func() bool {
		s, err := b.home.Settings()
		return err == nil && s.Window.ToldAboutTray
	})
	b.until("the notification", func() bool { return len(b.test.told) > 0 })
	if b.test.quit {
		t.Error("closing the window quits")
	}
	b.item("Show Valise").Action()
	b.window.closed()
	if !slices.Equal(b.test.told, []string{"Valise is in the tray"}) {
		t.Errorf("the person is told %q", b.test.told)
	}
	if b.reads("Valise was in the tray.") {
		t.Error("the window tells what a notification has told")
	}
}

func TestWithoutNotificationsTheWindowTellsOfTheTrayOnce(t *testing.T) {
	b := startWithTray(t)
	b.window.closed()
	b.until("the answer about notifications", func() bool { return b.tray.owed })
	b.item("Show Valise").Action()
	if !b.reads("Valise was in the tray.") || len(b.test.told) > 0 {
		t.Errorf("the window shows %q, told was %q", b.texts(), b.test.told)
	}
	b.window.notices.Bars()[0].Dismiss()
	b.window.closed()
	b.item("Show Valise").Action()
	if b.reads("Valise was in the tray.") {
		t.Error("it tells it twice")
	}
}

func TestWhatWaitsDoesNotKeepThePersonFromQuitting(t *testing.T) {
	b := startWithTray(t)
	place := t.TempDir()
	b.connect(place)
	if err := os.RemoveAll(place); err != nil {
		t.Fatal(err)
	}
	b.pack("Work")
	b.until("the warning in the tray", func() bool { return b.test.trayIcon == iconWaiting })
	if b.state("Work") != "waiting" {
		t.Errorf("the profile is %q", b.state("Work"))
	}
	b.quit.ask()
	b.tap("Do not quit")
	b.quit.ask()
	b.until("the failure", func() bool { return b.reads("What is not sent stays on this computer") })
	b.tap("Quit anyway")
	if !b.test.quit {
		t.Error("it does not quit")
	}
}
