package snapshot

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// folder is an open directory.
type folder struct{ *os.File }

func openFolder(root *os.Root, dir string) (*folder, error) {
	f, err := root.Open(dir)
	return &folder{f}, err
}

// opening is a file that is being written.
type opening struct {
	in   *folder
	name string
	fd   int
	mode fs.FileMode // that it was made with; 0: it was there
}

// make makes a file. Nothing else may have its name.
func (f *folder) make(name string, mode fs.FileMode) (*opening, error) {
	return f.openFile(name, unix.O_CREAT|unix.O_EXCL, mode)
}

// reopen opens a file that is not whole yet.
func (f *folder) reopen(name string) (*opening, error) { return f.openFile(name, 0, 0) }

func (f *folder) openFile(name string, flags int, mode fs.FileMode) (*opening, error) {
	for {
		fd, err := unix.Openat(int(f.Fd()), name, flags|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(mode))
		if err == nil {
			return &opening{f, name, fd, mode}, nil
		}
		if err != unix.EINTR {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
	}
}

func (o *opening) writeAt(b []byte, at int64) error {
	for len(b) > 0 {
		n, err := unix.Pwrite(o.fd, b, at)
		if err != nil && err != unix.EINTR {
			return &fs.PathError{Op: "write", Path: o.name, Err: err}
		}
		if n > 0 {
			b, at = b[n:], at+int64(n)
		}
	}
	return nil
}

func (o *opening) close() error {
	if err := unix.Close(o.fd); err != nil && err != unix.EINTR {
		return &fs.PathError{Op: "close", Path: o.name, Err: err}
	}
	return nil
}

// finish closes the file and gives it its mode and time. It returns what the file looks like then.
func (o *opening) finish(mode fs.FileMode, modified int64) (stamp, error) {
	s, err := o.adorn(mode, modified)
	if closed := o.close(); err == nil {
		err = closed
	}
	return s, err
}

func (o *opening) adorn(mode fs.FileMode, modified int64) (stamp, error) {
	var s unix.Stat_t
	failed := func(what string, err error) (stamp, error) {
		return stamp{}, &fs.PathError{Op: what, Path: o.name, Err: err}
	}
	if o.mode != mode {
		if err := unix.Fchmod(o.fd, uint32(mode)); err != nil {
			return failed("chmod", err)
		}
	}
	for {
		when := unix.NsecToTimespec(modified)
		if err := unix.UtimesNanoAt(int(o.in.Fd()), o.name, []unix.Timespec{when, when}, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return failed("chtimes", err)
		}
		if err := unix.Fstat(o.fd, &s); err != nil {
			return failed("stat", err)
		}
		if has := fs.FileMode(s.Mode) & fs.ModePerm; has == mode {
			break
		}
		if err := unix.Fchmod(o.fd, uint32(mode)); err != nil { // the umask left something out
			return failed("chmod", err)
		}
		o.mode = mode
	}
	return stamp{Size: s.Size, Modified: s.Mtim.Nano(), Changed: s.Ctim.Nano(), Inode: s.Ino}, nil
}
