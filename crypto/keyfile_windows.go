package crypto

import (
	"errors"
	"io/fs"
	"time"

	"golang.org/x/sys/windows"
)

// exposed is false: a file has the rights of its folder, and those of a user's folders are the user's.
func exposed(fs.FileInfo) bool { return false }

// replace renames temp to target and makes the renaming last. Windows refuses while somebody reads the target, which
// takes a reader of ours no longer than a moment.
func replace(temp, target string) error {
	from, err := windows.UTF16PtrFromString(temp)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(target)
	if err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		err := windows.MoveFileEx(from, to, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH)
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || attempt == 50 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
