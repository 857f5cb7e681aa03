package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// useConsole gives a command the terminal that it was typed in. The program is linked as one of the window subsystem, so
// that a double click opens no terminal, and such a program starts without one. Output that was redirected stays so.
func useConsole() {
	const parentProcess = ^uintptr(0) // ATTACH_PARENT_PROCESS
	if len(os.Args) < 2 {
		return
	}
	attach := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")
	if ok, _, _ := attach.Call(parentProcess); ok == 0 {
		return // no parent, or no terminal there
	}
	for _, standard := range []struct {
		file   **os.File
		device string
		flag   int
	}{{&os.Stdin, "CONIN$", os.O_RDONLY}, {&os.Stdout, "CONOUT$", os.O_WRONLY}, {&os.Stderr, "CONOUT$", os.O_WRONLY}} {
		if _, err := (*standard.file).Stat(); err == nil {
			continue // redirected
		}
		if f, err := os.OpenFile(standard.device, standard.flag, 0); err == nil {
			*standard.file = f
		}
	}
}
