package e2e

import (
	"testing"

	"valise/internal/testenv"
)

// The history of a profile, by mouse and keyboard alone: a snapshot gets a label, is compared with the newest, and gone back to.
func TestASnapshotIsLabelledComparedAndGoneBackTo(t *testing.T) {
	t.Parallel()
	site, d := testenv.NewSite(t), newDesktop(t)
	d.logIn(site, "ada", "new", "Shop")
	d.logIn(site, "bob", "open", "Shop")
	d.start()
	d.awaitList("Shop: saved")
	d.click(onList(0, nameOfProfile))
	d.awaitSnapshots(2)
	d.keep("timeline")

	d.screen.Key("Down", "Down", "F2") // to the newest, to the one before
	d.awaitDialog()
	d.keep("label")
	d.line("first login")
	testenv.Until(t, "the label", func() bool { return d.history("Shop")[1].Label == "first login" })
	d.awaitSnapshots(2)

	d.screen.Key("space")                                                  // its menu
	d.screen.Key("Down", "Down", "Down", "Down", "Down", "Down", "Return") // compare with the newest
	testenv.Until(t, "the comparison", func() bool { p := d.picture(); return len(p.cards(pageMargin(p))) > 1 })
	d.keep("comparison")
	d.screen.Key("Escape")
	d.awaitSnapshots(2)
	d.keep("labelled")

	d.click(onSnapshot(1, rollBack))
	d.awaitDialog()
	d.press()
	d.awaitSnapshots(3)
	d.keep("timeline-rolled-back")
	if h := d.history("Shop"); len(h) != 3 || h[0].Ended != "rolled back" || h[2].Label != "first login" {
		t.Errorf("rolled back, the history is %+v", h)
	}
	if who := d.loggedIn(site, "Shop"); who != "ada" {
		t.Errorf("rolled back, the site takes the person for %q", who)
	}
	d.quit()
}
