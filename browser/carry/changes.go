package carry

import (
	"bytes"
	"encoding/json"
	"slices"
)

// changes is what page.js is to change in one step.
type changes struct {
	Local   *storageChanges   `json:"local,omitempty"`
	Session *storageChanges   `json:"session,omitempty"`
	Dropped []json.RawMessage `json:"dropped,omitempty"` // databases, by name
	Made    []Database        `json:"made,omitempty"`    // without their records
	Written []written         `json:"written,omitempty"`
}

type storageChanges struct {
	Gone []json.RawMessage `json:"gone,omitempty"`
	Set  []Item            `json:"set,omitempty"`
}

// written is what changes in a store, in one transaction.
type written struct {
	Database json.RawMessage `json:"database"`
	Store    json.RawMessage `json:"store"`
	Gone     []Record        `json:"gone,omitempty"` // those that change go first: then no two have one value in a unique index
	Records  []Record        `json:"records,omitempty"`
}

func (c changes) none() bool {
	return c.Local == nil && c.Session == nil && len(c.Dropped)+len(c.Made)+len(c.Written) == 0
}

// most is how many bytes of records go in one step.
const most = 16 << 20

// steps are the changes that make one state of an origin out of another.
func steps(from, to Origin) []changes {
	first := changes{Local: itemChanges(from.LocalStorage, to.LocalStorage)}
	var records []written
	before := map[string]Database{}
	for _, d := range from.IndexedDB {
		before[string(d.Name)] = d
	}
	for _, d := range to.IndexedDB {
		old, there := before[string(d.Name)]
		delete(before, string(d.Name))
		if !there || !sameShape(old, d) {
			first.Made = append(first.Made, shape(d))
			old = Database{}
		}
		for _, s := range d.Stores {
			var had []Record
			if i := slices.IndexFunc(old.Stores, func(o Store) bool { return bytes.Equal(o.Name, s.Name) }); i >= 0 {
				had = old.Stores[i].Records
			}
			if w := recordChanges(had, s.Records); len(w.Gone)+len(w.Records) > 0 {
				w.Database, w.Store = d.Name, s.Name
				records = append(records, w)
			}
		}
	}
	for _, d := range from.IndexedDB {
		if _, left := before[string(d.Name)]; left {
			first.Dropped = append(first.Dropped, d.Name)
		}
	}
	var all []changes
	if !first.none() {
		all = append(all, first)
	}
	for _, w := range records {
		for _, part := range w.parts() {
			all = append(all, changes{Written: []written{part}})
		}
	}
	return all
}

// parts cuts what is written into pieces that one message each can hold.
func (w written) parts() []written {
	part := written{Database: w.Database, Store: w.Store, Gone: w.Gone}
	var parts []written
	size := 0
	for _, r := range w.Records {
		if size > most {
			parts = append(parts, part)
			part, size = written{Database: w.Database, Store: w.Store}, 0
		}
		part.Records = append(part.Records, r)
		size += len(r.key()) + len(r.value())
	}
	return append(parts, part)
}

func itemChanges(from, to []Item) *storageChanges {
	before, c := map[string]Item{}, storageChanges{}
	for _, item := range from {
		before[string(item.Name)] = item
	}
	for _, item := range to {
		if old, ok := before[string(item.Name)]; !ok || !bytes.Equal(old.Value, item.Value) {
			c.Set = append(c.Set, item)
		}
		delete(before, string(item.Name))
	}
	for _, item := range from {
		if _, left := before[string(item.Name)]; left {
			c.Gone = append(c.Gone, item.Name)
		}
	}
	if len(c.Set)+len(c.Gone) == 0 {
		return nil
	}
	return &c
}

func recordChanges(from, to []Record) written {
	var w written
	before := map[string]Record{}
	for _, r := range from {
		before[r.key()] = r
	}
	for _, r := range to {
		old, ok := before[r.key()]
		delete(before, r.key())
		if ok && old.value() == r.value() {
			continue
		}
		if ok {
			w.Gone = append(w.Gone, keyOnly(r))
		}
		w.Records = append(w.Records, r)
	}
	for _, r := range from {
		if _, left := before[r.key()]; left {
			w.Gone = append(w.Gone, keyOnly(r))
		}
	}
	return w
}

func keyOnly(r Record) Record { return Record{Key: r.Key, KeyEncoded: r.KeyEncoded} }

// shape is a database without its records.
func shape(d Database) Database {
	d.Stores = slices.Clone(d.Stores)
	for i := range d.Stores {
		d.Stores[i].Records = []Record{}
	}
	return d
}

func sameShape(a, b Database) bool {
	one, err := json.Marshal(shape(a))
	two, err2 := json.Marshal(shape(b))
	return err == nil && err2 == nil && bytes.Equal(one, two)
}
