package tray_test

import (
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/ui/tray"
)

// follow starts to follow on a bus, and returns what is told.
func follow(t *testing.T) <-chan bool {
	told := make(chan bool, 8)
	tray.Follow(t.Context(), func(there bool) { told <- there })
	return told
}

func next(t *testing.T, told <-chan bool, want bool) {
	t.Helper()
	select {
	case there := <-told:
		if there != want {
			t.Fatalf("a tray is there: %v, want %v", there, want)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("never told that a tray is there: %v", want)
	}
}

func TestATrayIsNoticedWhenItComesAndWhenTheBusGoes(t *testing.T) {
	bus := testenv.Bus(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	told := follow(t)
	next(t, told, false)
	testenv.Tray(t, bus)
	next(t, told, true)
	testenv.EndBus(t, bus)
	next(t, told, false)
}

func TestATrayThatIsThereIsSeenAtOnce(t *testing.T) {
	bus := testenv.Bus(t)
	testenv.Tray(t, bus)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	next(t, follow(t), true)
}

// godbus starts a bus of its own where there is none, and nobody ends that.
func TestWithoutABusNoneIsStarted(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if tray.HasBus() {
		t.Error("there seems to be a bus")
	}
	next(t, follow(t), false)
}
