package snapshot

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Whatever is done to a directory, every snapshot of it restores what was there: random trees, edited at random, saved
// from the directory itself or from one that was restored, with a State or without, rolled back now and then.
func TestAnyDirectoryComesBackBitForBit(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			g := newGenerator(seed)
			s := shelf{}
			var ids []uuid.UUID
			want := map[uuid.UUID]map[string]string{}
			dir, index, state := t.TempDir(), (*Index)(nil), (*State)(nil)
			for range 30 {
				for range g.IntN(6) {
					g.edit(t, dir)
				}
				index, state = s.save(t, dir, index, Saving{State: state, Always: true})
				ids = append(ids, index.Meta.ID)
				want[index.Meta.ID] = seen(t, dir)

				id := ids[g.IntN(len(ids))]
				if g.IntN(3) > 0 {
					id = index.Meta.ID
				}
				back, restored := s.restore(t, id)
				same(t, seen(t, back), want[id])
				if found := check(t, s, id); len(found) > 0 {
					t.Fatal(found)
				}
				switch g.IntN(4) {
				case 0: // go on from what was restored
					if id == index.Meta.ID {
						dir, state = back, restored
					}
				case 1: // roll back, and go on from there
					var b bytes.Buffer
					again, err := Again(t.Context(), &b, testKey, Meta{Parent: index.Meta.ID}, s.open, id)
					must(t, err)
					s[again.Meta.ID] = b.Bytes()
					dir, state = s.restore(t, again.Meta.ID)
					index, want[again.Meta.ID] = again, want[id]
					ids = append(ids, again.Meta.ID)
				case 2:
					state = nil
				}
				if t.Failed() {
					t.FailNow()
				}
			}
		})
	}
}

// edit does something to dir that a program might do.
func (g *generator) edit(t testing.TB, dir string) {
	t.Helper()
	var files, directories []string
	for path, what := range seen(t, dir) {
		if what[0] == 'd' {
			directories = append(directories, path)
		} else {
			files = append(files, path)
		}
	}
	directories = append(directories, ".")
	slices.Sort(files) // a map has no order, and the test must be the same every time
	slices.Sort(directories)
	name := filepath.Join(directories[g.IntN(len(directories))], []string{"a", "é", "x.log", "a-b", "日本", "a b"}[g.IntN(6)]+fmt.Sprint(g.IntN(50)))
	if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
		return
	}
	if len(files) == 0 || g.IntN(4) == 0 {
		if g.IntN(3) == 0 {
			must(t, os.Mkdir(filepath.Join(dir, name), 0o700))
			return
		}
		size := []int{0, 1, 100, databaseBlock, blockSize - 1, blockSize, blockSize + 1, 200 << 10, 1300 << 10}[g.IntN(9)]
		content := [][]byte{g.text(size), g.noise(size), make([]byte, size), g.database(size/databaseBlock + 1)}[g.IntN(4)]
		g.put(t, dir, name, content)
		return
	}
	path := filepath.Join(dir, files[g.IntN(len(files))])
	content, err := os.ReadFile(path)
	must(t, err)
	at := g.IntN(len(content) + 1)
	switch g.IntN(9) {
	case 8: // a little, in place
		copy(content[at:], "a little")
		must(t, os.WriteFile(path, content, 0o600))
	case 0:
		must(t, os.Remove(path))
	case 1:
		must(t, os.Rename(path, filepath.Join(dir, name)))
	case 2:
		must(t, os.Chmod(path, []os.FileMode{0o600, 0o700, 0o400}[g.IntN(3)]))
	case 3:
		must(t, os.Truncate(path, int64(at)))
	case 4:
		must(t, appendTo(path, string(g.text(1+g.IntN(100<<10)))))
	case 5: // in place, without any trace but the inode's time
		time.Sleep(20 * time.Millisecond) // several ticks of the kernel's clock
		copy(content[at:], g.noise(10))
		info, err := os.Stat(path)
		must(t, err)
		must(t, os.WriteFile(path, content, 0o600))
		must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
	case 6: // in the middle, so that all behind it moves
		must(t, os.WriteFile(path, slices.Concat(content[:at], g.noise(7), content[at:]), 0o600))
	case 7:
		must(t, os.RemoveAll(filepath.Join(dir, directories[g.IntN(len(directories))])))
		must(t, os.MkdirAll(dir, 0o700))
	}
}
