package snapshot

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// Differing says which files of two snapshots may differ, without reading any: those that are not made of the same blocks
// in both. A file belongs to a group, and when one of a group may differ all do.
func Differing(a, b *Index, group func(path string) string) func(path string) bool {
	differs := map[string]bool{}
	in := a.contents()
	for path, blocks := range b.contents() {
		if other, ok := in[path]; !ok || other != blocks {
			differs[group(path)] = true
		}
		delete(in, path)
	}
	for path := range in {
		differs[group(path)] = true
	}
	return func(path string) bool { return differs[group(path)] }
}

// contents are the blocks that the files are made of, in a form that can be compared with other snapshots'.
func (x *Index) contents() map[string]string {
	files := map[string]string{}
	for _, e := range x.tree {
		if e.Kind != file {
			continue
		}
		var blocks []byte
		var object uuid.UUID
		var first, next uint32 // of a run, which may be cut differently in another tree
		flush := func() {
			if next > first {
				blocks = append(blocks, object[:]...)
				blocks = binary.BigEndian.AppendUint32(blocks, first)
				blocks = binary.BigEndian.AppendUint32(blocks, next)
			}
		}
		for _, run := range e.Extents {
			id := x.Meta.ID
			if run.Object > 0 {
				id = x.needs[run.Object-1]
			}
			if id != object || run.First != next {
				flush()
				object, first = id, run.First
			}
			next = run.First + run.Blocks
		}
		flush()
		files[e.Path] = string(blocks)
	}
	return files
}
