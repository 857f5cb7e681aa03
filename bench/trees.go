package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"valise/bench/tree"
	"valise/browser"
)

// trees are a profile before and after a session, and what is measured: a directory that is made like the one or the other.
// As a browser does, it is changed in place, so that every tool can tell from times and inodes what is as it was.
type trees struct {
	name          string
	before, after string
	live          string
}

// generate makes them with our own generator, or takes those that were given.
func (b *bench) generate(ctx context.Context) (trees, error) {
	t := trees{name: "generated"}
	whole, after := b.before, b.after
	if whole == "" {
		made, err := b.dir("made")
		if err != nil {
			return t, err
		}
		defer os.RemoveAll(made)
		whole, after = filepath.Join(made, "before"), filepath.Join(made, "after")
		if err := tree.Profile(ctx, whole, b.seed, b.scale); err != nil {
			return t, err
		}
		if err := b.mirror(whole, after, false); err != nil {
			return t, err
		}
		if err := tree.Session(ctx, after, b.seed, 1); err != nil {
			return t, err
		}
	}
	return t, b.place(&t, whole, after)
}

// place puts what is to be kept of two states of a profile where the rounds find it.
func (b *bench) place(t *trees, before, after string) error {
	for _, of := range []struct {
		to   *string
		name string
		from string
	}{{&t.before, "before", before}, {&t.after, "after", after}} {
		*of.to = filepath.Join(b.work, t.name, of.name)
		if err := b.mirror(of.from, *of.to, b.keep); err != nil {
			return err
		}
	}
	t.live = filepath.Join(b.work, t.name, "live")
	whole, err := weigh(before)
	if err != nil {
		return err
	}
	kept, err := weigh(t.before)
	if err != nil {
		return err
	}
	changed, err := differences(t.before, t.after)
	if err != nil {
		return err
	}
	b.out.say("The profile has %s in %d files; every program is given the %s in %d files that Valise keeps. The session %s.",
		size(whole.bytes), whole.files, size(kept.bytes), kept.files, changed)
	return nil
}

// become makes the live directory like another one and waits until no tool has to ask itself whether a time may be too
// fresh to trust.
func (b *bench) become(ctx context.Context, t trees, like string) error {
	if err := b.mirror(like, t.live, false); err != nil {
		return err
	}
	return settle(ctx)
}

func settle(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2500 * time.Millisecond):
		return nil
	}
}

// mirror makes a directory like another one, of which it leaves out what Valise does if keep is set, and touches only
// what differs.
func (b *bench) mirror(from, to string, keep bool) error {
	there := map[string]bool{}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if keep && path != from && !browser.Keep(filepath.ToSlash(name), d.IsDir()) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		target := filepath.Join(to, name)
		there[target] = true
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if is, err := os.Lstat(target); err == nil && is.Size() == info.Size() && is.ModTime().Equal(info.ModTime()) {
			return nil
		}
		return copyFile(path, target, info)
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || there[path] {
			return err
		}
		if err := os.RemoveAll(path); err != nil || !d.IsDir() {
			return err
		}
		return filepath.SkipDir
	})
}

func copyFile(from, to string, info fs.FileInfo) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err2 := out.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

type weight struct {
	files int
	bytes int64
}

func weigh(dir string) (w weight, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		w.files++
		w.bytes += info.Size()
		return nil
	})
	return w, err
}

// differences tells what lies between two trees.
func differences(before, after string) (string, error) {
	var changed, added, removed int
	var size0 int64
	each := func(dir, other string, visit func(name string, same bool, is bool)) error {
		return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			a, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(filepath.Join(other, name))
			visit(name, bytes.Equal(a, b), err == nil)
			if err == nil && !bytes.Equal(a, b) {
				size0 += int64(len(a))
			}
			return nil
		})
	}
	if err := each(after, before, func(_ string, same, is bool) {
		switch {
		case !is:
			added++
		case !same:
			changed++
		}
	}); err != nil {
		return "", err
	}
	touched := size0
	if err := each(before, after, func(_ string, _, is bool) {
		if !is {
			removed++
		}
	}); err != nil {
		return "", err
	}
	return fmt.Sprintf("changes %d files (%s), adds %d and removes %d", changed, size(touched), added, removed), nil
}

// equal says whether a restored tree is what was saved.
func equal(saved, restored string) error {
	told, err := differences(saved, restored)
	if err != nil {
		return err
	}
	if told != "changes 0 files (0 B), adds 0 and removes 0" {
		return fmt.Errorf("what was restored is not what was saved: it %s", told)
	}
	return nil
}
