package ui

import (
	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
)

const (
	firstWidth, firstHeight = 1000, 700 // of the window at the very first start
	leastWidth, leastHeight = 400, 300  // that is worth remembering
)

// window is the one window: a page, and in front of it the notices at its bottom.
type window struct {
	fyne.Window
	program *program
	page    *fyne.Container
	onKey   func(*fyne.KeyEvent) // of the page
	notices *parts.Notices
}

func newWindow(p *program, s profiles.WindowSettings) *window {
	w := &window{Window: p.app.NewWindow("Valise"), program: p, page: container.NewStack(), notices: parts.NewNotices()}
	w.SetPadded(false)
	bottom := parts.Inset(parts.Narrow(look.PageWidth, w.notices), look.Space+40, look.Margin)
	w.SetContent(container.NewStack(w.page, container.NewBorder(nil, bottom, nil, nil)))
	size := fyne.NewSize(s.Width, s.Height)
	if s.Width < leastWidth || s.Height < leastHeight {
		size = fyne.NewSize(firstWidth, firstHeight)
	}
	w.Resize(size)
	w.SetCloseIntercept(w.closed)
	w.addShortcuts()
	return w
}

// show puts a page into the window. onKey, which may be nil, gets the keys that nothing on the page takes.
func (w *window) show(page fyne.CanvasObject, onKey func(*fyne.KeyEvent)) {
	w.onKey = onKey
	w.page.Objects = []fyne.CanvasObject{page}
	w.page.Refresh()
	w.Canvas().Unfocus()
}

// shows says whether a page is the one in the window.
func (w *window) shows(page fyne.CanvasObject) bool {
	return len(w.page.Objects) == 1 && w.page.Objects[0] == page
}

// giveFocus moves the keyboard to a button on a page that was pressed and did its work: pressing takes the focus away.
// Where the person has gone on meanwhile, it stays there.
func (w *window) giveFocus(thing fyne.Focusable, page fyne.CanvasObject) {
	if w.shows(page) && w.Canvas().Overlays().Top() == nil && w.Canvas().Focused() == nil {
		w.Canvas().Focus(thing)
	}
}

// raise brings the window to the front, from the tray too.
func (w *window) raise() {
	w.Show()
	w.RequestFocus()
	w.program.tray.tellNow()
}

// closed hides the window where a tray can bring it back, and quits where there is none.
func (w *window) closed() {
	if !w.program.tray.there {
		w.program.quit.ask()
		return
	}
	w.Hide()
	w.program.tray.tellOnce()
}

// keepSize puts the size of now into the settings, for the next start.
func (w *window) keepSize(s *profiles.Settings) {
	if size := w.Canvas().Size(); size.Width >= leastWidth && size.Height >= leastHeight {
		s.Window.Width, s.Window.Height = size.Width, size.Height
	}
}

// addShortcuts has the keys work that mean the same on every page.
func (w *window) addShortcuts() {
	control := func(key fyne.KeyName, do func(*desk)) {
		w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if w.program.desk != nil && w.Canvas().Overlays().Top() == nil {
				do(w.program.desk)
			}
		})
	}
	control(fyne.KeyF, func(d *desk) { d.showList(); w.Canvas().Focus(d.list.screen.Search) })
	control(fyne.KeyN, func(d *desk) { d.sessions.askNew() })
	control(fyne.KeyComma, func(d *desk) { d.showSettings() })
	w.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierShortcutDefault},
		func(fyne.Shortcut) { w.program.quit.ask() })
	w.Canvas().SetOnTypedKey(func(key *fyne.KeyEvent) {
		switch {
		case w.Canvas().Overlays().Top() == nil && w.onKey != nil:
			w.onKey(key)
		case key.Name == fyne.KeyEscape:
			parts.Escape(w.Canvas())
		}
	})
}
