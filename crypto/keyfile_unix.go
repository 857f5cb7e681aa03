//go:build unix

package crypto

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// exposed tells whether others than the user (and root, who can read everything) can read the file.
func exposed(info fs.FileInfo) bool {
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 0 && int(owner) != os.Geteuid() {
		return true
	}
	return info.Mode().Perm()&0o077 != 0
}

// replace renames temp to target, and makes the renaming last.
func replace(temp, target string) error {
	if err := os.Rename(temp, target); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
