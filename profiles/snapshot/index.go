package snapshot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"
)

// Limits of an index. They bound what a reader has to hold in memory.
const (
	maxIndex    = 64 << 20 // bytes, compressed or not
	maxElements = 1 << 21  // of any array: entries, blocks, segments, extents of a file
	maxObjects  = 64       // that one object refers to
)

// Index is a snapshot's table of contents, as read from the end of its object.
type Index struct {
	Meta    Meta
	Summary Summary
	Stored  int64 // bytes of the object itself

	needs []uuid.UUID
	tree  []entry
}

// Files is the number of regular files in the tree.
func (x *Index) Files() int {
	n := 0
	for _, e := range x.tree {
		if e.Kind == file {
			n++
		}
	}
	return n
}

// Size is the number of bytes of all files in the tree.
func (x *Index) Size() int64 {
	var n int64
	for _, e := range x.tree {
		n += e.Size
	}
	return n
}

// find is the entry at path.
func (x *Index) find(path string) (entry, bool) {
	i, ok := slices.BinarySearchFunc(x.tree, path, func(e entry, path string) int { return strings.Compare(e.Path, path) })
	if !ok {
		return entry{}, false
	}
	return x.tree[i], true
}

// Needs lists the older objects that it refers to, by their snapshot ids; all belong to the same profile.
func (x *Index) Needs() []uuid.UUID { return x.needs }

// indexMap is the index as it is written: a CBOR map (RFC 8949).
type indexMap struct {
	Meta    metaMap     `cbor:"1,keyasint"`
	Summary Summary     `cbor:"2,keyasint"`
	Needs   []uuid.UUID `cbor:"3,keyasint,omitempty"`
	Blocks  table       `cbor:"4,keyasint"`
	Tree    []entry     `cbor:"5,keyasint"`
}

// blocksMap is as much of indexMap as is wanted of an object that another one refers to.
type blocksMap struct {
	Needs  []uuid.UUID `cbor:"3,keyasint,omitempty"`
	Blocks table       `cbor:"4,keyasint"`
}

// metaMap is Meta without the id, which is in the header. Times are milliseconds since 1970.
type metaMap struct {
	Profile uuid.UUID `cbor:"1,keyasint"`
	Parent  uuid.UUID `cbor:"2,keyasint,omitzero"`
	Origin  *origin   `cbor:"3,keyasint,omitempty"`
	When    int64     `cbor:"4,keyasint"`
	Opened  int64     `cbor:"5,keyasint,omitempty"`
	Device  string    `cbor:"6,keyasint,omitempty"`
	OS      string    `cbor:"7,keyasint,omitempty"`
	Browser string    `cbor:"8,keyasint,omitempty"`
	Version string    `cbor:"9,keyasint,omitempty"`
	Ended   Ending    `cbor:"10,keyasint"`
	Aside   string    `cbor:"12,keyasint,omitempty"`
	Card    *Card     `cbor:"13,keyasint,omitempty"`
}

type origin struct {
	_                 struct{} `cbor:",toarray"`
	Profile, Snapshot uuid.UUID
}

func (m Meta) toMap() metaMap {
	out := metaMap{Profile: m.Profile, Parent: m.Parent, When: m.When.UnixMilli(), Device: m.Device, OS: m.OS,
		Browser: m.Browser, Version: m.Version, Ended: m.Ended, Aside: m.Aside, Card: m.Card}
	if m.Origin != nil {
		out.Origin = &origin{Profile: m.Origin.Profile, Snapshot: m.Origin.Snapshot}
	}
	if !m.Opened.IsZero() {
		out.Opened = m.Opened.UnixMilli()
	}
	return out
}

func (m metaMap) toMeta(id uuid.UUID) Meta {
	out := Meta{ID: id, Profile: m.Profile, Parent: m.Parent, When: time.UnixMilli(m.When).UTC(), Device: m.Device,
		OS: m.OS, Browser: m.Browser, Version: m.Version, Ended: m.Ended, Aside: m.Aside, Card: m.Card}
	if m.Origin != nil {
		out.Origin = &Origin{Profile: m.Origin.Profile, Snapshot: m.Origin.Snapshot}
	}
	if m.Opened != 0 {
		out.Opened = time.UnixMilli(m.Opened).UTC()
	}
	return out
}

// normal is m as a reader will find it.
func (m Meta) normal() Meta {
	for _, text := range []*string{&m.Device, &m.OS, &m.Browser, &m.Version, &m.Aside} {
		*text = strings.ToValidUTF8(*text, "\ufffd")
	}
	if m.Card != nil {
		card := Card{strings.ToValidUTF8(m.Card.Name, "\ufffd"), strings.ToValidUTF8(m.Card.Colour, "\ufffd"), nil}
		for _, tag := range m.Card.Tags {
			card.Tags = append(card.Tags, strings.ToValidUTF8(tag, "\ufffd"))
		}
		m.Card = &card
	}
	normal := m.toMap().toMeta(m.ID)
	normal.Token = m.Token
	return normal
}

// normal is s as a reader will find it: CBOR text is UTF-8, and what a page calls itself need not be.
func (s Summary) normal() Summary {
	sites, tabs := s.Sites, s.Tabs
	s.Sites, s.Tabs = nil, nil
	for _, site := range sites {
		s.Sites = append(s.Sites, strings.ToValidUTF8(site, "\ufffd"))
	}
	for _, tab := range tabs {
		tab.URL, tab.Title = strings.ToValidUTF8(tab.URL, "\ufffd"), strings.ToValidUTF8(tab.Title, "\ufffd")
		s.Tabs = append(s.Tabs, tab)
	}
	return s
}

var encMode = func() cbor.EncMode {
	options := cbor.CoreDetEncOptions()
	options.NilContainers = cbor.NilContainerAsEmpty
	mode, err := options.EncMode()
	if err != nil {
		panic("snapshot: " + err.Error()) // only for options that contradict each other
	}
	return mode
}()

var decMode = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  8,
		MaxArrayElements: maxElements,
		MaxMapPairs:      maxElements,
	}.DecMode()
	if err != nil {
		panic("snapshot: " + err.Error())
	}
	return mode
}()

// decodeIndex reads an index. segments and end are what the trailer says: how many segments there are, and where the
// index begins.
func decodeIndex(plain []byte, id uuid.UUID, segments uint64, end int64) (*Index, *table, error) {
	var m indexMap
	if err := decMode.Unmarshal(plain, &m); err != nil {
		return nil, nil, damaged("read the index: %w", err)
	}
	if err := checkBlocks(&m.Blocks, m.Needs, segments, end); err != nil {
		return nil, nil, err
	}
	if err := checkTree(m.Tree, m.Blocks.blocks(), len(m.Needs)); err != nil {
		return nil, nil, err
	}
	return &Index{Meta: m.Meta.toMeta(id), Summary: m.Summary, needs: m.Needs, tree: m.Tree}, &m.Blocks, nil
}

// decodeBlocks reads what an index says of the object's blocks, and the objects that their deltas refer to.
func decodeBlocks(plain []byte, segments uint64, end int64) ([]uuid.UUID, *table, error) {
	var m blocksMap
	if err := decMode.Unmarshal(plain, &m); err != nil {
		return nil, nil, damaged("read the index: %w", err)
	}
	return m.Needs, &m.Blocks, checkBlocks(&m.Blocks, m.Needs, segments, end)
}

func checkBlocks(t *table, needs []uuid.UUID, segments uint64, end int64) error {
	if len(needs) > maxObjects {
		return damaged("it refers to %d objects", len(needs))
	}
	return t.check(segments, end, len(needs))
}

// encodeIndex writes an index, compressed. What would exceed a limit of readers is ErrTooLarge.
func encodeIndex(m *indexMap) ([]byte, error) {
	plain, err := encMode.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the index: %w", err)
	}
	if len(plain) > maxIndex-sealedOverhead || referred(m.Tree) > maxReferred {
		return nil, ErrTooLarge
	}
	if err := decMode.Wellformed(plain); err != nil { // what this says of a valid map is which limit it exceeds
		return nil, ErrTooLarge.Because(err)
	}
	return compress(nil, plain), nil
}
