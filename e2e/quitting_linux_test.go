package e2e

import (
	"slices"
	"syscall"
	"testing"

	"valise/internal/testenv"
	"valise/ui/look"
)

// Quitting with a browser open asks, and then closes and saves it.
func TestQuittingAsksAndSaves(t *testing.T) {
	t.Parallel()
	site, d := testenv.NewSite(t), newDesktop(t).inTheDark()
	d.startFirst()
	d.enter(d.newProfile("Shop"), site, "ada")

	d.window.Raise()
	d.screen.Key("ctrl+q")
	d.awaitDialog()
	d.keep("quit")
	d.screen.Key("Escape")
	d.awaitList("Shop: open")
	d.keep("list-open")
	d.screen.Key("ctrl+q")
	d.awaitDialog()
	d.press() // Save and quit
	d.ended()
	d.savedAs(site, "ada")
}

// A program that is told to end, as at the end of the desktop's session, saves without asking.
func TestTheEndOfTheDesktopSaves(t *testing.T) {
	t.Parallel()
	for _, told := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(told.String(), func(t *testing.T) {
			t.Parallel()
			site, d := testenv.NewSite(t), newDesktop(t)
			d.startFirst()
			d.enter(d.newProfile("Shop"), site, "ada")
			d.app.Signal(t, told)
			d.ended()
			d.savedAs(site, "ada")
		})
	}
}

// What waits to be sent is told before the end. The person may go all the same; it is sent at the next start.
func TestQuittingWaitsForTheOutboxUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	site, server, d := testenv.NewSite(t), testenv.S3(t), newDesktop(t)
	d.errors = true
	d.connect(server)
	server.Stop()
	d.logIn(site, "ada", "new", "Shop")
	waiting := d.waiting()
	d.start()
	d.awaitList("Shop: waiting")
	d.keep("list-waiting")

	d.screen.Key("ctrl+q")
	d.awaitDialog()
	d.awaitText(look.Bad) // the server does not answer
	d.keep("quit-waiting")
	d.screen.Key("shift+Tab", "Return") // Do not quit
	d.awaitList("Shop: waiting")
	d.screen.Key("ctrl+q")
	d.awaitDialog()
	d.screen.Key("Return") // Quit anyway
	d.ended()
	if n := d.waiting(); n != waiting || n == 0 {
		t.Errorf("%d objects wait, before it were %d", n, waiting)
	}

	server.Start()
	d.start()
	d.awaitList("Shop: saved")
	if n := d.waiting(); n != 0 {
		t.Errorf("with the server back, %d objects wait", n)
	}
	d.quit()
}

// A crash with a browser open loses no login: the next start saves it and says so.
func TestTheStartAfterACrashSavesWhatWasOpen(t *testing.T) {
	t.Parallel()
	site, d := testenv.NewSite(t), newDesktop(t)
	d.startFirst()
	d.enter(d.newProfile("Shop"), site, "ada")
	d.killed = true
	d.app.Signal(t, syscall.SIGKILL)
	d.awaitNo(loggedIn) // the browser closes by itself
	d.ended()

	d.start()
	d.awaitText(look.Warn) // not the list: the commands that it asks would save it too
	d.keep("recovered")
	d.awaitList("Shop: saved")
	d.quit()
	if h := d.history("Shop"); len(h) != 1 || h[0].Ended != "recovered" {
		t.Errorf("the history is %+v", h)
	}
	if who := d.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("it is logged in as %q", who)
	}
}

// savedAs checks that the profile Shop was saved once, in order, with the person logged in.
func (d *desktop) savedAs(site *testenv.Site, person string) {
	d.t.Helper()
	if h := d.history("Shop"); len(h) != 1 || h[0].Ended != "clean" {
		d.t.Errorf("the history is %+v", h)
	}
	if who := d.loggedIn(site, "Shop"); who != person {
		d.t.Errorf("it is logged in as %q", who)
	}
}

// Where there is a tray, closing the window leaves Valise there, which is told once; a second start brings it back.
func TestTheWindowGoesToTheTrayAndComesBack(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	tray, told := testenv.Tray(t, d.bus), testenv.NotificationsOn(t, d.bus)
	d.startFirst()
	tray.Await("Show Valise")

	for range 2 {
		d.window.Close()
		d.awaitNo("Valise")
		if a := d.valise(); a.code != 0 || a.out+a.err != "" {
			t.Errorf("the second start ends with code %d: %s%s", a.code, a.out, a.err)
		}
		d.window = d.screen.Window("Valise")
		testenv.Until(t, "the window to have the keyboard", d.window.Active)
	}
	if want := []string{"Valise is in the tray"}; !slices.Equal(told.Titles(), want) {
		t.Errorf("it told %q, want %q", told.Titles(), want)
	}

	// Behind another window it comes to the front.
	other := testenv.Start(t, d.another("xev", "-name", "in front"))
	d.screen.Window("in front").Raise()
	d.does()
	testenv.Until(t, "the window to have the keyboard", d.window.Active)
	other.Stop()
	d.quit()
}

// Where there is no tray, nothing would bring the window back: closing it quits.
func TestClosingTheWindowQuitsWhereThereIsNoTray(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.startFirst()
	d.window.Close()
	d.ended()
}
