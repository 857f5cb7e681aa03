package browser_test

import (
	"reflect"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
)

func TestEverythingComesBackInAnotherPlaceWhenClosedRightAfterTheLogin(t *testing.T) {
	b, site := chromium(t), testenv.NewSite(t)
	dir := t.TempDir()
	p := start(t, b, browser.Options{Dir: dir})
	if err := testenv.FillState(drive(t, p), site, "alice"); err != nil {
		t.Fatal(err)
	}
	if how := p.Close(t.Context()); how != browser.ClosedByUs {
		t.Fatalf("the browser was %v", how)
	}

	p = start(t, b, browser.Options{Dir: carryOver(t, dir)})
	got, err := testenv.ReadState(drive(t, p), site)
	if err != nil {
		t.Fatal(err)
	}
	want := site.Filled("alice")
	want.UserAgent = got.UserAgent
	if !reflect.DeepEqual(got, want) {
		t.Errorf("came back:\n%+v\nwas there:\n%+v", got, want)
	}
}

func TestEverythingComesBackWhenThePersonClosesTheLastWindow(t *testing.T) {
	b, site, screen := chromium(t), testenv.NewSite(t), testenv.Display(t)
	screen.WindowManager()
	dir := t.TempDir()
	p := startOn(t, screen, b, browser.Options{Dir: dir})
	if err := testenv.FillState(drive(t, p), site, "alice"); err != nil {
		t.Fatal(err)
	}
	window := screen.Window("Tab 3 - Chromium")
	const inset = 20 // of the × that Chromium draws itself, in the upper right corner
	window.Click(window.Bounds().Dx()-inset, inset)
	testenv.Until(t, "the browser to close", func() bool { return p.Ending() != 0 })
	if how := p.Ending(); how != browser.ClosedByPerson {
		t.Fatalf("the browser was %v", how)
	}

	p = start(t, b, browser.Options{Dir: carryOver(t, dir)})
	got, err := testenv.ReadState(drive(t, p), site)
	if err != nil {
		t.Fatal(err)
	}
	want := site.Filled("alice")
	want.UserAgent = got.UserAgent
	if !reflect.DeepEqual(got, want) {
		t.Errorf("came back:\n%+v\nwas there:\n%+v", got, want)
	}
}
