//go:build !linux

package browser

// canRunHere: a browser runs for anybody here, and there always is a screen.
func canRunHere(Options, []string) error { return nil }
