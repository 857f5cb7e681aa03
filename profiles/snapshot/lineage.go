package snapshot

import (
	"context"
	"fmt"
	"runtime"

	"valise/crypto"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

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
	l := &lineage{index, make([]*object, len(index.needs)+1), make([]error, len(index.needs)+1)}
	l.objects[0] = own
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, older := range index.needs {
		group.Go(func() error {
			l.objects[i+1], l.lost[i+1] = openOlder(ctx, key, src, older)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		l.close()
		return nil, err
	}
	l.link()
	return l, nil
}

// link tells each object which of the others its deltas are built on.
func (l *lineage) link() {
	at := map[uuid.UUID]*object{}
	for i, o := range l.objects {
		if o != nil {
			at[o.id()], o.number = o, uint32(i)+1
		}
	}
	for _, o := range l.objects {
		if o != nil && len(o.table.Deltas) > 0 {
			o.older = make([]*object, len(o.needs))
			for i, id := range o.needs {
				o.older[i] = at[id]
			}
		}
	}
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

// check says whether a file's blocks exist, with those that they are built on, and add up to its size.
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
		for _, d := range o.table.deltas(x.First, x.First+x.Blocks) {
			if _, err := o.base(&d); err != nil {
				return err
			}
		}
		size += o.table.starts[x.First+x.Blocks] - o.table.starts[x.First]
	}
	if size != e.Size {
		return damaged("it has %d bytes, its blocks %d", e.Size, size)
	}
	return nil
}

// blocks says where to find every block of the lineage, counting as a draft does. Deltas that no file has may be built
// on what is not at hand any more, and are of no use then.
func (l *lineage) blocks() map[hash]ref {
	n := 0
	for _, o := range l.objects {
		if o != nil {
			n += int(o.table.blocks())
		}
	}
	known := make(map[hash]ref, n)
	for _, o := range l.objects {
		if o == nil {
			continue
		}
		deltas := o.table.Deltas
		for block := range o.table.blocks() {
			if len(deltas) > 0 && deltas[0].Block == block {
				d := deltas[0]
				deltas = deltas[1:]
				if _, err := o.base(&d); err != nil {
					continue
				}
			}
			known[o.table.hash(block)] = ref{o.number, block}
		}
	}
	return known
}
