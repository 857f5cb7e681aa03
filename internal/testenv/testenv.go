// Package testenv gives tests the real parts that Valise works with: an X display with a mouse and a keyboard, a
// session bus with a tray on it, a keyring, an S3 server, a website, Chromium, and the valise program itself.
//
// Every part is private to the test that asks for it, listens on loopback or in a temporary directory at most, and
// ends with the test. A part that the machine lacks fails the test with one line that says how to get it; nothing is
// skipped. Start reading with Need, Binary and Start; then one file for each part.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// patience is how long a part may take to answer. It is far longer than any of them needs, also on a busy machine:
// it ends a test that hangs, it measures nothing.
const patience = time.Minute

// Need finds a program that the tests use: among those that make test builds because no distribution has them, which
// are in $VALISE_TOOLS or else in build/tools, or in the PATH. Where it is missing the test fails and says how to get
// it; debianPackage is empty for a program that make test builds.
func Need(t testing.TB, program, debianPackage string) string {
	t.Helper()
	tools := os.Getenv("VALISE_TOOLS")
	if tools == "" {
		tools = filepath.Join(ModuleRoot(), "build", "tools")
	}
	for _, place := range []string{filepath.Join(tools, program), program} {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
	}
	if debianPackage == "" {
		t.Fatalf("%s is not in %s: `make tools` builds it", program, tools)
	}
	t.Fatalf("%s is not here: `make test` installs it, and so does `sudo apt-get install %s`", program, debianPackage)
	return ""
}

// ModuleRoot is the directory of go.mod.
func ModuleRoot() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Until asks condition again and again until it is true, and fails the test with what was waited for when it never is.
func Until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	if !soon(condition) {
		t.Fatalf("waited %v in vain for %s", patience, what)
	}
}

func soon(condition func() bool) bool { return Within(patience, condition) }

// Within asks condition again and again, and says whether it became true before the limit.
func Within(limit time.Duration, condition func() bool) bool {
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}
