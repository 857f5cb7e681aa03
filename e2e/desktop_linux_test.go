package e2e

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valise/internal/testenv"
)

// desktop is a computer with a screen, and the person in front of it: they see windows, move the mouse and type.
type desktop struct {
	*computer
	screen *testenv.Screen
	bus    string // the address of the session bus, which has the keyring on it
	dark   bool
	app    *testenv.Process
	window *testenv.Window // Valise's

	errors bool // the test brings some about: the log has them then
	killed bool // the test does not let Valise end in order
}

// newDesktop is a desktop on which Valise was never started.
func newDesktop(t testing.TB) *desktop {
	t.Helper()
	d := &desktop{computer: newComputer(t), screen: testenv.Display(t)}
	d.screen.WindowManager()
	d.computer = d.with(d.screen.Env()...)
	for _, entry := range d.env {
		if address, ok := strings.CutPrefix(entry, testenv.BusEnv("")); ok {
			d.bus = address
		}
	}
	return d
}

// inTheDark is the desktop with dark colours.
func (d *desktop) inTheDark() *desktop {
	d.computer, d.dark = d.with("FYNE_THEME=dark"), true
	return d
}

// start starts Valise and waits for its window. However the test goes on, Valise must end in order and leave nothing.
func (d *desktop) start() {
	d.t.Helper()
	var app *testenv.Process
	d.t.Cleanup(func() { // when the process is gone
		if app == nil {
			return // it did not start, and the test has failed
		}
		if code := exitCode(d.t, app.Wait()); code != 0 && !d.killed {
			d.t.Errorf("valise ended with code %d:\n%s", code, app.Output())
		}
		d.saidNothingBad(app)
		d.leavesNothing()
	})
	app = testenv.Start(d.t, d.command())
	d.t.Cleanup(func() { // while it is still there
		if d.t.Failed() && d.screen.Shows("Valise") {
			d.screen.Screenshot("failed-" + strings.ReplaceAll(d.t.Name(), "/", "-") + d.mode())
			d.t.Logf("on the screen are: %q\nthe log of valise:\n%s", d.screen.Titles(), d.log())
		}
	})
	d.app, d.window = app, d.screen.Window("Valise")
}

// startFirst starts Valise for the first time, and waits until it shows that there is nothing yet.
func (d *desktop) startFirst() {
	d.t.Helper()
	d.start()
	d.awaitAccent(firstProfile)
}

// log is what Valise has put into its log.
func (d *desktop) log() string {
	d.t.Helper()
	log, err := os.ReadFile(filepath.Join(d.home, "valise.log"))
	if err != nil {
		d.t.Error(err)
	}
	return string(log)
}

// saidNothingBad fails the test if the program has said something that it never should.
func (d *desktop) saidNothingBad(app *testenv.Process) {
	d.t.Helper()
	bad := []string{"Error in Fyne call thread", "panic", "fatal error", "DATA RACE", "goroutine "}
	if !d.errors {
		bad = append(bad, "level=ERROR")
	}
	for _, text := range []string{app.Output(), d.log()} {
		if slices.ContainsFunc(bad, func(words string) bool { return strings.Contains(text, words) }) {
			d.t.Errorf("valise said:\n%s", text)
		}
	}
}

// quit has the person leave Valise while no browser is open.
func (d *desktop) quit() {
	d.t.Helper()
	d.window.Raise()
	d.screen.Key("ctrl+q")
	d.ended()
}

// ended waits for the end of Valise.
func (d *desktop) ended() {
	d.t.Helper()
	testenv.Until(d.t, "the end of Valise", func() bool { return d.processes()[d.app.Pid()] == "" })
	d.app.Wait()
}

// newProfile has the person make a profile with the keyboard. It returns the browser's window.
func (d *desktop) newProfile(name string) *testenv.Window {
	d.t.Helper()
	d.window.Raise()
	d.screen.Key("ctrl+n")
	d.awaitDialog()
	d.line(name)
	return d.browser(newTab)
}

// line has the person type a text and press Enter.
func (d *desktop) line(text string) {
	d.t.Helper()
	d.screen.Type(text)
	d.screen.Key("Return")
}

// The titles of browsers' windows.
const (
	newTab   = "New Tab - Chromium"
	loggedIn = "Desk - Chromium" // where a login at the site leads
)

// browser waits for a browser's window with this title. One that was just opened gets the keyboard by itself, and forgets
// what is typed before its first page is there.
func (d *desktop) browser(title string) *testenv.Window {
	d.t.Helper()
	window := d.screen.Window(title)
	testenv.Until(d.t, "the browser to show its page", func() bool { return window.Active() && !blank(window.Picture()) })
	return window
}

// blank says whether nothing is on the page in a browser's window.
func blank(window image.Image) bool {
	const top, frame = 100, 20 // what belongs to the browser
	b := window.Bounds()
	page := image.Rect(b.Min.X+frame, b.Min.Y+top, b.Max.X-frame, b.Max.Y-frame)
	for y := page.Min.Y; y < page.Max.Y; y++ {
		for x := page.Min.X; x < page.Max.X; x++ {
			if window.At(x, y) != window.At(page.Min.X, page.Min.Y) {
				return false
			}
		}
	}
	return true
}

// enter has the person log in at the site.
func (d *desktop) enter(browser *testenv.Window, site *testenv.Site, person string) {
	d.t.Helper()
	d.visit(browser, site.URL+"/login", "Log in - Chromium")
	const x, y = 90, 105 // in the field for the name
	d.fill(browser, x, y, person, loggedIn)
}

// visit has the person go to a page with this title.
func (d *desktop) visit(browser *testenv.Window, address, title string) {
	d.t.Helper()
	const x, y = 500, 63 // in the field for the address
	d.fill(browser, x, y, address, title)
}

// fill has the person click into a field of the browser, type a text and press Enter, which leads to a page with this
// title. On a busy machine the browser may lose what is typed; a person types it again then.
func (d *desktop) fill(browser *testenv.Window, x, y int, text, title string) {
	d.t.Helper()
	for range 3 {
		browser.Raise()
		// By the mouse: after a key that leads to the field, the first letters may still go elsewhere.
		browser.Click(x, y)
		d.screen.Key("ctrl+a")
		d.line(text)
		if testenv.Within(20*time.Second, func() bool { return d.screen.Shows(title) }) {
			return
		}
	}
	d.screen.Window(title)
}

// enteredAs is whom the site takes the person for. It is asked on a page that was not visited before.
func (d *desktop) enteredAs(browser *testenv.Window, site *testenv.Site, page string) string {
	d.t.Helper()
	d.visit(browser, site.URL+"/tab/"+page, "Tab "+page+" - Chromium")
	return testenv.Page{CookieHeader: site.Cookies("/tab/" + page)}.Cookies()["lasting"]
}

// closeBrowser has the person click on the button that closes a browser's window, the one with this title.
func (d *desktop) closeBrowser(title string) {
	d.t.Helper()
	const inset = 20 // of the button, from the corner that it is in
	window := d.screen.Window(title)
	window.Raise()
	window.Click(window.Bounds().Dx()-inset, inset)
	d.awaitNo(title)
}

// another is another program on the desktop.
func (d *desktop) another(program string, args ...string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command(testenv.Need(d.t, program, "x11-utils"), args...)
	cmd.Env = d.env
	return cmd
}

// awaitNo waits until no window has this title.
func (d *desktop) awaitNo(title string) {
	d.t.Helper()
	testenv.Until(d.t, "the window "+title+" to be gone", func() bool { return !d.screen.Shows(title) })
}
