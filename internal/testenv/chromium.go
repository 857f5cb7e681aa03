package testenv

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Chromium is the path of the real browser. It also sets VALISE_CHROMIUM_ARGS for the length of the test, so that the browser makes
// no connection by itself, and runs as root too.
func Chromium(t testing.TB) string {
	t.Helper()
	t.Setenv("VALISE_CHROMIUM_ARGS", ChromiumArgs())
	for _, path := range []string{"/usr/lib/chromium/chromium", "chromium", "google-chrome"} {
		if path, err := exec.LookPath(path); err == nil {
			return path
		}
	}
	t.Fatal("Chromium is not here: `make test` installs it, and so does `sudo apt-get install chromium`")
	return ""
}

// ChromiumArgs is what VALISE_CHROMIUM_ARGS has to be for a program that a test starts, quoted as for a shell.
func ChromiumArgs() string {
	args := []string{
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-gpu",
		"--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'", // whatever a test has it do, it stays on this computer
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	return strings.Join(args, " ")
}
