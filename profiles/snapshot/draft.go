package snapshot

import (
	"context"
	"fmt"
	"io"
	"slices"
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
	leaves    []bool // ancestors that nothing may be left of when it ends; nil: none
	tree      []entry
}

// begin starts a draft.
func begin(ctx context.Context, out io.Writer, key crypto.Key, meta Meta, ancestors *lineage, leaves []bool) *draft {
	if meta.ID == uuid.Nil {
		meta.ID = NewID(meta.Parent)
	}
	if meta.When.IsZero() {
		meta.When = time.Now()
	}
	flags := uint64(meta.Token) << tokenShift
	if len(ancestors.objects) == 0 || leaves != nil && !slices.Contains(leaves, false) {
		flags |= flagKeyframe
	}
	w := newWriter(ctx, out, key.NewObject(meta.ID, flags))
	return &draft{writer: w, meta: meta.normal(), ancestors: ancestors, leaves: leaves}
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
	if err := d.endSegments(); err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", d.meta.ID, err)
	}
	index := &Index{Meta: d.meta, Summary: summary.normal(), needs: d.settle(), tree: d.tree}
	stored, err := d.finish(&indexMap{Meta: d.meta.toMap(), Summary: index.Summary, Needs: index.needs, Tree: index.tree})
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", d.meta.ID, err)
	}
	index.Stored = stored
	return index, nil
}

// settle drops the objects that neither the tree has a block in, nor a delta of such a block its base, and numbers the
// others anew.
func (d *draft) settle() []uuid.UUID {
	objects := d.ancestors.objects
	used := make([]bool, len(objects)+1)
	for _, own := range d.table.Deltas {
		used[own.Object] = true
	}
	for _, e := range d.tree {
		for _, x := range e.Extents {
			used[x.Object] = true
			if x.Object == 0 {
				continue
			}
			o := objects[x.Object-1]
			for _, older := range o.table.deltas(x.First, x.First+x.Blocks) {
				if base, err := o.base(&older); err == nil {
					used[base.object.number] = true
				}
			}
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
	for i := range d.table.Deltas {
		d.table.Deltas[i].Object = number[d.table.Deltas[i].Object]
	}
	for _, e := range d.tree {
		for i := range e.Extents {
			e.Extents[i].Object = number[e.Extents[i].Object]
		}
	}
	return needs
}

// carryOver brings all blocks that the tree has in objects which are left into this one. A segment that is wholly alive
// goes as it is; of any other, only the blocks that are alive, so that nothing deleted lives on. Deltas stay what they are
// as long as their base stays where it is. progress, which may be nil, counts the bytes of all objects.
func (d *draft) carryOver(progress Progress) error {
	if d.leaves == nil {
		return nil
	}
	moved := make([]map[uint32]uint32, len(d.ancestors.objects))
	c := carrier{draft: d, buffers: buffers{slab: &d.memory}}
	var done, total int64
	for _, o := range d.ancestors.objects {
		if o != nil {
			total += o.segmentsLength()
		}
	}
	for i, use := range d.ancestors.uses(d.tree, 1) {
		o := d.ancestors.objects[i]
		if o == nil {
			continue
		}
		moved[i] = map[uint32]uint32{}
		for s := range o.table.Segments {
			if err := c.carry(segmentAt{o, s}, use.files, moved[i]); err != nil {
				return err
			}
			if done += int64(o.table.Segments[s].Sealed); progress != nil {
				progress(done, total)
			}
		}
	}
	for i, e := range d.tree {
		if !slices.ContainsFunc(e.Extents, func(x extent) bool { return x.Object > 0 && len(moved[x.Object-1]) > 0 }) {
			continue
		}
		var now []extent
		for _, x := range e.Extents {
			for block := x.First; block < x.First+x.Blocks; block++ {
				if x.Object == 0 {
					now = appendBlock(now, 0, block)
				} else if to, ok := moved[x.Object-1][block]; ok {
					now = appendBlock(now, 0, to)
				} else {
					now = appendBlock(now, x.Object, block)
				}
			}
		}
		d.tree[i].Extents = now
	}
	return nil
}

// carrier carries segments over.
type carrier struct {
	*draft
	buffers buffers
}

// carry brings those blocks of a segment over that have to move, and notes their new numbers in moved.
func (c *carrier) carry(at segmentAt, files []bool, moved map[uint32]uint32) error {
	o, t := at.object, at.object.table
	first, end := t.firsts[at.segment], t.firsts[at.segment+1]
	deltas := t.deltas(first, end)
	if !isLeft(o, c.leaves) && len(deltas) == 0 {
		return nil
	}
	var moving []uint32
	for block := first; block < end; block++ {
		if files[block] && moves(o, t.delta(block), c.leaves) {
			moving = append(moving, block)
		}
	}
	if len(moving) == 0 {
		return nil
	}
	built := make([]place, len(deltas)) // their bases; none where they are left
	for i, d := range deltas {
		if base, err := o.base(&d); err == nil && !isLeft(base.object, c.leaves) {
			built[i] = base
		}
	}
	if len(moving) == int(end-first) && !slices.Contains(built, place{}) {
		to := c.take(at, deltas, built)
		for _, block := range moving {
			moved[block] = to + block - first
		}
		return c.err()
	}
	stored, err := o.plain(at.segment, &c.buffers)
	if err != nil {
		return err
	}
	for _, block := range moving {
		content := t.storedBlock(at.segment, block, stored)
		if i, isDelta := slices.BinarySearchFunc(deltas, delta{Block: block}, byBlock); !isDelta {
			moved[block] = c.store(content, t.hash(block), place{})
		} else if built[i].object != nil {
			moved[block] = c.storeDelta(content, t.Lengths[block], t.hash(block), built[i])
		} else if content, err = c.expand(o, &deltas[i], content); err == nil {
			moved[block] = c.store(content, t.hash(block), place{})
		} else {
			return err
		}
	}
	return c.err()
}

// expand returns the block that a frame stands for.
func (c *carrier) expand(o *object, d *delta, frame []byte) ([]byte, error) {
	base, err := o.base(d)
	if err != nil {
		return nil, err
	}
	var content []byte
	err = c.differ.segments.use(base, func(base []byte) (err error) {
		content, err = decompressDelta(nil, frame, base, int(o.table.Lengths[d.Block]))
		return err
	})
	return content, err
}
