package snapshot

import (
	"context"
	"fmt"
	"io"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// draft is a snapshot while it is written. Its tree refers to the blocks that the writer stores as object 0, and to
// objects of its ancestors as 1 and up; what is left of those at the end are its needs.
type draft struct {
	*writer
	meta      Meta
	ancestors *lineage
	tree      []entry
}

// begin starts a draft. A keyframe must have nothing left of its ancestors when it ends.
func begin(ctx context.Context, out io.Writer, key crypto.Key, meta Meta, ancestors *lineage, keyframe bool) *draft {
	if meta.ID == uuid.Nil {
		meta.ID = NewID(meta.Parent)
	}
	if meta.When.IsZero() {
		meta.When = time.Now()
	}
	var flags uint64
	if keyframe {
		flags = flagKeyframe
	}
	return &draft{writer: newWriter(ctx, out, key.NewObject(meta.ID, flags)), meta: meta.normal(), ancestors: ancestors}
}

// inherit takes over blocks from the snapshot that ancestors is about.
func inherit(extents []extent) []extent {
	out := make([]extent, len(extents))
	for i, x := range extents {
		out[i] = extent{Object: x.Object + 1, First: x.First, Blocks: x.Blocks}
	}
	return out
}

// inheritTree makes the whole tree of that snapshot this one's.
func (d *draft) inheritTree() {
	d.tree = append([]entry(nil), d.ancestors.index.tree...)
	for i := range d.tree {
		d.tree[i].Extents = inherit(d.tree[i].Extents)
	}
}

// end writes what is missing to a whole object, and returns its index.
func (d *draft) end(summary Summary) (*Index, error) {
	index := &Index{Meta: d.meta, Summary: summary.normal(), needs: d.settle(), tree: d.tree}
	stored, err := d.finish(&indexMap{Meta: d.meta.toMap(), Summary: index.Summary, Needs: index.needs, Tree: index.tree})
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", d.meta.ID, err)
	}
	index.Stored = stored
	return index, nil
}

// settle drops the objects that the tree has no block in, and numbers the others anew.
func (d *draft) settle() []uuid.UUID {
	objects := d.ancestors.objects
	used := make([]bool, len(objects)+1)
	for _, e := range d.tree {
		for _, x := range e.Extents {
			used[x.Object] = true
		}
	}
	for i, o := range objects {
		if used[i+1] {
			d.ancestors.markBases(o, used[1:])
		}
	}
	var needs []uuid.UUID
	number := make([]uint32, len(used))
	for i, o := range objects {
		if used[i+1] {
			needs = append(needs, o.id())
			number[i+1] = uint32(len(needs))
		}
	}
	for _, e := range d.tree {
		for i := range e.Extents {
			e.Extents[i].Object = number[e.Extents[i].Object]
		}
	}
	return needs
}

// carryOver brings all blocks of ancestors that the tree refers to into this object. A segment that is wholly alive goes
// as it is; of any other, only the blocks that are alive, so that nothing deleted lives on.
func (d *draft) carryOver() error {
	moved := make([][]uint32, len(d.ancestors.objects))
	alive := d.ancestors.alive(d.tree, 1)
	var b buffers
	for i, o := range d.ancestors.objects {
		if o == nil {
			continue
		}
		moved[i] = make([]uint32, o.table.blocks())
		for s := range o.table.Segments {
			if err := d.carrySegment(o, s, alive[i], moved[i], &b); err != nil {
				return err
			}
		}
	}
	for i := range d.tree {
		var own []extent
		for _, x := range d.tree[i].Extents {
			for block := x.First; block < x.First+x.Blocks; block++ {
				if x.Object == 0 {
					own = appendBlock(own, 0, block)
				} else {
					own = appendBlock(own, 0, moved[x.Object-1][block])
				}
			}
		}
		d.tree[i].Extents = own
	}
	return nil
}

// carrySegment brings the live blocks of a segment over, and notes their new numbers in moved.
func (d *draft) carrySegment(o *object, segment int, alive []bool, moved []uint32, b *buffers) error {
	t := o.table
	first, end, n := t.firsts[segment], t.firsts[segment+1], uint32(0)
	for block := first; block < end; block++ {
		if alive[block] {
			n++
		}
	}
	switch {
	case n == 0:
		return nil
	case n == end-first && !t.hasDelta(segment):
		to := d.carry(o, segment)
		for block := first; block < end; block++ {
			moved[block] = to + block - first
		}
		return d.err()
	}
	blocks, err := d.ancestors.segment(o, segment, b)
	if err != nil {
		return err
	}
	for block := first; block < end; block++ {
		if alive[block] {
			room := d.room(int(t.Lengths[block]))
			copy(room, t.within(segment, blocks, block, 1))
			moved[block] = d.store(room, t.hash(block))
		}
	}
	return d.err()
}
