package profiles

import (
	"context"
	"log/slog"
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	loginManager = "org.freedesktop.login1"
	loginObject  = "/org/freedesktop/login1"
	loginMethods = "org.freedesktop.login1.Manager"
)

// beforeSleep calls do whenever the computer is about to go to sleep, which waits for it for a while, until ctx ends.
// systemd-logind tells of that, and so does elogind; where neither is, nothing happens.
func beforeSleep(ctx context.Context, log *slog.Logger, do func(context.Context)) {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		log.Info("sleep is not announced here", "error", err)
		return
	}
	defer bus.Close()
	told := make(chan *dbus.Signal, 4)
	bus.Signal(told)
	err = bus.AddMatchSignalContext(ctx, dbus.WithMatchSender(loginManager), dbus.WithMatchObjectPath(loginObject),
		dbus.WithMatchInterface(loginMethods), dbus.WithMatchMember("PrepareForSleep"))
	if err != nil {
		log.Info("sleep is not announced here", "error", err)
		return
	}
	delay := delaySleep(ctx, bus, log)
	defer func() { delay.Close() }()
	for {
		select {
		case <-ctx.Done():
			return
		case signal, open := <-told:
			var begins bool
			switch {
			case !open:
				return // the bus is gone
			case dbus.Store(signal.Body, &begins) != nil:
			case begins:
				do(ctx)
				delay.Close() // now it may sleep
			default:
				delay = delaySleep(ctx, bus, log)
			}
		}
	}
}

// delaySleep has the computer wait before it goes to sleep, until what is returned is closed. It may be nil, which can be
// closed too: then a checkpoint is made in what time there is.
func delaySleep(ctx context.Context, bus *dbus.Conn, log *slog.Logger) *os.File {
	var lock dbus.UnixFD
	err := bus.Object(loginManager, loginObject).CallWithContext(ctx, loginMethods+".Inhibit", 0,
		"sleep", "Valise", "Saving what the open browsers hold", "delay").Store(&lock)
	if err != nil {
		log.Info("sleep cannot be delayed here", "error", err)
		return nil
	}
	return os.NewFile(uintptr(lock), "sleep")
}
