// Package ui is the window and the tray.
//
// The screens are packages of their own (list, profile, settings): they show what they are given and say what the person
// wants. Here they meet the library: program opens it and holds what there is only one of (the window, the tray, the way
// out), desk has an open library and a small controller for each screen.
//
// It promises that
//   - the screen is touched on the main goroutine only: what comes from elsewhere passes through main_thread.go;
//   - nothing that can wait (keyring, disk, network, browser) is called on the main goroutine;
//   - what the person asked for ends in a receipt or in a problem with its next step;
//   - sessions of this process outlive the window, and are closed and saved before the program ends;
//   - the program ends when it is asked to, whatever is under way (ending.go).
//
// Start reading with Run and program.start (start.go), then desk (desk.go).
package ui

import (
	"log/slog"

	"valise/assets"
	"valise/profiles"

	"fyne.io/fyne/v2"
)

// Run shows the window and the tray until the person quits. It returns when everything is closed and saved.
func Run(a fyne.App, h profiles.Home, log *slog.Logger) {
	a.SetIcon(fyne.NewStaticResource("valise.png", assets.Icon))
	forgetStopHook(a.Lifecycle())
	quitAtHangup(a)
	p := newProgram(a, h, log)
	p.start()
	p.window.Show()
	a.Run()
	p.end()
}
