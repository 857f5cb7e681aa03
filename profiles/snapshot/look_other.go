//go:build !linux

package snapshot

import (
	"os"
	"path/filepath"
)

// look is lstat of an entry of the directory at full. On Windows, what the listing of the directory says may be out of
// date.
func look(_ *os.File, full, name string) (found, error) {
	info, err := os.Lstat(filepath.Join(full, name))
	if err != nil {
		return found{}, err
	}
	return describe(info), nil
}
