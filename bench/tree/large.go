package tree

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
)

// Large fills dir with so many files of so many bytes together, a fifth of them in databases, of which Valise has to
// remember every page. No two pages are alike; half of what they hold does not compress.
func Large(ctx context.Context, dir string, seed uint64, files int, size int64) error {
	const page, databases = 4096, 20
	m := newMaker(dir, seed, 0, 1)
	var stock []byte
	for len(stock) < 32<<20 {
		stock = append(append(append(stock, m.script(64<<10)...), m.record(64<<10)...), m.noise(96<<10)...)
	}
	var number uint64
	write := func(name string, n int64, begin string) error {
		content := make([]byte, 0, n)
		for int64(len(content)) < n {
			from := m.IntN(len(stock) - page)
			number++
			content = binary.BigEndian.AppendUint64(content, number*0x9e3779b97f4a7c15)
			content = append(content, stock[from:from+page-8]...)
		}
		copy(content, begin)
		return m.put(name, content[:n])
	}
	for i := range databases {
		if err := write(fmt.Sprintf("Default/databases/%d/Store", i), size/5/databases/page*page, "SQLite format 3\x00"); err != nil {
			return err
		}
	}
	rest := size - size/5
	for i := range files - databases {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := rest / int64(files-databases-i)
		if i < files-databases-1 { // some small, some large
			n = min(rest, int64(float64(n)*(.2+1.6*m.Float64())))
		}
		rest -= n
		if err := write(fmt.Sprintf("Default/Extensions/%03d/%02d/%05d", i/1000, i/100%10, i), n, ""); err != nil {
			return err
		}
	}
	return m.age()
}

// TouchLarge changes a few hundred of its files as a session would: some pages here and there.
func TouchLarge(dir string, seed uint64) error {
	m := newMaker(dir, seed, 1, 1)
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		pages := 1
		if d.Name() == "Store" {
			pages = 20
		} else if m.IntN(200) > 0 {
			return nil
		}
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		for range pages {
			if _, err := f.WriteAt(m.noise(400), m.Int64N(max(1, info.Size()-400))); err != nil {
				return err
			}
		}
		return nil
	})
}
