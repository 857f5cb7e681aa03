package testenv

import (
	"os"
	"path/filepath"
	"testing"
)

// Home makes a person's home directory for the length of the test and returns the environment of a program that runs
// there: HOME, XDG_RUNTIME_DIR, PATH and LANG, and nothing of the environment that the tests themselves run in. Its
// path is short, because the path of a socket in it may have 107 bytes only, which t.TempDir soon exceeds.
func Home(t testing.TB) []string {
	t.Helper()
	home, err := os.MkdirTemp("", "valise-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(home); err != nil {
			t.Errorf("something still writes to the home directory of the test: %v", err)
		}
	})
	runtimeDirectory := filepath.Join(home, "run")
	for _, directory := range []string{runtimeDirectory, filepath.Join(home, ".cache"), filepath.Join(home, ".config")} {
		if err := os.Mkdir(directory, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return []string{
		"HOME=" + home,
		"XDG_RUNTIME_DIR=" + runtimeDirectory,
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
	}
}
