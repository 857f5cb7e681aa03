//go:build !linux

package browser

// restoreSettings is empty: session.restore_on_startup is guarded by a MAC here, and setting it from outside makes the browser
// reset it. --restore-last-session has to do.
var restoreSettings []setting
