package browser

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// process is one process of a browser.
type process struct {
	pid  int
	main bool
}

var findWindowEx = user32.NewProc("FindWindowExW")

// hwndMessage is HWND_MESSAGE, the parent of windows that only receive messages.
const hwndMessage = ^uintptr(2)

// processes finds the browser of a session by the window that its own second start looks for: named after the profile directory
// (chrome/browser/win/chrome_process_finder.cc). Its children are in a job with it and end with it.
func processes(sessionDir string) []process {
	class, _ := windows.UTF16PtrFromString("Chrome_MessageWindow")
	title, err := windows.UTF16PtrFromString(UserDataDir(sessionDir))
	if err != nil {
		return nil
	}
	hwnd, _, _ := findWindowEx.Call(hwndMessage, 0, uintptr(unsafe.Pointer(class)), uintptr(unsafe.Pointer(title)))
	if hwnd == 0 {
		return nil
	}
	var pid uint32
	if _, err := windows.GetWindowThreadProcessId(windows.HWND(hwnd), &pid); err != nil || pid == 0 {
		return nil
	}
	return []process{{int(pid), true}}
}
