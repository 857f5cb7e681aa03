package testenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/godbus/dbus/v5"
)

// busConfig is a session bus that starts no programs by itself. The usual one would: whoever asks it for a keyring that
// is not there gets the machine's own.
const busConfig = `<busconfig>
	<type>session</type>
	<listen>%s</listen>
	<auth>EXTERNAL</auth>
	<policy context="default">
		<allow send_destination="*"/>
		<allow receive_sender="*"/>
		<allow own="*"/>
	</policy>
</busconfig>
`

// Bus starts a session bus with nothing on it, and returns its address. A program that is to use it gets it as
// DBUS_SESSION_BUS_ADDRESS, see BusEnv.
func Bus(t testing.TB) (address string) {
	t.Helper()
	program := Need(t, "dbus-daemon", "dbus-daemon")
	dir, err := os.MkdirTemp("", "valise-bus-") // for a short path, see Home
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "bus")
	address = "unix:path=" + dbus.EscapeBusAddressValue(socket)
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, address), 0o600); err != nil {
		t.Fatal(err)
	}
	Start(t, exec.Command(program, "--nofork", "--config-file="+config))
	Until(t, "the session bus", func() bool {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return address
}

// BusEnv is the environment entry that has a program use the bus.
func BusEnv(address string) string { return "DBUS_SESSION_BUS_ADDRESS=" + address }

// EndBus ends a bus that Bus started, as a logout does.
func EndBus(t testing.TB, address string) {
	t.Helper()
	var pid uint32
	err := onBus(t, address).BusObject().
		Call("org.freedesktop.DBus.GetConnectionUnixProcessID", 0, "org.freedesktop.DBus").Store(&pid)
	if err != nil {
		t.Fatalf("ask the bus of the test for its process id: %v", err)
	}
	if daemon, err := os.FindProcess(int(pid)); err != nil || daemon.Kill() != nil {
		t.Fatalf("end the bus of the test, process %d", pid)
	}
}

// onBus connects to the bus for the length of the test.
func onBus(t testing.TB, address string) *dbus.Conn {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatalf("connect to the bus of the test: %v", err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
