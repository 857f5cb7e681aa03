package snapshot

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever has happened since, a quick look finds the same as a thorough one.
func TestAQuickLookFindsWhatAThoroughOneFinds(t *testing.T) {
	in := func(dir, path string) string { return filepath.Join(dir, filepath.FromSlash(path)) }
	keep := func(path string, dir bool) bool { return !strings.Contains(path, "Cache") }
	for name, happens := range map[string]func(t *testing.T, dir string){
		"nothing":              func(*testing.T, string) {},
		"a file is written to": func(t *testing.T, dir string) { write(t, dir, map[string]string{"a/b/c": "longer than before"}) },
		"a file comes":         func(t *testing.T, dir string) { write(t, dir, map[string]string{"a/b/new": "", "Cache": ""}) },
		"a directory comes":    func(t *testing.T, dir string) { write(t, dir, map[string]string{"new/x/y": "", "new/Cache/z": ""}) },
		"a file goes":          func(t *testing.T, dir string) { must(t, os.Remove(in(dir, "a/b/c"))) },
		"a directory goes":     func(t *testing.T, dir string) { must(t, os.RemoveAll(in(dir, "a/b"))) },
		"a file is exchanged":  func(t *testing.T, dir string) { must(t, os.Rename(in(dir, "a/d"), in(dir, "a/b/c"))) },
		"a file becomes a directory": func(t *testing.T, dir string) {
			must(t, os.Remove(in(dir, "e")))
			write(t, dir, map[string]string{"e/f": ""})
		},
		"a directory becomes another": func(t *testing.T, dir string) { must(t, os.Rename(in(dir, "a/b"), in(dir, "e2"))) },
	} {
		for _, trusted := range []bool{true, false} {
			dir := t.TempDir()
			write(t, dir, map[string]string{"a/b/c": "1", "a/d": "2", "e": "3", "Caches/x": "4", "empty/": ""})
			_, m, err := scanAndRemember(t.Context(), dir, keep)
			must(t, err)
			if trusted {
				m.scanned = time.Now().Add(time.Hour) // so that no time is too young to be trusted
			}
			time.Sleep(20 * time.Millisecond) // longer than the steps of any file system's clock here
			happens(t, dir)
			want, err := scan(t.Context(), dir, keep)
			must(t, err)
			got, err := m.quick(t.Context(), dir, keep)
			must(t, err)
			directories := map[string]bool{"": true}
			for _, f := range got {
				above, _ := filepath.Split(f.entry.Path)
				if !directories[above] {
					t.Errorf("%s: %s comes before its directory", name, f.entry.Path)
				}
				directories[f.entry.Path+"/"] = true
			}
			slices.SortFunc(got, func(a, b found) int { return cmp.Compare(a.entry.Path, b.entry.Path) })
			if !slices.EqualFunc(got, want, func(a, b found) bool { return a.entry.Path == b.entry.Path && a.stamp == b.stamp }) {
				t.Errorf("%s, trusted %v: it finds\n%v, not\n%v", name, trusted, got, want)
			}
		}
	}
}
