package snapshot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"valise/crypto"

	"github.com/google/uuid"
)

// Cost is what damage takes away.
type Cost string

const (
	CostsSnapshot Cost = "snapshot" // nothing of it can be had
	CostsFile     Cost = "file"
	CostsNothing  Cost = "nothing" // yet: what is damaged is there a second time, or nothing needs it
)

// Damage is one thing that a check found.
type Damage struct {
	Snapshot uuid.UUID // that it costs something; where it costs nothing, the damaged one
	Costs    Cost
	Path     string    // the file that it costs
	Object   uuid.UUID // that is damaged or missing: the snapshot's own, or an older one
	Err      error
}

// Checking is what CheckAll is told.
type Checking struct {
	Profile  uuid.UUID               // whose objects they are; zero: whoever's
	Needed   func(id uuid.UUID) bool // the object is no snapshot any more, and there only because others need it; nil: none is
	Progress Progress                // in bytes of the objects
}

// Check is CheckAll for one snapshot, with all that it needs. An error means that it could not be told: a cancelled context,
// another key, a newer format.
func Check(ctx context.Context, key crypto.Key, src Source, id uuid.UUID, p Progress) ([]Damage, error) {
	c := &checkup{key: key, src: src, told: Checking{Progress: p}, objects: map[uuid.UUID]*checked{}, bases: newBases()}
	o := c.object(ctx, id)
	if errors.Is(o.lost, crypto.ErrWrongKey) || errors.Is(o.lost, crypto.ErrNewerFormat) {
		return nil, fmt.Errorf("check snapshot %s: %w", id, o.lost)
	}
	found, err := c.run(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, fmt.Errorf("check snapshot %s: %w", id, err)
	}
	return found, nil
}

// CheckAll reads and opens these objects of a profile, and what else they need: every byte of each once, however many
// snapshots refer to it. It returns what is damaged or missing and what that costs, by snapshot and path. The only error
// is that of ctx.
func CheckAll(ctx context.Context, key crypto.Key, src Source, ids []uuid.UUID, told Checking) ([]Damage, error) {
	c := &checkup{key: key, src: src, told: told, objects: map[uuid.UUID]*checked{}, bases: newBases()}
	return c.run(ctx, ids)
}

// checkup is a check under way.
type checkup struct {
	key     crypto.Key
	src     Source
	told    Checking
	objects map[uuid.UUID]*checked // all that were looked at
	bases   *bases

	mu          sync.Mutex
	done, total int64
}

// checked is what a check knows of one object.
type checked struct {
	name    uuid.UUID        // under which it lies
	*object                  // closed; nil if it is lost
	lost    error            // why nothing of it can be read
	front   error            // what is wrong with the header, of which there is a copy
	size    int64            // bytes
	broken  []error          // by segment: why it cannot be opened
	odd     map[uint32]error // blocks that are not what the index says they are
}

func (c *checkup) run(ctx context.Context, ids []uuid.UUID) ([]Damage, error) {
	var needing []uuid.UUID // snapshots, whose files count
	var found []Damage
	for _, id := range ids {
		o := c.object(ctx, id)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		needed := c.told.Needed != nil && c.told.Needed(id)
		switch {
		case o.lost != nil && !needed:
			found = append(found, Damage{id, CostsSnapshot, "", id, o.lost})
		case o.lost == nil && !needed:
			needing = append(needing, id)
		}
		if o.lost == nil {
			for _, older := range o.needs {
				c.object(ctx, older)
			}
		}
	}
	if err := c.readAll(ctx); err != nil {
		return nil, err
	}
	costly := map[*checked]map[int]bool{} // broken segments that cost some file
	for _, id := range needing {
		lost, err := c.files(ctx, id, costly)
		if err != nil {
			return nil, err
		}
		found = append(found, lost...)
	}
	for id, o := range c.objects {
		if o.front != nil {
			found = append(found, Damage{id, CostsNothing, "", id, o.front})
		}
		for segment, err := range o.broken {
			if err != nil && !costly[o][segment] {
				found = append(found, Damage{id, CostsNothing, "", id, err})
			}
		}
		if o.lost != nil && !slices.ContainsFunc(found, func(d Damage) bool { return d.Object == id }) && slices.Contains(ids, id) {
			found = append(found, Damage{id, CostsNothing, "", id, o.lost})
		}
	}
	slices.SortFunc(found, func(a, b Damage) int {
		return cmp.Or(bytes.Compare(a.Snapshot[:], b.Snapshot[:]), cmp.Compare(a.Path, b.Path), bytes.Compare(a.Object[:], b.Object[:]))
	})
	return found, nil
}

// object opens an object as far as it says where its blocks are, once.
func (c *checkup) object(ctx context.Context, id uuid.UUID) *checked {
	if o := c.objects[id]; o != nil {
		return o
	}
	o := &checked{name: id, odd: map[uint32]error{}}
	c.objects[id] = o
	from, err := c.src(ctx, id)
	if err != nil {
		o.lost = fmt.Errorf("open snapshot %s: %w", id, err)
		return o
	}
	defer from.Close()
	o.size = from.Size()
	index, own, err := c.open(from, id)
	if err != nil {
		o.lost = fmt.Errorf("snapshot %s: %w", id, err)
		c.total, c.done = c.total+o.size, c.done+o.size
		return o
	}
	if c.told.Profile != uuid.Nil && index.Meta.Profile != c.told.Profile {
		o.lost = fmt.Errorf("snapshot %s: %w", id, damaged("it is of another profile, %s", index.Meta.Profile))
	}
	o.object, o.front, o.broken = own, own.checkHeader(), make([]error, len(own.table.Segments))
	o.Object = nil // readSegments opens it again: a history has more objects than a process may have files open
	c.total += o.size
	c.done += o.size - own.segmentsLength()
	return o
}

func (c *checkup) open(from Object, id uuid.UUID) (*Index, *object, error) {
	index, own, err := openSnapshot(c.key, from)
	if err == nil {
		return index, own, checkID(own, id)
	}
	if errors.Is(err, crypto.ErrNewerFormat) || errors.Is(err, crypto.ErrWrongKey) {
		// The header in front says whether this is so, or one of a few odd bits in its copy at the end.
		header := make([]byte, crypto.HeaderSize)
		if readAt(from, header, 0) == nil {
			if sealed, frontErr := c.key.OpenObject(header); frontErr == nil && checkFlags(sealed.Header.Flags) == nil {
				err = damaged("the copy of the header at the end differs from it")
			}
		}
	}
	return nil, nil, err
}

// checkHeader compares the header with its copy in the trailer, which is the one that readers go by.
func (o *object) checkHeader() error {
	header := make([]byte, crypto.HeaderSize)
	if err := readAt(o, header, 0); err != nil {
		return err
	}
	if !bytes.Equal(header, o.sealed.HeaderBytes()) {
		return damaged("snapshot %s: the header differs from its copy at the end", o.id())
	}
	return nil
}

// stretch is a run of neighbouring segments, which one goroutine reads.
type stretch struct {
	*checked
	first, end int
}

const stretchSize = 8 << 20

// readAll opens every segment of every object.
func (c *checkup) readAll(ctx context.Context) error {
	var all []stretch
	for _, o := range c.objects {
		if o.object == nil {
			continue
		}
		for first := 0; first < len(o.broken); {
			end := first + 1
			for end < len(o.broken) && o.table.offsets[end+1]-o.table.offsets[first] <= stretchSize {
				end++
			}
			all = append(all, stretch{o, first, end})
			first = end
		}
	}
	// Deltas build on what was written shortly before, which is at hand then.
	slices.SortFunc(all, func(a, b stretch) int {
		return cmp.Or(bytes.Compare(a.name[:], b.name[:]), cmp.Compare(a.first, b.first))
	})
	c.progress(0)
	return each(ctx, all, func(s stretch, b *buffers) error { return c.read(ctx, s, b) })
}

// read opens a stretch of segments and compares their blocks with the index.
func (c *checkup) read(ctx context.Context, s stretch, b *buffers) error {
	from, err := c.src(ctx, s.name)
	if err == nil {
		defer from.Close()
	}
	o := s.at(from)
	for i := s.first; i < s.end; i++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var plain []byte
		if err == nil {
			plain, s.broken[i] = o.plain(i, b)
		} else {
			s.broken[i] = err
		}
		if s.broken[i] == nil {
			if err := c.compare(ctx, s.checked, i, plain, b); err != nil {
				return err
			}
		}
		c.progress(int64(s.table.Segments[i].Sealed))
	}
	return nil
}

// at is the object, open.
func (o *checked) at(from Object) *object {
	open := *o.object
	open.Object = from
	return &open
}

func (c *checkup) progress(more int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += more
	if c.told.Progress != nil {
		c.told.Progress(c.done, c.total)
	}
}

// compare makes sure that a segment holds the blocks that the index says it does.
func (c *checkup) compare(ctx context.Context, o *checked, segment int, plain []byte, b *buffers) error {
	t := o.table
	for block := t.firsts[segment]; block < t.firsts[segment+1]; block++ {
		stored := plain[:t.storedLength(block)]
		plain = plain[len(stored):]
		var err error
		if d := t.delta(block); d != nil {
			base, readable := c.base(ctx, o, d)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !readable {
				continue // what is wrong with the base is wrong with this
			}
			if stored, err = decompressDelta(b.expanded, stored, base, int(t.Lengths[block])); err == nil {
				b.expanded = stored
			}
		}
		if err == nil && hashOf(stored) != t.hash(block) {
			err = damaged("it is not what the index says")
		}
		if err != nil {
			c.mu.Lock()
			o.odd[block] = fmt.Errorf("snapshot %s: block %d: %w", o.name, block, err)
			c.mu.Unlock()
		}
	}
	return nil
}

// base reads the block that a delta of o was made with; not readable: it, or its segment, is not there or is damaged.
func (c *checkup) base(ctx context.Context, o *checked, d *delta) (base []byte, readable bool) {
	from, err := c.baseOf(o, d)
	if err != nil {
		return nil, false
	}
	t := from.table
	segment := t.segmentOf(d.Base)
	plain, err := c.bases.get(baseAt{from, segment}, func() ([]byte, error) {
		object, err := c.src(ctx, from.name)
		if err != nil {
			return nil, err
		}
		defer object.Close()
		return from.at(object).plain(segment, new(buffers))
	})
	if err != nil {
		return nil, false
	}
	return t.storedBlock(segment, d.Base, plain), true
}

// baseOf is the object with the block that a delta of o builds on.
func (c *checkup) baseOf(o *checked, d *delta) (*checked, error) {
	from := o
	if d.Object > 0 {
		switch from = c.objects[o.needs[d.Object-1]]; {
		case from == nil: // no snapshot that is looked at needs this delta
			return o, damaged("snapshot %s is not at hand", o.needs[d.Object-1])
		case from.lost != nil:
			return from, from.lost
		}
	}
	if d.Base >= from.table.blocks() || from.table.delta(d.Base) != nil {
		return from, damaged("snapshot %s has no block %d to build on", from.name, d.Base)
	}
	return from, nil
}

// files says which files of a snapshot are lost, and marks in costly the segments that cost them.
func (c *checkup) files(ctx context.Context, id uuid.UUID, costly map[*checked]map[int]bool) ([]Damage, error) {
	from, err := c.src(ctx, id)
	if err != nil {
		return nil, ctx.Err() // it was there a moment ago; and if it was taken away since, it is no matter
	}
	defer from.Close()
	index, _, err := c.open(from, id)
	if err != nil {
		return nil, nil
	}
	objects := []*checked{c.objects[id]}
	for _, older := range index.needs {
		objects = append(objects, c.objects[older])
	}
	var lost []Damage
	for _, e := range index.tree {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if of, err := c.lost(e, objects, costly); err != nil {
			lost = append(lost, Damage{id, CostsFile, e.Path, of, err})
		}
	}
	return lost, nil
}

// lost says why a file cannot be had, and the object whose fault it is.
func (c *checkup) lost(e entry, objects []*checked, costly map[*checked]map[int]bool) (of uuid.UUID, lost error) {
	blame := func(o *checked, err error) {
		if lost == nil {
			of, lost = o.name, err
		}
	}
	segments := func(o *checked, first, last uint32) {
		for s := o.table.segmentOf(first); s <= o.table.segmentOf(last); s++ {
			if err := o.broken[s]; err != nil {
				if costly[o] == nil {
					costly[o] = map[int]bool{}
				}
				costly[o][s] = true
				blame(o, err)
			}
		}
		if len(o.odd) > 0 {
			for block := first; block <= last; block++ {
				if err := o.odd[block]; err != nil {
					blame(o, err)
				}
			}
		}
	}
	var size int64
	for _, x := range e.Extents {
		o := objects[x.Object]
		if o.lost != nil {
			blame(o, o.lost)
			continue
		}
		if n := o.table.blocks(); x.First > n || x.Blocks > n-x.First {
			blame(o, damaged("%s has no block %d", o.name, x.First+x.Blocks-1))
			continue
		}
		size += o.table.starts[x.First+x.Blocks] - o.table.starts[x.First]
		segments(o, x.First, x.First+x.Blocks-1)
		for _, d := range o.table.deltas(x.First, x.First+x.Blocks) {
			if from, err := c.baseOf(o, &d); err != nil {
				blame(from, err)
			} else {
				segments(from, d.Base, d.Base)
			}
		}
	}
	if lost == nil && size != e.Size {
		blame(objects[0], damaged("it has %d bytes, its blocks %d", e.Size, size))
	}
	return of, lost
}

// bases keeps the segments that deltas were built on last.
type bases struct {
	mu    sync.Mutex
	plain map[baseAt][]byte
	order []baseAt // the oldest first
	size  int
}

type baseAt struct {
	object  *checked
	segment int
}

const maxRemembered = 48 << 20 // bytes

func newBases() *bases { return &bases{plain: map[baseAt][]byte{}} }

func (b *bases) get(at baseAt, read func() ([]byte, error)) ([]byte, error) {
	b.mu.Lock()
	plain, ok := b.plain[at]
	b.mu.Unlock()
	if ok {
		return plain, nil
	}
	plain, err := read()
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.plain[at]; !ok {
		b.plain[at] = plain
		b.order = append(b.order, at)
		for b.size += len(plain); b.size > maxRemembered && len(b.order) > 1; b.order = b.order[1:] {
			b.size -= len(b.plain[b.order[0]])
			delete(b.plain, b.order[0])
		}
	}
	return plain, nil
}
