package e2e

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

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
	time.Sleep(time.Second)
	d.keep("remote-menu")
	d.screen.Key("Down", "Down", "Down", "Down", "Down", "Return")
	time.Sleep(10 * time.Second)
	d.screen.Screenshot("remote-open")
	fmt.Fprintln(os.Stderr, d.screen.Titles())
	d.awaitList("Shop: open")
	d.keep("remote-list")
	_ = strings.TrimSpace
	d.window.Raise()
	w := d.screen.Window("Desk")
	w.Raise()
	time.Sleep(5*time.Second)
	d.screen.Screenshot("remote-desk")
	d.quit()
	e.Signal(t, syscall.SIGTERM)
	e.Wait()
}
