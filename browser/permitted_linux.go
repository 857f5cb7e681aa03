package browser

import (
	"os"
	"slices"
)

// canRunHere refuses what cannot succeed, before anything is touched and with a clearer reason than the browser's own.
func canRunHere(o Options, ambient []string) error {
	if os.Geteuid() == 0 && !slices.Contains(slices.Concat(ambient, o.Args), "--no-sandbox") {
		return ErrRoot
	}
	if !o.Headless && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return ErrNoScreen
	}
	return nil
}
