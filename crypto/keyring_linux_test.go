package crypto

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/problem"

	"github.com/google/uuid"
)

// alone runs the calling test once more in a process of its own, and is true there only. A program has one connection to
// one session bus for all of its life, and these tests want a different bus each.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv("VALISE_TEST_ALONE") == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	cmd.Env = append(testenv.Home(t), "VALISE_TEST_ALONE="+t.Name())
	child := testenv.Start(t, cmd)
	if err := child.Wait(); err != nil || !strings.Contains(child.Output(), "--- PASS: "+t.Name()) {
		t.Fatalf("in its own process: %v", err)
	}
	return false
}

// onBus has this process use the bus, and returns the keyring with little patience for persons who do not answer.
func onBus(t *testing.T, bus string) osKeyring {
	t.Helper()
	t.Setenv(busVariable, bus)
	return osKeyring{patience: 300 * time.Millisecond}
}

func unlocked(t *testing.T) (ring Keyring, bus string) {
	t.Helper()
	bus = testenv.Bus(t)
	testenv.KeyringOn(t, bus)
	t.Setenv(busVariable, bus)
	return OSKeyring(), bus
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
	if problem.NextStep(err) == "" {
		t.Errorf("%v has no next step", err)
	}
}

func TestOSKeyringKeepsTheKeyOfAVault(t *testing.T) {
	if !alone(t) {
		return
	}
	ring, _ := unlocked(t)
	keepsKeys(t, ring)
}

func TestKeyringIsFoundThroughTheRuntimeDirectory(t *testing.T) {
	if !alone(t) {
		return
	}
	ring, bus := unlocked(t)
	t.Setenv(busVariable, "")
	t.Setenv("XDG_RUNTIME_DIR", filepath.Dir(strings.TrimPrefix(bus, "unix:path=")))
	keepsKeys(t, ring)
}

func TestWithoutABusThereIsNoKeyringAndNoneIsStarted(t *testing.T) {
	for _, address := range []string{"", "autolaunch:"} {
		t.Run("address "+address, func(t *testing.T) {
			tools := t.TempDir()
			trace := filepath.Join(tools, "was-run")
			launcher := "#!/bin/sh\necho > " + trace + "\n"
			if err := os.WriteFile(filepath.Join(tools, "dbus-launch"), []byte(launcher), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", tools)
			t.Setenv(busVariable, address)
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
			_, err := OSKeyring().Get(t.Context(), "name")
			wants(t, err, ErrNoKeyring)
			if _, err := os.Stat(trace); err == nil {
				t.Error("a session bus was started that nobody ends")
			}
		})
	}
}

func TestABusThatIsGoneIsNoKeyring(t *testing.T) {
	if !alone(t) {
		return
	}
	ring := onBus(t, "unix:path="+filepath.Join(t.TempDir(), "gone"))
	_, err := ring.Get(t.Context(), "name")
	wants(t, err, ErrNoKeyring)
}

func TestABusWithoutAKeyringProgramIsNoKeyring(t *testing.T) {
	if !alone(t) {
		return
	}
	ring := onBus(t, testenv.Bus(t))
	_, err := ring.Get(t.Context(), "name")
	wants(t, err, ErrNoKeyring)
	wants(t, ring.Set(t.Context(), "name", "secret"), ErrNoKeyring)
	wants(t, ring.Delete(t.Context(), "name"), ErrNoKeyring)
}

func TestAKeyringProgramWithoutAKeyringIsNoKeyring(t *testing.T) {
	if !alone(t) {
		return
	}
	bus := testenv.Bus(t)
	testenv.EmptyKeyringOn(t, bus)
	err := onBus(t, bus).Set(t.Context(), "name", "secret")
	wants(t, err, ErrNoKeyring)
	if !strings.Contains(err.Error(), "has no keyring open") {
		t.Errorf("it does not say what is missing: %v", err)
	}
}

func TestALockedKeyringWithoutAScreenIsLocked(t *testing.T) {
	if !alone(t) {
		return
	}
	ring, bus := unlocked(t)
	vault := uuid.New()
	if err := StoreKey(t.Context(), ring, vault, NewKey()); err != nil {
		t.Fatal(err)
	}
	testenv.LockKeyring(t, bus)
	_, err := LoadKey(t.Context(), ring, vault)
	wants(t, err, ErrKeyringLocked)
	wants(t, StoreKey(t.Context(), ring, vault, NewKey()), ErrKeyringLocked)
}

func TestALockedKeyringDoesNotWaitForEver(t *testing.T) {
	if !alone(t) {
		return
	}
	_, bus := unlocked(t)
	testenv.LockKeyring(t, bus)
	prompter := testenv.UnansweredPrompter(t, bus)

	_, err := onBus(t, bus).Get(t.Context(), "name")
	wants(t, err, ErrKeyringLocked)
	<-prompter.Asked()

	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = OSKeyring().Get(short, "name")
	wants(t, err, ErrKeyringLocked)
}

func TestWhoGivesUpWaitingIsNotToldThatTheKeyringIsLocked(t *testing.T) {
	if !alone(t) {
		return
	}
	ring, bus := unlocked(t)
	testenv.LockKeyring(t, bus)
	prompter := testenv.UnansweredPrompter(t, bus)
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := ring.Get(ctx, "name")
		answer <- err
	}()
	<-prompter.Asked()
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) || errors.Is(err, ErrKeyringLocked) {
		t.Errorf("got %v", err)
	}
}

func TestALogoutDuringTheDialogDoesNotEndTheProgram(t *testing.T) {
	if !alone(t) {
		return
	}
	ring, bus := unlocked(t)
	testenv.LockKeyring(t, bus)
	prompter := testenv.UnansweredPrompter(t, bus)
	answer := make(chan error)
	go func() {
		_, err := ring.Get(t.Context(), "name")
		answer <- err
	}()
	<-prompter.Asked()
	testenv.EndBus(t, bus)
	wants(t, <-answer, ErrNoKeyring)
}
