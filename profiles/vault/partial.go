package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"valise/internal/fault"
)

// partialDir holds objects on their way into a folder, under random names. It is in the folder itself, so that an
// object can be moved into place in one step.
const partialDir = ".partial"

// partial is an object that is being written to a folder. It becomes visible whole, by commit, or not at all.
type partial struct {
	folder *Folder
	file   *os.File // nil once committed or aborted
	failed error    // of the first write that failed: what follows it would leave a gap
}

func (f *Folder) newPartial() (*partial, error) {
	if err := f.makeDirectory(partialDir); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(filepath.Join(f.dir, partialDir), "*") // 0600
	if err != nil {
		return nil, f.problem(err)
	}
	fault.Point("storing: an object is begun")
	return &partial{folder: f, file: file}, nil
}

func (p *partial) Write(b []byte) (int, error) {
	if p.failed != nil {
		return 0, p.failed
	}
	if p.file == nil {
		return 0, fs.ErrClosed
	}
	n, err := p.file.Write(b)
	if err != nil {
		p.failed = p.folder.problem(err)
	}
	return n, p.failed
}

// commit makes the object durable and shows it under its name. On error nothing is left. ErrExists.
func (p *partial) commit(name string) error {
	err := p.moveTo(name, publish)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists.Because(fmt.Errorf("%s in %s", name, p.folder))
	}
	return err
}

// replace is commit for what is no object: a file of that name makes way.
func (p *partial) replace(name string) error { return p.moveTo(name, os.Rename) }

func (p *partial) moveTo(name string, move func(from, to string) error) error {
	defer p.abort()
	switch {
	case p.failed != nil:
		return p.failed
	case p.file == nil:
		return fs.ErrClosed
	}
	fault.Point("storing: the object is written")
	// The content has to be on the disk before the name is: a name without it would be a broken object after a power cut.
	if err := p.file.Sync(); err != nil {
		return p.folder.problem(err)
	}
	if err := p.file.Close(); err != nil { // Windows moves no open file
		return p.folder.problem(err)
	}
	fault.Point("storing: the object is durable")
	directory, _ := filepath.Split(filepath.FromSlash(name))
	if err := p.folder.makeDirectory(directory); err != nil {
		return err
	}
	err := move(p.file.Name(), p.folder.path(name))
	if err == nil {
		fault.Point("storing: the object has its name")
		err = syncDirectory(filepath.Join(p.folder.dir, directory))
	}
	fault.Point("storing: the name is durable")
	return p.folder.problem(err)
}

// abort leaves nothing of the object; after commit it does nothing.
func (p *partial) abort() {
	if p.file == nil {
		return
	}
	p.file.Close()
	os.Remove(p.file.Name()) // not there any more when it was published
	p.file = nil
}

// publishPortably moves a file to a name that is free, where the file system can neither refuse to replace nor link.
// Two processes that choose the same name in the same instant could replace one by the other there; names of objects
// are random, so only vault.json could meet that, which is read back after it was written.
func publishPortably(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}

// leftAfter is when an object on its way is taken for what a crash left behind. Writing one takes minutes at most.
const leftAfter = 24 * time.Hour

// sweep removes what crashes left behind.
func (f *Folder) sweep() {
	entries, _ := os.ReadDir(filepath.Join(f.dir, partialDir)) // none: nothing to do
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > leftAfter {
			os.Remove(filepath.Join(f.dir, partialDir, entry.Name()))
		}
	}
}
