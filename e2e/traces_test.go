package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// traces lists where below a directory one of the words stands in plain: in a file, in its name, or in what a link
// points to, as UTF-8 or UTF-16.
func traces(t testing.TB, dir string, words ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		content := []byte(strings.TrimPrefix(path, dir))
		switch {
		case e.Type().IsRegular():
			file, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			content = append(content, file...)
		case e.Type()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			content = append(content, target...)
		}
		for _, word := range words {
			if bytes.Contains(content, []byte(word)) || bytes.Contains(content, wide(word)) {
				found = append(found, fmt.Sprintf("%q in %s", word, path))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wide is a text as UTF-16, in the order of bytes that Chromium writes.
func wide(text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

// leavesNothing fails the test if a session's folder, a temporary file or a process of the computer is left.
func (c *computer) leavesNothing() {
	c.t.Helper()
	for _, dir := range []string{filepath.Join(c.home, "sessions"), c.temporary()} {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			c.t.Errorf("left in %s: %v %v", dir, left, err)
		}
	}
	for pid, line := range c.processes() {
		c.t.Errorf("left running: %d %s", pid, line)
	}
}

// processes are those that have to do with the computer's home, with their command lines.
func (c *computer) processes() map[int]string {
	c.t.Helper()
	found := map[int]string{}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, process := range all {
		line, _ := os.ReadFile(filepath.Join(process, "cmdline")) // one that has just ended has none, as one of the kernel's
		environment, _ := os.ReadFile(filepath.Join(process, "environ"))
		if bytes.Contains(line, []byte(c.dir)) || bytes.Contains(environment, []byte(c.dir)) {
			var pid int
			fmt.Sscanf(filepath.Base(process), "%d", &pid)
			found[pid] = string(bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
		}
	}
	return found
}
