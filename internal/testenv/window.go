package testenv

import (
	"image"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is one window on a Screen. Its coordinates are in pixels from its upper left corner.
type Window struct {
	screen *Screen
	id     string
}

// rest is how long the mouse stays in its place before it clicks, in seconds, as in a person's hand: a program may look where it
// is only once in a while.
const rest = "0.15"

// Click presses the left button of the mouse at a place in the window.
func (w *Window) Click(x, y int) {
	w.screen.t.Helper()
	w.press("1", x, y)
}

// RightClick presses the right button of the mouse at a place in the window.
func (w *Window) RightClick(x, y int) {
	w.screen.t.Helper()
	w.press("3", x, y)
}

// Point moves the mouse to a place in the window.
func (w *Window) Point(x, y int) {
	w.screen.t.Helper()
	w.screen.xdotool("mousemove", "--window", w.id, strconv.Itoa(x), strconv.Itoa(y))
}

func (w *Window) press(button string, x, y int) {
	w.screen.t.Helper()
	w.screen.click(button, "--window", w.id, strconv.Itoa(x), strconv.Itoa(y))
}

// click moves the mouse to where the arguments of xdotool mousemove say, and presses a button there.
func (s *Screen) click(button string, to ...string) {
	s.t.Helper()
	s.xdotool(slices.Concat([]string{"mousemove"}, to, []string{"sleep", rest, "click", button})...)
}

// Close presses the button in the window's title bar that asks it to close, until it is gone. It needs
// Screen.WindowManager, and a window that leaves its title bar to it. (Its key for that does nothing in the moment before
// the window manager has noticed which window has the keyboard.)
func (w *Window) Close() {
	w.screen.t.Helper()
	const (
		inset    = 10              // of the button, from the upper right corner
		reaction = 5 * time.Second // before a busy machine is taken to have lost the click
	)
	Until(w.screen.t, "the window to close", func() bool {
		if !w.visible() {
			return true
		}
		w.Raise()
		b := w.Bounds()
		w.screen.click("1", strconv.Itoa(b.Max.X-inset), strconv.Itoa(b.Min.Y-inset))
		return Within(reaction, func() bool { return !w.visible() })
	})
}

func (w *Window) visible() bool {
	w.screen.t.Helper()
	return strings.Contains(w.screen.command("xwininfo", "x11-utils", "-id", w.id), "IsViewable")
}

// Raise brings the window to the front and gives it the keyboard, as a taskbar does, until it keeps it: a browser that has
// just started takes it once more when it has its first page. It needs Screen.WindowManager.
func (w *Window) Raise() {
	w.screen.t.Helper()
	const reaction = 300 * time.Millisecond
	Until(w.screen.t, "the window to have the keyboard", func() bool {
		w.screen.xdotool("windowactivate", w.id)
		return Within(reaction, w.Active) && !Within(reaction, func() bool { return !w.Active() })
	})
}

// Active says whether the window has the keyboard.
func (w *Window) Active() bool {
	w.screen.t.Helper()
	return strings.TrimSpace(w.screen.xdotool("getwindowfocus")) == w.id
}

var geometry = regexp.MustCompile(`(?s)Absolute upper-left X: +(-?\d+).*Absolute upper-left Y: +(-?\d+).*Width: (\d+).*Height: (\d+)`)

// Bounds is where the window is on the screen, without the frame that a window manager puts around it. (The position
// that xdotool tells has the frame in it twice.)
func (w *Window) Bounds() image.Rectangle {
	w.screen.t.Helper()
	answer := w.screen.command("xwininfo", "x11-utils", "-id", w.id)
	found := geometry.FindStringSubmatch(answer)
	if found == nil {
		w.screen.t.Fatalf("the window is gone: %q", answer)
	}
	var n [4]int
	for i, digits := range found[1:] {
		n[i], _ = strconv.Atoi(digits)
	}
	return image.Rect(n[0], n[1], n[0]+n[2], n[1]+n[3])
}
