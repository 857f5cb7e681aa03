package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Binary is the valise program, as it is built for users: $VALISE_BINARY, or else build/valise, which `make build`
// brings up to date once in a run of tests.
func Binary(t testing.TB) string {
	t.Helper()
	if binary := os.Getenv("VALISE_BINARY"); binary != "" {
		return binary
	}
	if output, err := build(); err != nil {
		t.Fatalf("make build: %v\n%s", err, output)
	}
	return filepath.Join(ModuleRoot(), "build", "valise")
}

var build = sync.OnceValues(func() ([]byte, error) {
	return exec.Command("make", "--no-print-directory", "-C", ModuleRoot(), "build").CombinedOutput()
})
