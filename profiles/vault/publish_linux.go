package vault

import (
	"errors"

	"golang.org/x/sys/unix"
)

// publish moves a file to a name that is free, in one step; fs.ErrExist if it is not. renameat2 with RENAME_NOREPLACE
// is known to ext4, btrfs, xfs, tmpfs and vfat; where it is not (some network file systems), a hard link does the same.
func publish(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return publishByLink(from, to)
	}
	return err
}
