package snapshot

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// look is lstat of an entry of the open directory d, which is at full. The kernel need not go all the way to it again.
func look(d *os.File, full, name string) (found, error) {
	var s unix.Stat_t
	for {
		err := unix.Fstatat(int(d.Fd()), name, &s, unix.AT_SYMLINK_NOFOLLOW)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return found{}, fmt.Errorf("lstat %s/%s: %w", full, name, err)
		}
	}
	f := found{
		entry: entry{Kind: directory, Mode: os.FileMode(s.Mode) & ownerOnly, Modified: s.Mtim.Nano()},
		stamp: stamp{Size: s.Size, Modified: s.Mtim.Nano(), Changed: s.Ctim.Nano(), Inode: s.Ino},
	}
	if s.Mode&unix.S_IFMT != unix.S_IFDIR {
		f.entry.Kind, f.entry.Size = file, s.Size
	}
	return f, nil
}
