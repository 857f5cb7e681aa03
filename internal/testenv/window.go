package testenv

import (
	"fmt"
	"image"
	"strconv"
)

// Window is one window on a Screen. Its coordinates are in pixels from its upper left corner.
type Window struct {
	screen *Screen
	id     string
}

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

func (w *Window) press(button string, x, y int) {
	w.screen.t.Helper()
	w.screen.xdotool("mousemove", "--window", w.id, strconv.Itoa(x), strconv.Itoa(y), "click", button)
}

// Close asks the window to close, as the button in its title bar does. It needs Screen.WindowManager.
func (w *Window) Close() {
	w.screen.t.Helper()
	w.screen.xdotool("windowactivate", "--sync", w.id, "key", "alt+F4")
}

// Bounds is where the window is on the screen.
func (w *Window) Bounds() image.Rectangle {
	w.screen.t.Helper()
	var x, y, width, height int
	answer := w.screen.xdotool("getwindowgeometry", "--shell", w.id)
	if _, err := fmt.Sscanf(answer, "WINDOW="+w.id+"\nX=%d\nY=%d\nWIDTH=%d\nHEIGHT=%d", &x, &y, &width, &height); err != nil {
		w.screen.t.Fatalf("the window is gone: %v: %q", err, answer)
	}
	return image.Rect(x, y, x+width, y+height)
}
