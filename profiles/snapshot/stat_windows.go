package snapshot

import (
	"io/fs"
	"syscall"
)

// stampOf takes what a directory listing says. The creation time stands in for the inode: it tells a file from one that
// was put in its place.
func stampOf(info fs.FileInfo) stamp {
	s := stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Win32FileAttributeData); ok {
		s.Inode = uint64(sys.CreationTime.Nanoseconds())
	}
	return s
}
