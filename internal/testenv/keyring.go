package testenv

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName  = "org.freedesktop.secrets"
	secretsPath  = "/org/freedesktop/secrets"
	loginKeyring = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
)

// Keyring starts an unlocked GNOME keyring on a session bus of its own, and returns the environment entries with which
// a program finds it; they go behind those of Home.
func Keyring(t testing.TB) (env []string) {
	t.Helper()
	bus := Bus(t)
	KeyringOn(t, bus)
	return []string{BusEnv(bus)}
}

// KeyringOn starts an unlocked GNOME keyring on the bus at the given address. It has a home directory of its own: two
// daemons in one would find each other there, and hang.
func KeyringOn(t testing.TB, bus string) {
	t.Helper()
	daemon := startKeyring(t, bus, "--unlock")
	daemon.Stdin = strings.NewReader("the password of the test's keyring")
	Start(t, daemon)
	login := onBus(t, bus).Object(secretsName, loginKeyring)
	Until(t, "the keyring to be unlocked", func() bool {
		locked, err := login.GetProperty("org.freedesktop.Secret.Collection.Locked")
		return err == nil && locked.Value() == false
	})
}

// EmptyKeyringOn starts the GNOME keyring's program on the bus as it is for a person who never had a keyring: it runs,
// and there is none to put secrets into.
func EmptyKeyringOn(t testing.TB, bus string) {
	t.Helper()
	Start(t, startKeyring(t, bus, "--start"))
	conn := onBus(t, bus)
	Until(t, "the keyring's program", func() bool {
		var there bool
		err := conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&there)
		return err == nil && there
	})
}

func startKeyring(t testing.TB, bus, how string) *exec.Cmd {
	t.Helper()
	daemon := exec.Command(Need(t, "gnome-keyring-daemon", "gnome-keyring"), "--foreground", "--components=secrets", how)
	daemon.Env = append(Home(t), BusEnv(bus))
	return daemon
}

// LockKeyring locks the keyring that KeyringOn put on the bus. Without a prompter the keyring refuses to be unlocked, as
// it does on a machine without a screen.
func LockKeyring(t testing.TB, bus string) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := onBus(t, bus).Object(secretsName, secretsPath).
		Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginKeyring}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("lock the keyring: locked %v, error %v", locked, err)
	}
}

// Prompter is the program that shows the keyring's dialogs, with a person who does not answer any.
type Prompter struct{ asked chan struct{} }

// UnansweredPrompter puts such a program on the bus, so that a locked keyring keeps its callers waiting.
func UnansweredPrompter(t testing.TB, bus string) *Prompter {
	t.Helper()
	const name, path = "org.gnome.keyring.SystemPrompter", "/org/gnome/keyring/Prompter"
	conn := onBus(t, bus)
	prompter := &Prompter{asked: make(chan struct{}, 100)}
	if err := conn.Export((*prompts)(prompter), path, "org.gnome.keyring.internal.Prompter"); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s on the bus of the test: reply %d, error %v", name, reply, err)
	}
	return prompter
}

// Asked receives a value for each dialog that the keyring wanted to show.
func (p *Prompter) Asked() <-chan struct{} { return p.asked }

// prompts is the Prompter as the keyring sees it.
type prompts Prompter

func (p *prompts) BeginPrompting(dbus.ObjectPath) *dbus.Error {
	p.asked <- struct{}{}
	return nil // and never calls back that it is ready
}

func (p *prompts) StopPrompting(dbus.ObjectPath) *dbus.Error { return nil }
