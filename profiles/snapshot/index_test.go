package snapshot

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
)

// counting counts the reads of an object.
type counting struct {
	onShelf
	reads int
}

func (c *counting) ReadAt(b []byte, offset int64) (int, error) {
	c.reads++
	return c.onShelf.ReadAt(b, offset)
}

func TestTheIndexTakesOneRead(t *testing.T) {
	g := newGenerator(1)
	dir := t.TempDir()
	g.profile(t, dir, 10)
	favicon := g.noise(700)
	var tabs []Tab
	for range 20 {
		tabs = append(tabs, Tab{URL: "https://example.org/" + string(g.text(40)), Title: string(g.text(30)), Favicon: favicon, Window: 1})
	}
	s := shelf{}
	index, _ := s.save(t, dir, nil, Saving{Summary: Summary{Sites: []string{"example.org"}, Tabs: tabs, Picture: g.noise(15 << 10)}})
	o := &counting{onShelf: onShelf{bytes.NewReader(s[index.Meta.ID])}}
	read, err := ReadIndex(testKey, o)
	must(t, err)
	if o.reads != 1 {
		t.Errorf("it took %d reads of an object of %d bytes", o.reads, o.Size())
	}
	if !reflect.DeepEqual(read.Summary, index.Summary) {
		t.Error("the summary is another one")
	}
}

func TestALongIndexTakesTwoReads(t *testing.T) {
	g := newGenerator(1)
	s := shelf{}
	index, _ := s.save(t, t.TempDir(), nil, Saving{Summary: Summary{Picture: g.noise(200 << 10)}})
	o := &counting{onShelf: onShelf{bytes.NewReader(s[index.Meta.ID])}}
	read, err := ReadIndex(testKey, o)
	must(t, err)
	if o.reads != 2 || !bytes.Equal(read.Summary.Picture, index.Summary.Picture) {
		t.Errorf("it took %d reads", o.reads)
	}
}

func TestEverythingThatASnapshotKnowsOfItselfIsKept(t *testing.T) {
	meta := Meta{
		ID: NewID(uuid.Nil), Profile: uuid.New(), Parent: uuid.New(), Origin: &Origin{uuid.New(), uuid.New()},
		When: time.Now(), Opened: yesterday, Device: "here", OS: "linux", Browser: "Chromium", Version: "156.0", Ended: Forced, Token: 1<<32 - 2,
	}
	summary := Summary{
		Sites: []string{"a.example", "b.example"}, Cookies: 1, Passwords: 2, Bookmarks: 3, History: 4, Extensions: 5,
		Tabs: []Tab{{URL: "u", Title: "t", Favicon: []byte{1}, Window: 2}, {}}, Picture: []byte{2},
	}
	s := shelf{}
	saved, _ := s.save(t, t.TempDir(), nil, Saving{Meta: meta, Summary: summary})
	read, _ := open(t, s, meta.ID)
	if !reflect.DeepEqual(read.Meta, saved.Meta) {
		t.Errorf("saving gave %+v, reading %+v", saved.Meta, read.Meta)
	}
	meta.When, meta.Opened = meta.When.UTC().Truncate(time.Millisecond), meta.Opened.UTC().Truncate(time.Millisecond)
	if !reflect.DeepEqual(read.Meta, meta) || !reflect.DeepEqual(read.Summary, summary) {
		t.Errorf("read %+v", read)
	}
}

func TestEndingsHaveNames(t *testing.T) {
	for e, want := range map[Ending]string{Clean: "clean", RolledBack: "rolled back", Forked: "forked", 0: "ending 0", 200: "ending 200"} {
		if e.String() != want {
			t.Errorf("%d is called %q", uint8(e), e)
		}
	}
}

func TestWhatAReaderRefuses(t *testing.T) {
	id := NewID(uuid.Nil)
	many := func(n int) (all []uuid.UUID) { return make([]uuid.UUID, n) }
	type spoil func(frames *[][]byte, m *indexMap, flags *uint64)
	onTree := func(spoil func(tree []entry) []entry) func(*[][]byte, *indexMap, *uint64) {
		return func(_ *[][]byte, m *indexMap, _ *uint64) { m.Tree = spoil(m.Tree) }
	}
	path := func(p string) spoil {
		return onTree(func(tree []entry) []entry { tree[1].Path = p; return tree })
	}
	onFile := func(change func(e *entry)) spoil {
		return onTree(func(tree []entry) []entry { change(&tree[1]); return tree })
	}
	onTable := func(change func(t *table)) spoil {
		return func(_ *[][]byte, m *indexMap, _ *uint64) { change(&m.Blocks) }
	}
	for what, spoil := range map[string]spoil{
		"a path that is absolute":          path("/etc/passwd"),
		"a path that leads out":            path("../file"),
		"a path that leads out in the end": path("dir/../../file"),
		"a path with an empty name":        path("dir//file"),
		"a path that ends in a slash":      path("dir/file/"),
		"a path with a dot":                path("dir/./file"),
		"a path with a zero byte":          path("dir/\x00"),
		"no path":                          path(""),
		"a long path":                      path("dir/" + strings.Repeat("x", maxPath)),
		"a path in no directory":           path("other/file"),
		"a path that is no text":           path("dir/\xff"),
		"a path given twice":               onTree(func(tree []entry) []entry { return append(tree, tree[1]) }),
		"a tree out of order":              onTree(func(tree []entry) []entry { return append(tree, entry{Path: "a", Kind: directory}) }),
		"a file in a file": onTree(func(tree []entry) []entry {
			return append(tree, entry{Path: "dir/file/file", Kind: file})
		}),
		"a link":                      onFile(func(e *entry) { e.Kind = 3 }),
		"a directory with blocks":     onFile(func(e *entry) { e.Kind = directory }),
		"a mode for others":           onFile(func(e *entry) { e.Mode = 0o604 }),
		"a setuid mode":               onFile(func(e *entry) { e.Mode = 0o4700 }),
		"a negative size":             onFile(func(e *entry) { e.Size = -1 }),
		"a huge size":                 onFile(func(e *entry) { e.Size = math.MaxInt64 }),
		"an object that is not there": onFile(func(e *entry) { e.Extents[0].Object = 1 }),
		"a block that is not there":   onFile(func(e *entry) { e.Extents[0].First = 1 }),
		"too many blocks":             onFile(func(e *entry) { e.Extents[0].Blocks = math.MaxUint32 }),
		"no blocks":                   onFile(func(e *entry) { e.Extents[0].Blocks = 0 }),
		"too many references": onFile(func(e *entry) {
			for range maxElements / 2 {
				e.Extents = append(e.Extents, extent{Object: 1, First: 0, Blocks: 4})
			}
		}),
		"an empty block":                     onTable(func(t *table) { t.Lengths[0] = 0 }),
		"a huge block":                       onTable(func(t *table) { t.Lengths[0] = math.MaxUint32 }),
		"too few hashes":                     onTable(func(t *table) { t.Hashes = t.Hashes[:15] }),
		"a segment of another length":        onTable(func(t *table) { t.Segments[0].Plain++ }),
		"a segment of huge length":           onTable(func(t *table) { t.Segments[0].Plain = math.MaxUint32 }),
		"a sealed segment of another length": onTable(func(t *table) { t.Segments[0].Sealed++ }),
		"a sealed segment of huge length":    onTable(func(t *table) { t.Segments[0].Sealed = math.MaxUint32 }),
		"a segment without blocks":           onTable(func(t *table) { t.Segments[0].Blocks = 0 }),
		"a segment with too many blocks":     onTable(func(t *table) { t.Segments[0].Blocks = math.MaxUint32 }),
		"a block in no segment":              onTable(func(t *table) { t.add([]byte("x")) }),
		"too many segments":                  onTable(func(t *table) { t.Segments = append(t.Segments, t.Segments[0]) }),
		"a delta of no block":                onTable(func(t *table) { t.Deltas = []delta{{Block: 1, Stored: 1}} }),
		"a delta built on no object":         onTable(func(t *table) { t.Deltas = []delta{{Object: 1, Stored: 17}} }),
		"a delta without length":             onTable(func(t *table) { t.Deltas = []delta{{}} }),
		"two deltas of one block":            onTable(func(t *table) { t.Deltas = []delta{{Stored: 17}, {Stored: 17}} }),
		"too many objects":                   func(_ *[][]byte, m *indexMap, _ *uint64) { m.Needs = many(maxObjects + 1) },
		"a keyframe that needs others": func(_ *[][]byte, m *indexMap, flags *uint64) {
			m.Needs, *flags = many(1), flagKeyframe
		},
		"a card": func(_ *[][]byte, _ *indexMap, flags *uint64) { *flags = flagCard },
	} {
		frames, m := forgery(t)
		var flags uint64
		spoil(&frames, m, &flags)
		if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(forge(t, id, flags, frames, m))}); !errors.Is(err, crypto.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	frames, m := forgery(t)
	if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(forge(t, id, 1<<40, frames, m))}); err != nil {
		t.Errorf("what is spoiled above is refused as it is: %v", err)
	}
	if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(forge(t, id, 1<<2, frames, m))}); !errors.Is(err, crypto.ErrNewerFormat) {
		t.Errorf("an unknown flag: %v", err)
	}
	for what, cbor := range map[string][]byte{
		"nothing":                    {},
		"no map":                     {0x80},
		"an array longer than it is": {0xa1, 0x05, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"a string longer than it is": {0xa1, 0x04, 0xa1, 0x03, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"deep nesting":               append([]byte{0xa1, 0x18, 0x63}, bytes.Repeat([]byte{0x81}, 10000)...),
		"a key given twice":          {0xa2, 0x05, 0x80, 0x05, 0x80},
		"an indefinite length":       {0xbf, 0xff},
		"more behind it":             {0xa0, 0xa0},
	} {
		if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(forge(t, id, 0, nil, cbor))}); !errors.Is(err, crypto.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestUnknownKeysOfAnIndexAreIgnored(t *testing.T) {
	frames, m := forgery(t)
	plain, err := encMode.Marshal(m)
	must(t, err)
	plain[0]++                                           // one more pair in the map
	plain = append(plain, 0x18, 99, 0x63, 'n', 'e', 'w') // 99: "new"
	index, err := ReadIndex(testKey, onShelf{bytes.NewReader(forge(t, NewID(uuid.Nil), 0, frames, plain))})
	must(t, err)
	if index.Files() != 1 {
		t.Errorf("read %+v", index)
	}
}

func TestASmallObjectCannotClaimAHugeIndex(t *testing.T) {
	var bomb bytes.Buffer
	w, err := zstd.NewWriter(&bomb)
	must(t, err)
	for range maxIndex/(1<<20) + 1 {
		_, err := w.Write(make([]byte, 1<<20))
		must(t, err)
	}
	must(t, w.Close())
	if _, err := decompressIndex(bomb.Bytes()); !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("an index of zeros without end: %v", err)
	}
}

func TestACutObjectIsDamaged(t *testing.T) {
	s, index := saved(t, map[string]string{"a": "1"})
	whole := s[index.Meta.ID]
	for n := range whole {
		if _, err := ReadIndex(testKey, onShelf{bytes.NewReader(whole[:n])}); !errors.Is(err, crypto.ErrDamaged) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// broken cannot be read.
type broken struct{ onShelf }

func (broken) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestAReadThatFailsIsNotTakenForDamage(t *testing.T) {
	_, err := ReadIndex(testKey, broken{onShelf{bytes.NewReader(make([]byte, 1000))}})
	if !errors.Is(err, io.ErrClosedPipe) || errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("reading failed: %v", err)
	}
}
