package e2e

import (
	"strings"
	"testing"

	"valise/internal/testenv"
)

// A day with the tray's menu alone.
func TestADayWithTheTray(t *testing.T) {
	t.Parallel()
	site, server, d := testenv.NewSite(t), testenv.S3(t), newDesktop(t)
	d.connect(server)
	d.logIn(site, "ada", "new", "Shop")
	tray := testenv.Tray(t, d.bus)
	d.start()
	d.awaitList("Shop: saved")

	d.window.Close()
	d.awaitNo("Valise")
	tray.Click("Show Valise")
	d.window = d.screen.Window("Valise")
	d.window.Close()
	d.awaitNo("Valise")

	tray.Click("Open", "Shop")
	browser := d.browser(loggedIn)
	if who := d.enteredAs(browser, site, "1"); who != "ada" {
		t.Errorf("opened from the tray, the site takes the person for %q", who)
	}
	d.enter(browser, site, "bob")
	before := d.history("Shop")
	tray.Click("Close and save", "Shop")
	d.awaitNo(loggedIn)
	testenv.Until(t, "the tray to have no session", func() bool {
		item := tray.Menu().Find("Close and save")
		return item != nil && !item.Enabled
	})
	if h := d.history("Shop"); len(h) != len(before)+1 || h[0].Ended != "clean" {
		t.Errorf("the history is %+v, was %+v", h, before)
	}
	d.awaitItem(tray, "Everything is in s3://")

	// What cannot be sent waits, and the menu says so.
	server.Stop()
	d.errors = true
	tray.Click("Open", "Shop")
	browser = d.browser(loggedIn)
	d.enter(browser, site, "eve")
	tray.Click("Close and save", "Shop")
	d.awaitNo(loggedIn)
	d.awaitItem(tray, "1 object waiting for s3://")
	server.Start()
	tray.Click("Sync now")
	d.awaitItem(tray, "Everything is in s3://")

	tray.Click("Quit")
	d.ended()
	if who := d.loggedIn(site, "Shop"); who != "eve" {
		t.Errorf("in the end it is logged in as %q", who)
	}
}

// awaitItem waits until the tray's menu has an item that begins with these words.
func (d *desktop) awaitItem(tray *testenv.TrayHost, words string) {
	d.t.Helper()
	var menu string
	defer func() {
		if d.t.Failed() {
			d.t.Logf("the tray's menu:\n%s", menu)
		}
	}()
	testenv.Until(d.t, words+" in the tray's menu", func() bool {
		menu = tray.Menu().String()
		return strings.Contains(menu, words)
	})
}
