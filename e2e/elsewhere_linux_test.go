package e2e

import (
	"testing"

	"valise/internal/testenv"
	"valise/ui/look"
)

// What another computer has open is said in the list, and the window asks what to do about it: a throwaway beside it, or
// taking it over, after which both savings are kept.
func TestAProfileThatAnotherComputerHasOpenIsOpenedBesideOrTakenOver(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	d := newDesktop(t)
	d.connect(server)
	d.logIn(site, "ada", "new", "Shop")
	office := newComputer(t)
	office.join(server, d.recoveryCode())
	there := office.open("open", "Shop")
	there.logIn(site, "bob")

	d.start()
	d.awaitList("Shop: waiting") // in the colour of a warning: open on ...
	d.keep("elsewhere-list")
	d.click(onList(0, openProfile))
	d.awaitDialog()
	d.keep("elsewhere-dialog")
	d.screen.Key("Tab", "Return") // from Cancel to the first of the ways
	d.browser(loggedIn)
	testenv.Until(t, "a line for the throwaway", func() bool { return len(d.picture().cards(listMargin)) == 2 })
	d.closeBrowser("Desk - Chromium")
	testenv.Until(t, "its line to be gone", func() bool { return len(d.picture().cards(listMargin)) == 1 })

	d.click(onList(0, openProfile))
	d.awaitDialog()
	d.screen.Key("Tab", "Tab", "Tab", "Return") // Take over
	here := d.browser(loggedIn)
	d.awaitList("Shop: open")
	d.keep("elsewhere-taken-over")
	if who := d.enteredAs(here, site, "1"); who != "ada" {
		t.Errorf("taken over, the site takes the person for %q", who)
	}
	office.does("stop", "Shop")
	there.Wait()
	d.closeBrowser("Tab 1 - Chromium")
	d.awaitList("Shop: saved")
	d.awaitText(look.Warn) // of the notice that tells of the branch
	d.keep("elsewhere-branch")
	h := d.history("Shop")
	if len(h) != 3 || !h[0].Newest && !h[1].Newest || h[0].Branch == h[1].Branch {
		t.Errorf("the history is %+v", h)
	}
	if who := office.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("over there, the newest is logged in as %q", who)
	}
	d.quit()
	office.leavesNothing()
}
