package ui

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/profiles"
	"valise/ui/parts"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// testApp is Fyne's test application with a main goroutine: what is meant for it waits in a queue until the test, which
// runs there, takes it out. It is a desktop.App too, whose tray shows nothing.
type testApp struct {
	fyne.App
	queue    chan func()
	trayMenu *fyne.Menu
	trayIcon fyne.Resource
	quit     bool
	told     []string // notifications
}

func (a *testApp) Driver() fyne.Driver                  { return &testDriver{a.App.Driver(), a.queue} }
func (a *testApp) Quit()                                { a.quit = true }
func (a *testApp) SetSystemTrayMenu(menu *fyne.Menu)    { a.trayMenu = menu }
func (a *testApp) SetSystemTrayIcon(icon fyne.Resource) { a.trayIcon = icon }
func (a *testApp) SetSystemTrayWindow(w fyne.Window)    { w.SetCloseIntercept(w.Hide) }

func (a *testApp) SendNotification(n *fyne.Notification) { a.told = append(a.told, n.Title) }

type testDriver struct {
	fyne.Driver
	queue chan func()
}

func (d *testDriver) DoFromGoroutine(f func(), _ bool) { d.queue <- f }

// bench is a program under test, with a home of its own.
type bench struct {
	*program
	t    *testing.T
	test *testApp
}

// newHome makes a home for a program, and for the key that it keeps.
func newHome(t *testing.T) profiles.Home {
	t.Helper()
	dir, err := os.MkdirTemp("", "valise-ui-") // short, for the socket in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("VALISE_HOME", dir)
	t.Setenv("VALISE_KEY_FILE", filepath.Join(t.TempDir(), "key"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("VALISE_BROWSER", testenv.Chromium(t))
	home, err := profiles.FindHome()
	if err != nil {
		t.Fatal(err)
	}
	return home
}

// startIn starts the program in a home. It ends with the test.
func startIn(t *testing.T, home profiles.Home) *bench {
	t.Helper()
	app := &testApp{App: test.NewTempApp(t), queue: make(chan func(), 1000)}
	fyne.SetCurrentApp(app)
	b := &bench{program: newProgram(app, home, slog.New(slog.DiscardHandler)), t: t, test: app}
	b.start()
	t.Cleanup(b.end)
	return b
}

// start starts it in a new home, and waits until the profiles are there to see.
func start(t *testing.T) *bench {
	t.Helper()
	b := startIn(t, newHome(t))
	b.wait()
	return b
}

// wait waits until the profiles are there to see.
func (b *bench) wait() {
	b.t.Helper()
	b.until("the library", func() bool { return b.desk != nil && !b.desk.reading && b.desk.syncing.status.Folder != "" })
}

// until runs what is meant for the main goroutine until a condition holds.
func (b *bench) until(what string, holds func() bool) {
	b.t.Helper()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case f := <-b.test.queue:
			f()
		case <-deadline:
			b.t.Fatalf("waited in vain for %s; the window shows %q", what, b.texts())
		}
	}
}

// texts are all that can be read in the window, in front of it first.
func (b *bench) texts() []string {
	var texts []string
	walk(b.front(), func(o fyne.CanvasObject) {
		if text, is := o.(*canvas.Text); is && text.Text != "" {
			texts = append(texts, text.Text)
		}
	})
	return texts
}

// reads says whether a text can be read in the window, over several lines too.
func (b *bench) reads(text string) bool {
	return strings.Contains(strings.Join(b.texts(), " "), text)
}

// front is the dialog in front of the window, or its content.
func (b *bench) front() fyne.CanvasObject {
	if top := b.window.Canvas().Overlays().Top(); top != nil {
		return top
	}
	return b.window.Content()
}

// tap taps the button of a label in front, as soon as it can be tapped.
func (b *bench) tap(label string) {
	b.t.Helper()
	var found *parts.Button
	b.until(fmt.Sprintf("a button %q", label), func() bool {
		found = nil
		walk(b.front(), func(o fyne.CanvasObject) {
			if button, is := o.(*parts.Button); is && button.Text == label && !button.Disabled() {
				found = button
			}
		})
		return found != nil
	})
	test.Tap(found)
}

// enter types into the field that has the focus, over what is there, and presses Enter.
func (b *bench) enter(text string) {
	b.t.Helper()
	field, is := b.window.Canvas().Focused().(*parts.Entry)
	if !is {
		b.t.Fatalf("no field has the focus, but %T", b.window.Canvas().Focused())
	}
	field.TypedShortcut(&fyne.ShortcutSelectAll{})
	test.Type(field, text)
	field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
}

// press presses a key, as the driver passes it on.
func (b *bench) press(key fyne.KeyName) {
	event := &fyne.KeyEvent{Name: key}
	if focused := b.window.Canvas().Focused(); focused != nil {
		focused.TypedKey(event)
	} else {
		b.window.Canvas().OnTypedKey()(event)
	}
}

// names are the profiles on the list.
func (b *bench) names() []string {
	var names []string
	for _, e := range b.desk.list.screen.Entries() {
		names = append(names, e.Profile.Name)
	}
	return names
}

// state is the word on a profile's chip; empty: it is not on the list.
func (b *bench) state(name string) string {
	word := ""
	walk(b.window.Content(), func(o fyne.CanvasObject) {
		if row, is := o.(interface {
			State() string
			Name() string
		}); is && row.Name() == name {
			word = row.State()
		}
	})
	return word
}

// walk visits all that can be seen.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, inside := range o.Objects {
			walk(inside, visit)
		}
	case fyne.Widget:
		for _, inside := range test.WidgetRenderer(o).Objects() {
			walk(inside, visit)
		}
	}
}

// pack makes a profile with a real browser, as if it had been made before.
func (b *bench) pack(name string) profiles.Profile {
	b.t.Helper()
	s := b.open(profiles.How{Save: profiles.SaveNew, Name: name, URLs: []string{"about:blank"}})
	b.until(name+" being open", func() bool { return b.state(name) == "open" })
	if _, err := s.Close(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	b.until(name+" being saved", func() bool { return b.state(name) == "saved" || b.state(name) == "waiting" })
	p, err := b.desk.lib.Find(b.t.Context(), name)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// open opens a session without a window.
func (b *bench) open(how profiles.How) *profiles.Session {
	b.t.Helper()
	how.Headless = true
	s, err := b.desk.lib.Open(b.t.Context(), how)
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) has(name string) func() bool {
	return func() bool { return slices.Contains(b.names(), name) }
}
