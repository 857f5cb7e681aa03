package snapshot

import (
	"io/fs"
	"syscall"
)

// stampOf takes what lstat said.
func stampOf(info fs.FileInfo) stamp {
	s := stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Changed, s.Inode = sys.Ctimespec.Nano(), sys.Ino
	}
	return s
}
