//go:build unix

package vault

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// publishByLink is publish through a second name for the file, which is never given to a name that is taken.
func publishByLink(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EMLINK) {
		return publishPortably(from, to)
	}
	if err != nil {
		return err
	}
	return os.Remove(from)
}

// syncDirectory makes the names in a directory durable.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Some network file systems know no fsync of a directory, and keep names at once.
	if err := d.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return err
	}
	return nil
}

// DiskFull says whether err, of any file, tells that a disk is full or a quota used up.
func DiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// gone says whether err tells that a drive or a network folder has gone.
func gone(err error) bool {
	return errors.Is(err, syscall.ENOTCONN) || errors.Is(err, syscall.EHOSTDOWN) || errors.Is(err, syscall.ESTALE) ||
		errors.Is(err, syscall.ENODEV) || errors.Is(err, syscall.ENXIO) || errors.Is(err, syscall.EIO)
}
