package browser

import (
	"errors"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	user32      = windows.NewLazySystemDLL("user32.dll")
	postMessage = user32.NewProc("PostMessageW")
)

// wmClose is WM_CLOSE: what a window gets when its close button is clicked.
const wmClose = 0x10

// ownGroup keeps the Ctrl-C of a console away from the browser.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// interrupt closes every window of the process.
func interrupt(pid int) error {
	found := false
	each := syscall.NewCallback(func(hwnd windows.HWND, _ uintptr) uintptr {
		var owner uint32
		windows.GetWindowThreadProcessId(hwnd, &owner)
		if int(owner) == pid && windows.IsWindowVisible(hwnd) {
			postMessage.Call(uintptr(hwnd), wmClose, 0, 0)
			found = true
		}
		return 1 // go on
	})
	if err := windows.EnumWindows(each, unsafe.Pointer(nil)); err != nil {
		return err
	}
	if !found {
		return errors.New("no window to close")
	}
	return nil
}

// terminate has no counterpart here: below WM_CLOSE there is only the end of the process.
func terminate(int) error { return errors.ErrUnsupported }

func kill(pid int) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return p.Kill()
}
