package testenv

import (
	"image/color"
	"os/exec"
	"strings"
	"testing"
)

func TestScreenDeliversRealMouseAndKeyEvents(t *testing.T) {
	screen := Display(t)
	events := startXev(t, screen, "valise: events")
	window := screen.Window("valise: events")

	window.Click(60, 70)
	Until(t, "the click", func() bool {
		return strings.Contains(events.Output(), "ButtonPress event") && strings.Contains(events.Output(), "(60,70)")
	})
	screen.Type("v9")
	screen.Key("Tab")
	for _, key := range []string{"keysym 0x76, v", "keysym 0x39, 9", "keysym 0xff09, Tab"} {
		Until(t, key, func() bool { return strings.Contains(events.Output(), key) })
	}
}

func TestScreenFindsWindowsByTheirWholeTitle(t *testing.T) {
	screen := Display(t)
	events := startXev(t, screen, "Valise (work)")
	screen.Window("Valise (work)")
	if screen.Shows("Valise") || screen.Shows("Valise .work.") {
		t.Error("a part of a title, or a pattern, is taken for the title")
	}
	events.Stop()
	Until(t, "the window to vanish", func() bool { return !screen.Shows("Valise (work)") })
}

func TestTypeCarriesAnyTextThroughTheClipboard(t *testing.T) {
	screen := Display(t)
	events := startXev(t, screen, "events")
	screen.Window("events").Click(20, 20)
	screen.Type("Łódź – 日本")
	if got := screen.Clipboard(); got != "Łódź – 日本" {
		t.Errorf("the clipboard has %q", got)
	}
	Until(t, "ctrl+v", func() bool { return strings.Contains(events.Output(), "keysym 0x76, v") })
}

func TestPictureShowsWhatIsOnTheScreen(t *testing.T) {
	screen := Display(t)
	startXev(t, screen, "white")
	window := screen.Window("white")
	bounds := window.Bounds()
	if bounds.Dx() != 120 || bounds.Dy() != 90 {
		t.Fatalf("the window is at %v, want 120 by 90 pixels", bounds)
	}
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	Until(t, "the window to be painted", func() bool {
		picture := screen.Picture()
		return picture.At(bounds.Min.X+5, bounds.Min.Y+5) == white && picture.At(1000, 700) == black
	})
}

func TestCloseAsksTheWindowThroughTheWindowManager(t *testing.T) {
	screen := Display(t)
	screen.WindowManager()
	events := startXev(t, screen, "to be closed")
	screen.Window("to be closed").Close()
	if err := events.Wait(); err != nil {
		t.Errorf("xev did not end in order: %v", err)
	}
}

// startXev opens a window of 120 by 90 pixels that prints the events it gets.
func startXev(t *testing.T, screen *Screen, title string) *Process {
	t.Helper()
	cmd := exec.Command(Need(t, "xev", "x11-utils"), "-name", title, "-geometry", "120x90+40+50")
	cmd.Env = append(Home(t), screen.Env()...)
	return Start(t, cmd)
}

func TestAWindowIsWhereItIsAlsoInsideAFrame(t *testing.T) {
	screen := Display(t)
	screen.WindowManager()
	startXev(t, screen, "white")
	window := screen.Window("white")
	white := color.RGBA{255, 255, 255, 255}
	Until(t, "its corners to be its own, and what is around them not", func() bool {
		picture, b := screen.Picture(), window.Bounds()
		return picture.At(b.Min.X, b.Min.Y) == white && picture.At(b.Max.X-1, b.Max.Y-1) == white &&
			picture.At(b.Min.X-1, b.Min.Y-1) != white && picture.At(b.Max.X, b.Max.Y) != white
	})
}

func TestRaiseBringsAWindowToTheFront(t *testing.T) {
	screen := Display(t)
	screen.WindowManager()
	startXev(t, screen, "first")
	first := screen.Window("first")
	startXev(t, screen, "second")
	second := screen.Window("second")
	for range 2 {
		first.Raise()
		Until(t, "the first window to have the keyboard", func() bool { return first.Active() && !second.Active() })
		second.Raise()
		Until(t, "the second window to have the keyboard", func() bool { return second.Active() && !first.Active() })
	}
}
