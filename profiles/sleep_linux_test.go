package profiles_test

import (
	"os"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/godbus/dbus/v5"
)

// loginService is as much of systemd-logind as announces sleep.
type loginService struct {
	bus     *dbus.Conn
	delayed chan delay
}

// delay is a pipe. The near end is given away; when both that and our own are closed, the far one is at its end.
type delay struct{ far, near *os.File }

func (l *loginService) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	if what != "sleep" || mode != "delay" || who == "" || why == "" {
		return 0, dbus.MakeFailedError(os.ErrInvalid)
	}
	far, near, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	l.delayed <- delay{far, near}
	return dbus.UnixFD(near.Fd()), nil
}

// newLoginService is the one of the computer that the test has.
func newLoginService(t *testing.T) *loginService {
	t.Helper()
	address := testenv.Bus(t)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	bus, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Close() })
	l := &loginService{bus, make(chan delay, 8)}
	if err := bus.Export(l, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *loginService) announce(t *testing.T, begins bool) {
	t.Helper()
	if err := l.bus.Emit("/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep", begins); err != nil {
		t.Fatal(err)
	}
}

// The computer goes to sleep only when what is open has a checkpoint; when it has woken up, the next time is prepared for.
func TestACheckpointIsMadeBeforeTheComputerSleeps(t *testing.T) {
	login := newLoginService(t)
	c := newComputer(t)
	s, _ := c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	first := <-login.delayed
	login.announce(t, true)
	testenv.Until(t, "the checkpoint", func() bool {
		h, err := c.History(t.Context(), s.Info().SavesTo)
		return err == nil && len(h) == 1 && h[0].Ended == "checkpoint"
	})
	first.near.Close() // which has surely arrived
	if n, err := first.far.Read(make([]byte, 1)); n > 0 || err == nil {
		t.Error("what delays the sleep is no lock")
	}
	login.announce(t, false)
	<-login.delayed
	c.close(s)
}
