package e2e

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// Two profiles are filled on one computer and their browsers closed at once: one by valise, the other by a click on the
// last window. A second computer, which shares nothing with the first but the bucket and the recovery code, opens them.
func TestTheWholeWayFromOneComputerToAnother(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	first := newComputer(t)
	const ada, grace = "ada-4711", "grace-0815"                  // who logs in
	const atWork, atHome = "Köhler & Söhne", "Wohnung, 2. Stock" // their profiles

	session := first.open("new", atWork)
	fill(t, session, site, ada)
	if found := traces(t, first.home, ada, atWork); len(found) == 0 {
		t.Error("what a running browser writes is not found: the search below is blind")
	}
	if a := first.does("stop", atWork); !strings.Contains(a.err, atWork+": saved 1 site") {
		t.Errorf("the receipt is %q", a.err)
	}
	session.over()

	screen := testenv.Display(t)
	screen.WindowManager()
	session = first.with(screen.Env()...).openWindow("new", atHome)
	fill(t, session, site, grace)
	window := screen.Window("Tab 3 - Chromium")
	const inset = 20 // of the button that closes the window, from the corner that it is in
	window.Click(window.Bounds().Dx()-inset, inset)
	if receipt := session.over(); !strings.Contains(receipt, atHome+": saved 1 site") {
		t.Errorf("the receipt is %q", receipt)
	}

	first.connect(server)
	first.does("sync")
	first.leavesNothing()
	code := first.recoveryCode()
	words := []string{
		strings.TrimPrefix(site.URL, "http://"), ada, grace, atWork, atHome, "Tab 1", "Tab 3", "Log in",
		server.SecretKey, strings.TrimSpace(code),
	}
	for _, dir := range []string{first.dir, server.DataDir} {
		if found := traces(t, dir, words...); len(found) > 0 {
			t.Errorf("in plain:\n%s", strings.Join(found, "\n"))
		}
	}

	second := newComputerAt(t, filepath.Join("Zweiter Rechner – Łódź", "Ablage 2"))
	second.join(server, code)

	session = second.open("open", atWork)
	want, got := site.Filled(ada), read(t, session, site)
	want.UserAgent = got.UserAgent // which the computer has, not the profile
	if !reflect.DeepEqual(got, want) {
		t.Errorf("closed by valise, the second computer has\n%+v, want\n%+v", got, want)
	}
	session.interrupt()

	session = second.open("open", atHome)
	want, got = site.Filled(grace), read(t, session, site)
	want.UserAgent = got.UserAgent
	if !reflect.DeepEqual(got, want) {
		t.Errorf("closed by the person, the second computer has\n%+v, want\n%+v", got, want)
	}
	session.interrupt()
	second.leavesNothing()
}

func fill(t *testing.T, s *session, site *testenv.Site, person string) {
	t.Helper()
	if err := testenv.FillState(s.browser(), site, person); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s *session, site *testenv.Site) testenv.State {
	t.Helper()
	state, err := testenv.ReadState(s.browser(), site)
	if err != nil {
		t.Fatal(err)
	}
	return state
}
