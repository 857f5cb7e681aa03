package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Folder is a Store in a directory: a drive, a network share, a folder that another program carries elsewhere. Only
// this user can read what it writes.
type Folder struct{ dir string }

// NewFolder is the store in dir, an absolute path. Nothing is made yet: Put makes dir, but not the directories above
// it, so that a drive that is not there is noticed. What crashes left half-written there long ago is removed.
func NewFolder(dir string) (*Folder, error) {
	if !filepath.IsAbs(dir) {
		return nil, ErrBadLocation.Because(fmt.Errorf("%q is not a full path", dir))
	}
	f := &Folder{filepath.Clean(dir)}
	info, err := os.Stat(f.dir)
	if err == nil && !info.IsDir() {
		return nil, ErrBadLocation.Because(fmt.Errorf("%s is a file", f.dir))
	}
	f.sweep()
	return f, nil
}

func (f *Folder) String() string { return f.dir }

// Put is Store.Put: written under another name, made durable, and then given its own in one step.
func (f *Folder) Put(ctx context.Context, name string, body io.ReadSeeker, size int64) error {
	if err := checkName(name); err != nil {
		return err
	}
	if _, err := os.Lstat(f.path(name)); err == nil { // saves the copying; the name is claimed by commit alone
		return ErrExists.Because(fmt.Errorf("%s in %s", name, f))
	}
	p, err := f.newPartial()
	if err != nil {
		return err
	}
	defer p.abort()
	n, err := io.Copy(p, &meteredReader{ctx: ctx, r: io.LimitReader(body, size)})
	switch {
	case err != nil:
		return err
	case n < size:
		return fmt.Errorf("put %s: %d of %d bytes: %w", name, n, size, io.ErrUnexpectedEOF)
	}
	return p.commit(name)
}

// Get is Store.Get.
func (f *Folder) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	file, info, err := f.open(ctx, name)
	if err != nil {
		return nil, err
	}
	if offset = min(offset, info.Size()); length < 0 || length > info.Size()-offset {
		length = info.Size() - offset
	}
	return struct {
		io.Reader
		io.Closer
	}{&meteredReader{ctx: ctx, r: io.NewSectionReader(file, offset, length)}, file}, nil
}

// open opens the file of an object. ErrNotFound.
func (f *Folder) open(ctx context.Context, name string) (*os.File, fs.FileInfo, error) {
	if err := checkName(name); err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	path := f.path(name)
	info, err := os.Lstat(path) // a link is no object, nor is a device: opening one could wait for ever
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	var file *os.File
	if err == nil {
		file, err = os.Open(path)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		if err := f.present(); err != nil {
			return nil, nil, err
		}
		return nil, nil, ErrNotFound.Because(missing(name))
	}
	if err != nil {
		return nil, nil, f.problem(err)
	}
	return file, info, nil
}

// List is Store.List.
func (f *Folder) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := f.present(); err != nil {
			yield(Info{}, err)
			return
		}
		f.list(ctx, "", prefix, yield)
	}
}

// list yields what is below directory, which is empty or ends with a slash; false means that no more is wanted.
func (f *Folder) list(ctx context.Context, directory, prefix string, yield func(Info, error) bool) bool {
	fail := func(err error) bool {
		yield(Info{}, err)
		return false
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	entries, err := os.ReadDir(f.path(directory))
	if errors.Is(err, fs.ErrNotExist) {
		return true // taken away meanwhile
	}
	if err != nil {
		return fail(f.problem(err))
	}
	// By the whole name, a directory's goes on with a slash: "a-b" comes before "a/b", and "a0" after it.
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(key(a), key(b)) })
	for _, entry := range entries {
		name := directory + key(entry)
		switch {
		case !properPart(entry.Name()) || len(name) > maxName:
		case entry.IsDir():
			if strings.HasPrefix(name, prefix) || strings.HasPrefix(prefix, name) {
				if !f.list(ctx, name, prefix, yield) {
					return false
				}
			}
		case entry.Type().IsRegular() && strings.HasPrefix(name, prefix):
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return fail(f.problem(err))
			}
			if !yield(Info{name, info.Size(), info.ModTime()}, nil) {
				return false
			}
		}
	}
	return true
}

// Remove is Store.Remove.
func (f *Folder) Remove(ctx context.Context, name string) error {
	if err := cmp.Or(checkName(name), ctx.Err(), f.present()); err != nil {
		return err
	}
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.problem(err)
	}
	return nil
}

func (f *Folder) path(name string) string { return filepath.Join(f.dir, filepath.FromSlash(name)) }

// present says whether the folder is there, or could be made. ErrUnreachable.
func (f *Folder) present() error {
	_, err := os.Stat(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err = os.Stat(filepath.Dir(f.dir)); errors.Is(err, fs.ErrNotExist) {
			return ErrUnreachable.Because(err)
		}
	}
	return f.problem(err)
}

// makeDirectory makes the folder and the directories in it that lead to relative, durably.
func (f *Folder) makeDirectory(relative string) error {
	if info, err := os.Stat(filepath.Join(f.dir, relative)); err == nil && info.IsDir() {
		return nil
	}
	dir := f.dir
	for _, part := range append([]string{""}, strings.Split(filepath.Clean(relative), string(filepath.Separator))...) {
		dir = filepath.Join(dir, part)
		err := os.Mkdir(dir, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = syncDirectory(filepath.Dir(dir))
		}
		if err != nil {
			return f.problem(err)
		}
	}
	return nil
}

// problem says what an error of the file system means to a person.
func (f *Folder) problem(err error) error {
	switch {
	case err == nil:
		return nil
	case DiskFull(err):
		return ErrDiskFull.Because(err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return ErrForbidden.Because(err)
	case gone(err):
		return ErrUnreachable.Because(err)
	case errors.Is(err, fs.ErrNotExist) && f.present() != nil:
		return ErrUnreachable.Because(err)
	}
	return err
}
