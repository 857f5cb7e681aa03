package snapshot

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// generator makes profile-like directories, the same for the same seed: databases whose pages change in place, logs
// that grow, and many small files of text, of which some does not compress.
type generator struct {
	*rand.Rand
	words []string
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
	for range 4000 {
		word := make([]byte, 2+g.IntN(9))
		for i := range word {
			word[i] = "etaoinshrdlucmfwypvbgk"[min(g.IntN(22), g.IntN(22))]
		}
		g.words = append(g.words, string(word))
	}
	return g
}

// text compresses about as well as what browsers keep; noise does not compress.
func (g *generator) text(n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		if g.IntN(8) == 0 {
			fmt.Fprintf(&b, `{"id":%d,"token":"%x"}`, g.Uint32(), g.noise(24))
		}
		b.WriteString(g.words[min(g.IntN(len(g.words)), g.IntN(len(g.words)))])
		b.WriteByte(' ')
	}
	return b.Bytes()[:n]
}

func (g *generator) noise(n int) []byte {
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		x := g.Uint64()
		for k := range 8 {
			b[i+k] = byte(x >> (8 * k))
		}
	}
	return b[:n]
}

// database is a file of pages, some of them not full.
func (g *generator) database(pages int) []byte {
	b := make([]byte, 0, pages*databaseBlock)
	for range pages {
		b = append(b, g.page()...)
	}
	copy(b, databaseMagic)
	return b
}

func (g *generator) page() []byte {
	page := make([]byte, databaseBlock)
	copy(page, g.text(databaseBlock/2+g.IntN(databaseBlock/2)))
	return page
}

// profile fills dir with about megabytes of a browser's files.
func (g *generator) profile(t testing.TB, dir string, megabytes int) {
	t.Helper()
	for i := range megabytes / 5 {
		g.put(t, dir, fmt.Sprintf("Default/Database %d", i), g.database(256))
	}
	for i := range megabytes / 2 {
		var log []byte
		for len(log) < 512<<10 {
			log = append(append(log, g.text(6<<10)...), g.noise(3<<10)...)
		}
		g.put(t, dir, fmt.Sprintf("Default/IndexedDB/https_site%d.example_0.indexeddb.leveldb/%06d.log", i, i), log)
	}
	for i := range megabytes * 12 {
		content := g.text(4<<10 + g.IntN(70<<10))
		if i%4 == 0 {
			content = g.noise(len(content) / 2)
		}
		g.put(t, dir, fmt.Sprintf("Default/Extensions/%016x/1.0/js/part-%d.js", i/20, i), content)
	}
}

func (g *generator) put(t testing.TB, dir, path string, content []byte) {
	write(t, dir, map[string]string{path: string(content)})
}

// session changes dir as an hour of browsing would: a few pages of some databases, more at the end of some logs, new files.
func (g *generator) session(t testing.TB, dir string, n int) {
	t.Helper()
	databases, err := filepath.Glob(filepath.Join(dir, "Default", "Database *"))
	must(t, err)
	for i, path := range databases {
		if i%2 == n%2 {
			content, err := os.ReadFile(path)
			must(t, err)
			for range 8 {
				copy(content[(1+g.IntN(len(content)/databaseBlock-1))*databaseBlock:], g.page())
			}
			must(t, os.WriteFile(path, content, 0o600))
		}
	}
	logs, err := filepath.Glob(filepath.Join(dir, "Default", "IndexedDB", "*", "*.log"))
	must(t, err)
	for i, path := range logs {
		if i%5 == n%5 {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			must(t, err)
			_, err = f.Write(g.text(20 << 10))
			must(t, err)
			must(t, f.Close())
		}
	}
	for i := range 10 {
		g.put(t, dir, fmt.Sprintf("Default/Session Storage/%d-%d.ldb", n, i), g.text(10<<10))
	}
}
