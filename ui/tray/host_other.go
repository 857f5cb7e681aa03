//go:build !linux

package tray

import "context"

// HasBus says whether the tray can be reached.
func HasBus() bool { return true }

// Follow tells that there is a tray: these systems always have one.
func Follow(_ context.Context, changed func(there bool)) { changed(true) }

// TakesNotifications says that the system shows notifications.
func TakesNotifications(context.Context) bool { return true }

// literal is how a label is written so that all of it is shown.
func literal(label string) string { return label }
