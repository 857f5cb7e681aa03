//go:build !linux

package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// folder is an open directory.
type folder struct{ *os.Root }

func openFolder(root *os.Root, dir string) (*folder, error) {
	r, err := root.OpenRoot(dir)
	return &folder{r}, err
}

// opening is a file that is being written.
type opening struct {
	*os.File
	in   *folder
	name string
	mode fs.FileMode // that it was made with; 0: it was there
}

// make makes a file. Nothing else may have its name.
func (f *folder) make(name string, mode fs.FileMode) (*opening, error) {
	return f.openFile(name, os.O_CREATE|os.O_EXCL, mode|0o600)
}

// reopen opens a file that is not whole yet.
func (f *folder) reopen(name string) (*opening, error) { return f.openFile(name, 0, 0) }

func (f *folder) openFile(name string, flags int, mode fs.FileMode) (*opening, error) {
	opened, err := f.OpenFile(name, flags|os.O_WRONLY, mode)
	return &opening{opened, f, name, mode}, err
}

func (o *opening) writeAt(b []byte, at int64) error {
	_, err := o.WriteAt(b, at)
	return err
}

func (o *opening) close() error { return o.Close() }

// finish closes the file and gives it its mode and time. It returns what the file looks like then.
func (o *opening) finish(mode fs.FileMode, modified int64) (stamp, error) {
	err := o.Close()
	if err == nil && o.mode != mode {
		err = o.in.Chmod(o.name, mode)
	}
	if err == nil {
		when := time.Unix(0, modified)
		err = o.in.Chtimes(o.name, when, when)
	}
	info, looked := o.in.Lstat(o.name)
	if err = errors.Join(err, looked); err != nil {
		return stamp{}, err
	}
	return stampOf(info), nil
}
