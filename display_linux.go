package main

import (
	"os"

	"valise/problem"
)

// needDisplay says what to do where there is none; the window library would end the program with a trace.
func needDisplay() error {
	if os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		return nil
	}
	return errNoDisplay
}

var errNoDisplay = problem.New("there is no display to open a window on",
	"Commands need none: `valise new NAME --headless --cdp` opens a session, `valise -h` lists the others.")
