package e2e

import (
	"syscall"
	"testing"

	"fyne.io/fyne/v2/theme"

	"valise/internal/testenv"
)

// A person opens a profile on the engine of another computer from the menu, goes on with it in the window that shows it, and
// closes that: it is saved over there, and what was saved is here.
func TestAProfileIsOpenedOnAnEngineByTheWindow(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	d := newDesktop(t)
	d.connect(server)
	d.logIn(site, "ada", "new", "Shop")
	office := newComputer(t)
	office.join(server, d.recoveryCode())
	e := office.serve()
	d.well(d.valiseReading(e.key, "engines", "add", "office", e.url), "engines", "add")

	d.start()
	d.awaitList("Shop: saved")
	at := onList(0, nameOfProfile)(d.picture())
	d.window.RightClick(at.X, at.Y)
	testenv.Until(t, "the menu", func() bool { return d.picture().at(at.X+20, at.Y+120) == d.colour(theme.ColorNameMenuBackground) })
	d.keep("remote-menu")
	d.screen.Key("Down", "Down", "Down", "Down", "Down", "Return") // Open on office
	d.awaitList("Shop: open")
	d.keep("remote-open")

	const (
		addressX, addressY = 500, 60 // in the viewer's field for the address
		nameX, nameY       = 80, 149 // in the picture, in the page's field for the name
	)
	view := d.screen.Window("Desk")
	view.Raise()
	testenv.Until(t, "the page in the viewer", func() bool { return !blank(view.Picture()) })
	view.Screenshot("remote-view")
	d.fill(view, addressX, addressY, site.URL+"/login", "Log in")
	d.fill(view, nameX, nameY, "bob", "Desk")
	view.Close()
	d.awaitList("Shop: saved")
	d.keep("remote-saved")
	if h := d.history("Shop"); len(h) != 2 {
		t.Errorf("the history is %+v", h)
	}

	d.click(onList(0, openProfile))
	if who := d.enteredAs(d.browser(loggedIn), site, "1"); who != "bob" {
		t.Errorf("back here, the site takes the person for %q", who)
	}
	d.closeBrowser("Tab 1 - Chromium")
	d.awaitList("Shop: saved")
	d.quit()
	e.Signal(t, syscall.SIGTERM)
	e.Wait()
	office.leavesNothing()
}
