package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"valise/internal/fault"
)

// Outside takes a new file that is no part of a vault, in any folder (0600). It appears whole, with Commit, or not at all.
type Outside struct {
	path    string
	replace bool
	file    *os.File // nil once committed or aborted
	failed  error    // of the first write that failed
}

// NewOutside begins the file; one of Commit and Abort must follow. ErrExists: it is there already, and not to be replaced.
func NewOutside(path string, replace bool) (*Outside, error) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("write %s: that is a folder", path)
	case err == nil && !replace:
		return nil, ErrExists.Because(errors.New(path))
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &Outside{path: path, replace: replace, file: file}, nil
}

// Write adds to the file.
func (o *Outside) Write(b []byte) (int, error) {
	if o.failed != nil {
		return 0, o.failed
	}
	n, err := o.file.Write(b)
	if err != nil {
		o.failed = outsideProblem(err)
	}
	return n, o.failed
}

// Commit makes the file durable and shows it. After an error, or when a Write had failed, nothing is left. ErrExists: somebody
// has made one of that name meanwhile; ErrDiskFull.
func (o *Outside) Commit() error {
	defer o.Abort()
	if o.failed != nil {
		return o.failed
	}
	fault.Point("exporting: the file is written")
	if err := errors.Join(o.file.Sync(), o.file.Close()); err != nil { // Windows moves no open file
		return outsideProblem(err)
	}
	move := publish
	if o.replace {
		move = os.Rename
	}
	err := move(o.file.Name(), o.path)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists.Because(errors.New(o.path))
	}
	if err == nil {
		fault.Point("exporting: the file has its name")
		err = syncDirectory(filepath.Dir(o.path))
	}
	return outsideProblem(err)
}

// Abort leaves nothing of the file. After Commit it does nothing.
func (o *Outside) Abort() {
	if o.file == nil {
		return
	}
	o.file.Close()
	os.Remove(o.file.Name()) // not there any more when it was moved
	o.file = nil
}

func outsideProblem(err error) error {
	if DiskFull(err) {
		return ErrDiskFull.Because(err)
	}
	return err
}
