//go:build linux

package testenv

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"fyne.io/systray"

	"valise/assets"
)

// TestMain makes the test program, started again by itself, the program whose icon is in the tray.
func TestMain(m *testing.M) {
	if os.Getenv("VALISE_TEST_ICON") != "" {
		showIcon()
		return
	}
	os.Exit(m.Run())
}

// showIcon shows an icon and a menu through the library that Fyne uses, until Quit is clicked.
func showIcon() {
	systray.Run(func() {
		systray.SetIcon(assets.Tray)
		recent := systray.AddMenuItem("Recent", "")
		work := recent.AddSubMenuItem("work__shop", "")
		systray.AddSeparator()
		systray.AddMenuItemCheckbox("Start with the computer", "", true)
		systray.AddMenuItem("Close and save", "").Disable()
		quit := systray.AddMenuItem("Quit", "")
		go func() {
			<-work.ClickedCh
			systray.SetIcon(assets.TrayRunning)
			<-quit.ClickedCh
			systray.Quit()
		}()
	}, nil)
}

func TestTrayReadsTheMenuAndClicks(t *testing.T) {
	bus := Bus(t)
	tray := Tray(t, bus)
	if menu := tray.Menu(); len(menu.Children) != 0 {
		t.Fatalf("a menu before a program has registered:\n%s", menu)
	}
	program := exec.Command(os.Args[0])
	program.Env = append(Home(t), "VALISE_TEST_ICON=yes", BusEnv(bus))
	icon := Start(t, program)

	tray.AwaitIcon("at rest", assets.Tray)
	tray.Click("Recent", "work_shop")
	tray.AwaitIcon("running", assets.TrayRunning)
	if tray.Await("Close and save").Enabled {
		t.Error("a disabled item passes for enabled")
	}
	want := strings.Join([]string{"Recent", "    work_shop", "---", "Start with the computer (checked)", "[Close and save]", "Quit", ""}, "\n")
	if got := tray.Menu().String(); got != want {
		t.Errorf("the menu is\n%s\nwant\n%s", got, want)
	}
	tray.Click("Quit")
	if err := icon.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}
