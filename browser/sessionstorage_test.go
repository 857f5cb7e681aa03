package browser_test

import (
	"maps"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
)

// Closed by a click on the last window, a browser comes back with what its tabs had in sessionStorage.
func TestSessionStorageSurvivesAClickOnTheLastWindow(t *testing.T) {
	b, site, dir := chromium(t), testenv.NewSite(t), t.TempDir()
	screen := testenv.Display(t)
	screen.WindowManager()
	p := startOn(t, screen, b, browser.Options{Dir: dir})
	if err := testenv.FillState(drive(t, p), site, "ada"); err != nil {
		t.Fatal(err)
	}
	window := screen.Window("Tab 3 - Chromium")
	const inset = 20 // of the button that closes the window, from the corner that it is in
	window.Click(window.Bounds().Dx()-inset, inset)
	<-p.Done()
	if how := p.Ending(); how != browser.ClosedByPerson {
		t.Fatalf("it was %v", how)
	}
	state, err := testenv.ReadState(drive(t, startOn(t, screen, b, browser.Options{Dir: dir})), site)
	if err != nil {
		t.Fatal(err)
	}
	if want := site.Filled("ada").Tabs; !maps.Equal(state.Tabs, want) {
		t.Errorf("the tabs are %v, want %v", state.Tabs, want)
	}
}
