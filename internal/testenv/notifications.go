package testenv

import (
	"slices"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Notifications are the messages that a desktop shows in its corner.
type Notifications struct {
	mu     sync.Mutex
	titles []string
}

// NotificationsOn has the bus at the given address, see Bus, take notifications, as a desktop would.
func NotificationsOn(t testing.TB, bus string) *Notifications {
	t.Helper()
	const name, path = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
	conn := onBus(t, bus)
	n := &Notifications{}
	if err := conn.Export((*notifier)(n), path, name); err != nil {
		t.Fatal(err)
	}
	if reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("own %s on the bus of the test: reply %d, error %v", name, reply, err)
	}
	return n
}

// Titles are the first lines of all that was shown so far.
func (n *Notifications) Titles() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.titles)
}

// notifier is the Notifications as programs on the bus see it.
type notifier Notifications

func (n *notifier) Notify(_ string, _ uint32, _, title, _ string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.titles = append(n.titles, title)
	return uint32(len(n.titles)), nil
}
