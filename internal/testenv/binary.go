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
	return built(t, "VALISE_BINARY", "valise", build)
}

// FaultsBinary is the same program, in which app and browser can be had die at any step (internal/fault):
// $VALISE_FAULTS_BINARY, or else build/valise-faults.
func FaultsBinary(t testing.TB) string {
	t.Helper()
	return built(t, "VALISE_FAULTS_BINARY", "valise-faults", buildFaults)
}

func built(t testing.TB, variable, name string, build func() ([]byte, error)) string {
	t.Helper()
	if binary := os.Getenv(variable); binary != "" {
		return binary
	}
	if output, err := build(); err != nil {
		t.Fatalf("make %s: %v\n%s", name, err, output)
	}
	return filepath.Join(ModuleRoot(), "build", name)
}

var (
	build       = sync.OnceValues(func() ([]byte, error) { return makeTarget("build") })
	buildFaults = sync.OnceValues(func() ([]byte, error) { return makeTarget("build/valise-faults") })
)

func makeTarget(target string) ([]byte, error) {
	return exec.Command("make", "--no-print-directory", "-C", ModuleRoot(), target).CombinedOutput()
}
