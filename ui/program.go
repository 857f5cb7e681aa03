package ui

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"valise/profiles"
	"valise/ui/look"

	"fyne.io/fyne/v2"
)

// program is what there is only one of.
type program struct {
	app    fyne.App
	home   profiles.Home
	log    *slog.Logger
	main   *mainThread
	window *window
	tray   *trayIcon
	quit   *quitting
	desk   *desk // nil while no library is open
	joins  bool  // another vault is about to be used, at the wish of the person at this window

	lib     atomic.Pointer[profiles.Library] // the open one, before there is a desk for it too
	turning sync.WaitGroup                   // it is being opened, closed or exchanged
}

func newProgram(a fyne.App, h profiles.Home, log *slog.Logger) *program {
	p := &program{app: a, home: h, log: log, main: newMainThread()}
	settings, err := h.Settings()
	if err != nil {
		log.Warn("the settings could not be read", "error", err) // opening the library says so to the person
	}
	a.Settings().SetTheme(look.New(look.Mode(settings.Window.Theme)))
	p.window = newWindow(p, settings.Window)
	p.quit = &quitting{program: p}
	p.tray = newTrayIcon(p, settings.Window.ToldAboutTray)
	return p
}

// changeSettings changes the settings in the background; what goes wrong is told.
func (p *program) changeSettings(change func(*profiles.Settings)) {
	laterDo(p.main, func(context.Context) error { return p.home.ChangeSettings(change) }, func(err error) {
		if err != nil {
			p.window.trouble("The settings could not be kept", err)
		}
	})
}
