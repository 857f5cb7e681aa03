package e2e

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// A profile goes in a file to a computer that shares nothing with the first, not even a vault: only the file and the
// passphrase, which was made when it was exported.
func TestAProfileGoesToAnotherVaultInAFile(t *testing.T) {
	t.Parallel()
	site := testenv.NewSite(t)
	first, second := newComputer(t), newComputer(t)
	const ada, atWork = "ada-4711", "Köhler & Söhne"
	session := first.open("new", atWork)
	fill(t, session, site, ada)
	first.does("stop", atWork)
	session.over()

	usb := t.TempDir()
	file := filepath.Join(usb, "köhler.valise")
	made := first.does("export", atWork, file)
	passphrase := strings.TrimSuffix(made.out, "\n")
	if strings.Count(passphrase, "-") != 5 || strings.ContainsAny(passphrase, " \n") || strings.Contains(made.err, passphrase) {
		t.Fatalf("of the passphrase were printed %q and %q", made.out, made.err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	first.leavesNothing()
	secrets := []string{strings.TrimPrefix(site.URL, "http://"), ada, atWork, "Tab 1", passphrase}
	if found := traces(t, usb, secrets...); len(found) > 0 {
		t.Errorf("in plain:\n%s", strings.Join(found, "\n"))
	}
	if found := traces(t, first.dir, passphrase); len(found) > 0 {
		t.Errorf("the passphrase is kept:\n%s", strings.Join(found, "\n"))
	}

	if a := second.valiseReading("another passphrase", "import", file); a.code != 5 || len(second.profiles()) != 0 {
		t.Errorf("with another passphrase it ended with code %d: %s", a.code, a.err)
	}
	spoken := strings.ToUpper(strings.ReplaceAll(passphrase, "-", "  "))
	a := second.well(second.valiseReading(spoken+"\n", "import", file), "import", file)
	if !strings.Contains(a.err, atWork+": imported 1 site") {
		t.Errorf("the receipt is %q", a.err)
	}
	session = second.open("open", atWork)
	want, got := site.Filled(ada), read(t, session, site)
	want.UserAgent = got.UserAgent // which the computer has, not the profile
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the second computer has\n%+v, want\n%+v", got, want)
	}
	session.interrupt()
	second.leavesNothing()
	if found := traces(t, second.dir, secrets...); len(found) > 0 {
		t.Errorf("in plain:\n%s", strings.Join(found, "\n"))
	}
}
