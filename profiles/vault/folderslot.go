package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A slot in a folder is a file that is replaced as a whole. Whoever replaces it makes a file beside it first, which only
// one can make (O_EXCL, which network file systems keep too), and removes it afterwards.

// slotHeld is how old such a file must be to be taken for one that a crash has left; replacing takes milliseconds.
const slotHeld = 10 * time.Second

// ReadSlot is Store.ReadSlot.
func (f *Folder) ReadSlot(ctx context.Context, name string) (Slot, error) {
	file, info, err := f.open(ctx, name)
	if err != nil {
		return Slot{}, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSlot))
	if err != nil {
		return Slot{}, f.problem(err)
	}
	now, err := f.Clock(ctx)
	if err != nil {
		return Slot{}, err
	}
	return Slot{content, slotVersion(content), now.Sub(info.ModTime())}, nil
}

// slotVersion tells contents apart; those of leases are never twice the same, since each is sealed anew.
func slotVersion(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

// Clock is Store.Clock: the one that stamps the folder's files, which on a network drive is the server's.
func (f *Folder) Clock(context.Context) (time.Time, error) {
	p, err := f.newPartial()
	if err != nil {
		return time.Time{}, err
	}
	defer p.abort()
	info, err := p.file.Stat()
	if err != nil {
		return time.Time{}, f.problem(err)
	}
	return info.ModTime(), nil
}

// WriteSlot is Store.WriteSlot.
func (f *Folder) WriteSlot(ctx context.Context, name string, content []byte, version string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	directory, base := filepath.Split(filepath.FromSlash(name))
	if err := f.makeDirectory(directory); err != nil {
		return "", err
	}
	release, err := f.holdSlot(ctx, filepath.Join(f.dir, directory, "."+base))
	if err != nil {
		return "", err
	}
	defer release()
	now, err := f.ReadSlot(ctx, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	if now.Version != version {
		return "", ErrOvertaken.Because(fmt.Errorf("%s in %s", name, f))
	}
	p, err := f.newPartial()
	if err != nil {
		return "", err
	}
	defer p.abort()
	if _, err := p.Write(content); err != nil {
		return "", err
	}
	return slotVersion(content), p.replace(name)
}

// EraseSlot is Store.EraseSlot. A folder keeps no old versions that Valise could know of.
func (f *Folder) EraseSlot(ctx context.Context, name string, all bool) error {
	if !all {
		return nil
	}
	return f.Remove(ctx, name)
}

// holdSlot makes the file that only one can make at a time.
func (f *Folder) holdSlot(ctx context.Context, path string) (release func(), err error) {
	for {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			file.Close()
			return func() { os.Remove(path) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, f.problem(err)
		}
		if info, err := os.Stat(path); err == nil {
			if now, err := f.Clock(ctx); err != nil {
				return nil, err
			} else if now.Sub(info.ModTime()) > slotHeld {
				os.Remove(path)
			}
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}
