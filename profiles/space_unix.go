//go:build unix

package profiles

import "golang.org/x/sys/unix"

// freeSpace is how many bytes this user can still write to the disk that dir is on.
func freeSpace(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
