package ui

import (
	"net"
	"path/filepath"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"
)

// Fyne waits for its own hook at the end, and that can take for ever.
func TestNothingIsCalledWhenTheLoopHasEnded(t *testing.T) {
	b := startIn(t, newHome(t))
	hooks := b.app.Lifecycle().(interface {
		OnStopped() func()
		SetOnStoppedHookExecuted(func())
	})
	hooks.SetOnStoppedHookExecuted(func() {})
	forgetStopHook(b.app.Lifecycle())
	if hooks.OnStopped() != nil {
		t.Error("there is still a hook")
	}
}

func TestTheEndComesWhateverIsUnderWay(t *testing.T) {
	for what, begin := range map[string]func(*bench){
		"opening": func(*bench) {},
		"opened but not shown": func(b *bench) {
			testenv.Until(b.t, "the library", func() bool { return b.lib.Load() != nil })
		},
		"closing": func(b *bench) {
			b.wait()
			b.call() // closing waits for it a little
			b.reopen()
		},
	} {
		t.Run(what, func(t *testing.T) {
			home := newHome(t)
			b := startIn(t, home)
			begin(b)
			b.quit.ask()
			b.until("the end", func() bool { return b.test.quit })
			b.end()
			if left := sockets(t, home); len(left) > 0 {
				t.Errorf("a library was left open: %v", left)
			}
		})
	}
}

// call connects to the open library, and asks nothing.
func (b *bench) call() {
	b.t.Helper()
	open := sockets(b.t, b.home)
	if len(open) != 1 {
		b.t.Fatalf("open are %v", open)
	}
	connection, err := net.Dial("unix", open[0])
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { connection.Close() })
}

// sockets are those of the libraries that are open.
func sockets(t *testing.T, home profiles.Home) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(home.Dir, "run", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
