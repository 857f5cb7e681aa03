package e2e

import (
	"testing"

	"valise/internal/testenv"
)

// The first day with Valise, by mouse and keyboard alone: a profile is made, logged in, closed, found and opened again,
// and rolled back.
func TestTheFirstDayWithTheWindow(t *testing.T) {
	t.Parallel()
	site, d := testenv.NewSite(t), newDesktop(t)
	d.startFirst()
	d.keep("first-start")
	d.click(firstProfile)
	d.awaitDialog()
	d.keep("new-profile")
	d.line("Shop")
	browser := d.browser(newTab)
	d.window.Raise()
	d.awaitList("Shop: open")
	d.keep("list-open")
	d.enter(browser, site, "ada")
	d.closeBrowser(loggedIn)
	d.awaitList("Shop: saved")
	d.keep("list-saved")
	if h := d.history("Shop"); len(h) != 1 || h[0].Ended != "clean" {
		t.Errorf("the history is %+v", h)
	}

	// The second one is made with the keyboard.
	d.enter(d.newProfile("Bank"), site, "eve")
	d.closeBrowser(loggedIn)
	d.awaitList("Bank: saved", "Shop: saved")

	// The list gets shorter while the person types, and Enter opens what is left.
	d.screen.Key("ctrl+f")
	d.screen.Type("sho")
	d.awaitList("Shop: saved")
	d.keep("search")
	d.screen.Type("k")
	d.awaitList()
	d.keep("search-nothing-found")
	d.screen.Key("BackSpace", "Return")
	browser = d.browser(loggedIn)
	if who := d.enteredAs(browser, site, "1"); who != "ada" {
		t.Errorf("opened again, the site takes the person for %q", who)
	}
	d.enter(browser, site, "bob")
	d.closeBrowser(loggedIn)
	d.awaitList("Shop: saved")
	d.screen.Key("Escape")
	d.awaitList("Shop: saved", "Bank: saved")

	// The page of the profile: its history, and the way back.
	d.click(onList(0, nameOfProfile))
	d.awaitSnapshots(2)
	d.keep("profile")
	d.click(onSnapshot(1, rollBack))
	d.awaitDialog()
	d.keep("roll-back")
	d.press()
	d.awaitSnapshots(3)
	d.keep("rolled-back")
	if h := d.history("Shop"); len(h) != 3 || h[0].Ended != "rolled back" {
		t.Errorf("rolled back, the history is %+v", h)
	}
	d.press() // Open
	browser = d.browser(loggedIn)
	if who := d.enteredAs(browser, site, "2"); who != "ada" {
		t.Errorf("rolled back, the site takes the person for %q", who)
	}
	d.window.Raise()
	d.press() // Close and save
	d.awaitNo("Tab 2 - Chromium")
	d.screen.Key("Escape")
	d.awaitList("Shop: saved", "Bank: saved")

	d.quit()
}
