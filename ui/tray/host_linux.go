package tray

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// The watcher that desktops with tray icons offer on the session bus:
// https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
)

// ErrNoBus says that there is no session bus.
var ErrNoBus = errors.New("there is no session bus")

// HasBus says whether there is a session bus. It must be asked before anything connects to one: where there is none,
// godbus would start one that nobody ends.
func HasBus() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	runtime := os.Getenv("XDG_RUNTIME_DIR")
	if runtime == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(runtime, "bus"))
	return err == nil
}

// Follow tells whether the desktop shows tray icons, now and whenever that changes, on a goroutine of its own, until ctx
// is done. Without a bus it says no, once.
func Follow(ctx context.Context, changed func(there bool)) {
	go func() {
		if !HasBus() {
			changed(false)
			return
		}
		bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
		if err != nil {
			changed(false)
			return
		}
		defer bus.Close()
		follow(ctx, bus, changed)
	}()
}

func follow(ctx context.Context, bus *dbus.Conn, changed func(bool)) {
	signals := make(chan *dbus.Signal, 8)
	bus.Signal(signals)
	bus.AddMatchSignalContext(ctx, dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, watcherName))
	bus.AddMatchSignalContext(ctx, dbus.WithMatchInterface(watcherName))
	there := hosted(ctx, bus)
	changed(there)
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-signals:
			if !open { // the bus is gone
				changed(false)
				return
			}
			if now := hosted(ctx, bus); now != there {
				there = now
				changed(there)
			}
		}
	}
}

// hosted asks whether there is a watcher, and something that shows the icons it knows. A watcher that is only installed
// is not started by asking.
func hosted(ctx context.Context, bus *dbus.Conn) bool {
	var owned bool
	err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&owned)
	if err != nil || !owned {
		return false
	}
	var registered bool
	err = bus.Object(watcherName, watcherPath).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0,
		watcherName, "IsStatusNotifierHostRegistered").Store(&registered)
	return err == nil && registered
}

// TakesNotifications says whether the desktop shows notifications, or has something that starts when there is one:
// https://specifications.freedesktop.org/notification-spec/latest/
func TakesNotifications(ctx context.Context) bool {
	const name = "org.freedesktop.Notifications"
	if !HasBus() {
		return false
	}
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close()
	for _, list := range []string{"ListNames", "ListActivatableNames"} {
		var names []string
		err := bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus."+list, 0).Store(&names)
		if err == nil && slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// literal is how a label is written so that all of it is shown: a host takes a single underscore for the mark of an
// access key (com.canonical.dbusmenu, property "label").
func literal(label string) string { return strings.ReplaceAll(label, "_", "__") }
