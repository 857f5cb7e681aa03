package vault

import (
	"errors"

	"golang.org/x/sys/windows"
)

// publish moves a file to a name that is free, in one step; fs.ErrExist if it is not. The name is on the disk when it
// returns.
func publish(from, to string) error {
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(source, target, windows.MOVEFILE_WRITE_THROUGH)
}

// syncDirectory does nothing: Windows has no such call, and publish writes through.
func syncDirectory(string) error { return nil }

// DiskFull says whether err, of any file, tells that a disk is full or a quota used up.
func DiskFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// gone says whether err tells that a drive or a network folder has gone.
func gone(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_READY) || errors.Is(err, windows.ERROR_BAD_NETPATH) ||
		errors.Is(err, windows.ERROR_NETNAME_DELETED) || errors.Is(err, windows.ERROR_NO_SUCH_DEVICE)
}
