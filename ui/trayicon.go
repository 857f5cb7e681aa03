package ui

import (
	"context"
	"reflect"

	"valise/assets"
	"valise/profiles"
	"valise/ui/parts"
	"valise/ui/tray"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"github.com/google/uuid"
)

var (
	iconQuiet   = fyne.NewStaticResource("tray.png", assets.Tray)
	iconRunning = fyne.NewStaticResource("tray-running.png", assets.TrayRunning)
	iconWaiting = fyne.NewStaticResource("tray-waiting.png", assets.TrayWaiting)
)

// trayIcon is the icon in the tray with its menu.
type trayIcon struct {
	program *program
	desktop desktop.App // nil where there can be no tray
	there   bool        // something shows the icon
	told    bool        // the person knows that closing the window leaves Valise in the tray,
	owed    bool        // or is told when the window is there again
	state   tray.State
	icon    fyne.Resource
}

func newTrayIcon(p *program, told bool) *trayIcon {
	t := &trayIcon{program: p, icon: iconQuiet, told: told}
	if app, can := p.app.(desktop.App); can && tray.HasBus() {
		t.desktop = app
		app.SetSystemTrayIcon(t.icon)
		t.setMenu()
		app.SetSystemTrayWindow(p.window.Window)
		p.window.SetCloseIntercept(p.window.closed) // SetSystemTrayWindow has set its own
		tray.Follow(p.main.ctx, func(there bool) { p.main.do(func() { t.there = there }) })
	}
	return t
}

// refresh shows the state of now. The menu is only made anew when it would be another: the desktop closes it then.
func (t *trayIcon) refresh() {
	if t.desktop == nil {
		return
	}
	state, icon := t.now()
	if !reflect.DeepEqual(state, t.state) {
		t.state = state
		t.setMenu()
	}
	if icon != t.icon {
		t.icon = icon
		t.desktop.SetSystemTrayIcon(icon)
	}
}

// now is what the tray should show.
func (t *trayIcon) now() (tray.State, fyne.Resource) {
	d := t.program.desk
	if d == nil {
		return tray.State{}, iconQuiet
	}
	standing := d.syncing.standing()
	state := tray.State{Sync: standing.Text, CanSync: standing.Place && !standing.Busy}
	for _, p := range d.profiles {
		if p.State == profiles.StateSaved && len(state.Open) < tray.MostProfiles {
			state.Open = append(state.Open, tray.Item{ID: p.ID, Name: p.Name})
		}
	}
	for _, s := range d.running {
		state.Running = append(state.Running, tray.Item{ID: s.ID, Name: s.Name})
	}
	switch {
	case d.syncing.event.Err != nil || d.syncing.status.Waiting > 0 && !d.syncing.event.Syncing:
		return state, iconWaiting
	case len(d.running) > 0:
		return state, iconRunning
	default:
		return state, iconQuiet
	}
}

func (t *trayIcon) setMenu() {
	withDesk := func(do func(*desk)) func() {
		return func() {
			if d := t.program.desk; d != nil {
				do(d)
			}
		}
	}
	t.desktop.SetSystemTrayMenu(tray.Menu(t.state, tray.Actions{
		Show:  t.program.window.raise,
		New:   withDesk(func(d *desk) { d.sessions.askNew() }),
		Sync:  withDesk(func(d *desk) { d.syncing.now() }),
		Quit:  t.program.quit.ask,
		Open:  func(id uuid.UUID) { withDesk(func(d *desk) { d.openFromTray(id) })() },
		Close: func(id uuid.UUID) { withDesk(func(d *desk) { d.closeFromTray(id) })() },
	}))
}

// openFromTray opens a profile, or shows its browser when it was opened meanwhile.
func (d *desk) openFromTray(id uuid.UUID) {
	if p, there := d.find(id); there {
		if p.Session != nil {
			d.sessions.bringUp(*p.Session)
			return
		}
		d.sessions.open(profiles.How{Load: id, Save: profiles.SaveSame}, p.Name)
	}
}

// closeFromTray closes a session that still runs.
func (d *desk) closeFromTray(id uuid.UUID) {
	for _, s := range d.running {
		if s.ID == id {
			d.sessions.close(s)
			return
		}
	}
}

// trayAdvice is what a person should know when the window is gone for the first time.
const trayAdvice = "Your browsers stay open, and are saved when you close them. To end Valise, choose Quit in the tray's menu."

// tellOnce says where Valise has gone when the window is closed for the first time. On a desktop without notifications
// the window says so when it is there again.
func (t *trayIcon) tellOnce() {
	if t.told {
		return
	}
	t.told = true
	later(t.program.main, func(ctx context.Context) (bool, error) { return tray.TakesNotifications(ctx), nil },
		func(can bool, _ error) {
			if can {
				t.program.app.SendNotification(fyne.NewNotification("Valise is in the tray", trayAdvice))
			}
			t.owed = !can
		})
	t.program.changeSettings(func(s *profiles.Settings) { s.Window.ToldAboutTray = true })
}

// tellNow says in the window what could not be told when it went away.
func (t *trayIcon) tellNow() {
	if t.owed {
		t.owed = false
		t.program.window.tell(parts.Notice{Text: "Valise was in the tray. " + trayAdvice, Stays: true})
	}
}
