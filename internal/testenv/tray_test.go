//go:build linux

package testenv

import (
	"strings"
	"sync/atomic"
	"testing"

	"fyne.io/systray"

	"valise/assets"
)

// The icon of this test comes from the library that Fyne uses.
func TestTrayReadsTheMenuAndClicks(t *testing.T) {
	bus := Bus(t)
	tray := Tray(t, bus)
	if menu := tray.Menu(); len(menu.Children) != 0 {
		t.Fatalf("a menu before a program has registered:\n%s", menu)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	var clicked atomic.Int32
	start, end := systray.RunWithExternalLoop(func() {
		systray.SetIcon(assets.Tray)
		recent := systray.AddMenuItem("Recent", "")
		work := recent.AddSubMenuItem("work__shop", "")
		systray.AddSeparator()
		systray.AddMenuItemCheckbox("Start with the computer", "", true)
		systray.AddMenuItem("Close and save", "").Disable()
		go func() {
			for range work.ClickedCh {
				clicked.Add(1)
			}
		}()
	}, nil)
	start()
	t.Cleanup(end)

	tray.Click("Recent", "work_shop")
	Until(t, "the click", func() bool { return clicked.Load() == 1 })
	if tray.Await("Close and save").Enabled {
		t.Error("a disabled item passes for enabled")
	}
	want := strings.Join([]string{"Recent", "    work_shop", "---", "Start with the computer (checked)", "[Close and save]", ""}, "\n")
	if got := tray.Menu().String(); got != want {
		t.Errorf("the menu is\n%s\nwant\n%s", got, want)
	}
	tray.AwaitIcon("at rest", assets.Tray)
	systray.SetIcon(assets.TrayRunning)
	tray.AwaitIcon("running", assets.TrayRunning)
}
