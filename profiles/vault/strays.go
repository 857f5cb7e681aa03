package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Strays are files in the local copy that are none of its objects, by their names in it: others have put them there, or
// they are objects that got another name. What begins with a dot is not among them.
func (v *Vault) Strays(ctx context.Context) ([]string, error) {
	var found []string
	err := filepath.WalkDir(v.local.dir, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // taken away meanwhile
		}
		if err != nil || path == v.local.dir {
			return err
		}
		relative, err := filepath.Rel(v.local.dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		switch {
		case strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
		case !e.IsDir() && !(e.Type().IsRegular() && isOurs(name)):
			found = append(found, name)
		}
		return nil
	})
	return found, v.local.problem(err)
}

func isOurs(name string) bool {
	_, _, _, ok := ParseName(name)
	_, _, isCheckpoint := parseCheckpointName(name)
	_, isLease := ParseLeaseName(name)
	return ok || isCheckpoint || isLease || name == descriptionName || name == passphraseName
}

// OpenStray opens a stray, if it is a regular file.
func (v *Vault) OpenStray(name string) (*File, error) {
	path := v.local.path(name)
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrInvalid
	}
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &File{file, info.Size()}, nil
}
