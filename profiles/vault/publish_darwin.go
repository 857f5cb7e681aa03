package vault

import (
	"errors"

	"golang.org/x/sys/unix"
)

// publish moves a file to a name that is free, in one step; fs.ErrExist if it is not. Where RENAME_EXCL is not known
// (network and FAT drives), a hard link does the same.
func publish(from, to string) error {
	err := unix.RenamexNp(from, to, unix.RENAME_EXCL)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return publishByLink(from, to)
	}
	return err
}
