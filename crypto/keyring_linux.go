package crypto

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/godbus/dbus/v5"
)

const osKeyringName = "the keyring"

func osPatience() time.Duration {
	if os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		return patienceWithScreen
	}
	return patienceWithoutScreen
}

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// osKeyringReachable looks for a session bus before godbus does: where there is none, godbus starts one that nobody
// ends, with an empty keyring on it. godbus does not know XDG_RUNTIME_DIR, so it is told what was found there.
func osKeyringReachable() error {
	if address := os.Getenv(busVariable); address != "" && address != "autolaunch:" {
		return nil
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" { // a service or a terminal of its own: the place is fixed by systemd
		dir = filepath.Join("/run/user", strconv.Itoa(os.Getuid()))
	}
	socket := filepath.Join(dir, "bus")
	if _, err := os.Stat(socket); err != nil {
		return ErrNoKeyring.Because(errors.New("there is no session bus to reach one on"))
	}
	return os.Setenv(busVariable, "unix:path="+dbus.EscapeBusAddressValue(socket))
}

// explain tells a locked keyring from one that is not there. The texts of go-keyring's errors do not, and differ from
// one keyring program to the next; the Secret Service itself does:
// https://specifications.freedesktop.org/secret-service/latest/
func explain(err error) error {
	bus, busErr := dbus.SessionBus() // shared with others in this program: never closed
	if busErr != nil {
		return ErrNoKeyring.Because(busErr)
	}
	const program, root = "org.freedesktop.secrets", dbus.ObjectPath("/org/freedesktop/secrets")
	locked := func(keyring dbus.ObjectPath) bool {
		locked, err := bus.Object(program, keyring).GetProperty("org.freedesktop.Secret.Collection.Locked")
		return err == nil && locked.Value() == true
	}
	var standard dbus.ObjectPath
	standardErr := bus.Object(program, root).Call("org.freedesktop.Secret.Service.ReadAlias", 0, "default").Store(&standard)
	switch {
	case locked(root + "/collection/login"): // go-keyring takes this one, and the default where it is missing
		return ErrKeyringLocked
	case standardErr != nil:
		return ErrNoKeyring.Because(err)
	case standard == "/": // the answer for none
		return ErrNoKeyring.Because(errors.New("a keyring program runs, but has no keyring open: make or unlock one in it"))
	case locked(standard):
		return ErrKeyringLocked
	}
	return ErrNoKeyring.Because(err)
}
