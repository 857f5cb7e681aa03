// Package assets holds the pictures that the program carries inside itself, as PNG files. The SVG files beside them are
// the source: `make icons` draws the PNG files anew.
//
// The icons have colours of their own, so that they can be seen on light and on dark panels.
package assets

import _ "embed"

// Icon is the icon of the window, 256 pixels square. The other sizes are for the desktop's menus, see packaging.
//
//go:embed icon-256.png
var Icon []byte

// The icons of the tray, 96 pixels square: every panel scales them down. Each of their pixels is wholly opaque or wholly
// transparent, because fyne.io/systray spoils the colours of those between on its way to a Linux panel.
var (
	// Tray is shown when nothing runs and everything is saved.
	//
	//go:embed tray.png
	Tray []byte

	// TrayRunning has a green dot: at least one session is running.
	//
	//go:embed tray-running.png
	TrayRunning []byte

	// TrayWaiting has a warning triangle: savings wait for the bucket, or something needs the person.
	//
	//go:embed tray-waiting.png
	TrayWaiting []byte
)
