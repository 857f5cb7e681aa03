package snapshot

import (
	"context"
	"fmt"
	"sync"

	"valise/crypto"

	"github.com/google/uuid"
)

// maxNeeds is how many older objects a new one may refer to.
const maxNeeds = 24

// lineage is a snapshot together with the objects that its tree refers to: objects[0] is its own, the others are in the
// order in which its index lists them, as extents count them.
type lineage struct {
	index   *Index
	objects []*object // nil: could not be opened; lost has the reason
	lost    []error
}

// openLineage opens the snapshot id and what it refers to. An older object that cannot be opened is no error yet: it
// costs the files that have blocks in it.
func openLineage(ctx context.Context, key crypto.Key, src Source, id uuid.UUID) (*lineage, error) {
	from, err := src(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open snapshot %s: %w", id, err)
	}
	index, own, err := openSnapshot(key, from)
	if err == nil {
		err = checkID(own, id)
	}
	if err != nil {
		from.Close()
		return nil, fmt.Errorf("snapshot %s: %w", id, err)
	}
	l := &lineage{index, []*object{own}, []error{nil}}
	for _, older := range index.needs {
		o, err := openOlder(ctx, key, src, older)
		if ctx.Err() != nil {
			l.close()
			return nil, ctx.Err()
		}
		l.objects, l.lost = append(l.objects, o), append(l.lost, err)
	}
	return l, nil
}

func openOlder(ctx context.Context, key crypto.Key, src Source, id uuid.UUID) (*object, error) {
	from, err := src(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("open the older snapshot %s: %w", id, err)
	}
	o, err := openBlocks(key, from)
	if err == nil {
		err = checkID(o, id)
	}
	if err != nil {
		from.Close()
		return nil, fmt.Errorf("the older snapshot %s: %w", id, err)
	}
	return o, nil
}

func checkID(o *object, want uuid.UUID) error {
	if o.id() != want {
		return damaged("in its place is snapshot %s", o.id())
	}
	return nil
}

func (l *lineage) close() {
	for _, o := range l.objects {
		if o != nil {
			o.Close()
		}
	}
}

// check says whether a file's blocks exist and add up to its size.
func (l *lineage) check(e entry) error {
	var size int64
	for _, x := range e.Extents {
		o := l.objects[x.Object]
		if o == nil {
			return l.lost[x.Object]
		}
		if n := o.table.blocks(); x.First > n || x.Blocks > n-x.First {
			return damaged("%s has no block %d", o.id(), x.First+x.Blocks-1)
		}
		size += o.table.starts[x.First+x.Blocks] - o.table.starts[x.First]
	}
	if size != e.Size {
		return damaged("it has %d bytes, its blocks %d", e.Size, size)
	}
	return nil
}

// alive says of each block whether the tree refers to it. objects[0] has the number first in that tree.
func (l *lineage) alive(tree []entry, first uint32) [][]bool {
	all := make([][]bool, len(l.objects))
	for i, o := range l.objects {
		if o != nil {
			all[i] = make([]bool, o.table.blocks())
		}
	}
	for _, e := range tree {
		for _, x := range e.Extents {
			if x.Object < first {
				continue
			}
			of := all[x.Object-first]
			for block := x.First; block < x.First+x.Blocks && int(block) < len(of); block++ {
				of[block] = true
			}
		}
	}
	return all
}

// worn says whether the next snapshot should refer to no older one any more: they would be too many, or less than half
// of what they hold would be alive.
func (l *lineage) worn() bool {
	var live, total int64
	for i, of := range l.alive(l.index.tree, 0) {
		for block, alive := range of {
			length := int64(l.objects[i].table.Lengths[block])
			total += length
			if alive {
				live += length
			}
		}
	}
	return len(l.objects) > maxNeeds || live < total-live
}

// blocks says where to find every block of the lineage, counting as a draft does.
func (l *lineage) blocks() map[hash]ref {
	known := map[hash]ref{}
	for i, o := range l.objects {
		if o != nil {
			for block := range o.table.blocks() {
				known[o.table.hash(block)] = ref{uint32(i) + 1, block}
			}
		}
	}
	return known
}

// dropUnreadable gives up those objects of which the tree needs a segment that cannot be opened.
func (l *lineage) dropUnreadable(ctx context.Context) error {
	var mu sync.Mutex
	lost := map[*object]error{}
	err := l.read(ctx, l.shares(func(int, error) {}), func(s *share, _ []byte, err error) error {
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			lost[s.object] = err
		}
		return nil
	})
	for i, o := range l.objects {
		if reason, ok := lost[o]; ok {
			o.Close()
			l.objects[i], l.lost[i] = nil, reason
		}
	}
	return err
}
