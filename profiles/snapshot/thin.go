package snapshot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// A snapshot needs at most maxNeeds older objects. When it would need more, what is alive in some of them moves into the
// new one, so that thinnedNeeds are left: savings in between cost nothing then.
const (
	maxNeeds     = 24
	thinnedNeeds = 16
)

// use is what of an object is in use: blocks that files have, and those that deltas of such blocks are built on.
type use struct {
	files  []bool // by block
	bases  []bool
	moving int64 // bytes to write if it is to be in use no longer, about
	live   int64 // bytes, of all that are in use
	total  int64
}

// uses says of each object what the tree uses of it; objects[0] has the number first in that tree.
func (l *lineage) uses(tree []entry, first uint32) []use {
	all := make([]use, len(l.objects))
	for i, o := range l.objects {
		if o != nil {
			all[i].files, all[i].bases = make([]bool, o.table.blocks()), make([]bool, o.table.blocks())
		}
	}
	for _, e := range tree {
		for _, x := range e.Extents {
			if x.Object >= first {
				of := all[x.Object-first].files
				for block := x.First; block < x.First+x.Blocks && int(block) < len(of); block++ {
					of[block] = true
				}
			}
		}
	}
	for i, o := range l.objects {
		if o != nil {
			for _, d := range o.table.Deltas {
				if all[i].files[d.Block] {
					if base, err := o.base(&d); err == nil {
						all[base.object.number-1].bases[base.block] = true
					}
				}
			}
		}
	}
	for i, o := range l.objects {
		if o != nil {
			all[i].count(o.table)
		}
	}
	return all
}

func (u *use) count(t *table) {
	deltas := t.Deltas
	for block, length := range t.Lengths {
		if len(deltas) > 0 && deltas[0].Block == uint32(block) {
			length, deltas = deltas[0].Stored, deltas[1:]
		}
		u.total += int64(length)
		if u.files[block] {
			u.moving += int64(length)
		}
		if u.bases[block] {
			u.moving += int64(length) // what is built on it has to be written whole
		}
		if u.files[block] || u.bases[block] {
			u.live += int64(length)
		}
	}
}

// leaves says which objects the next snapshot should not refer to any more, or nil: all of them, if less than half of
// what they hold is in use; some, if they would be too many: those of which the least has to be moved.
func (l *lineage) leaves() []bool {
	if len(l.objects) == 0 {
		return nil
	}
	uses := l.uses(l.index.tree, 0)
	var live, total int64
	for _, u := range uses {
		live, total = live+u.live, total+u.total
	}
	if live < total-live {
		return l.leaveAll()
	}
	if len(l.objects) <= maxNeeds {
		return nil
	}
	order := make([]int, len(l.objects))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(uses[a].moving, uses[b].moving), cmp.Compare(b, a)) })
	leaves := make([]bool, len(l.objects))
	for _, i := range order[:len(order)-thinnedNeeds] {
		leaves[i] = true
	}
	return leaves
}

func (l *lineage) leaveAll() []bool {
	all := make([]bool, len(l.objects))
	for i := range all {
		all[i] = true
	}
	return all
}

// isLeft says whether an object, which may be none of the lineage's, is one of those.
func isLeft(o *object, leaves []bool) bool { return leaves != nil && leaves[o.number-1] }

// moves says whether a block has to be written anew when its object, or the one that it is built on, is left.
func moves(o *object, d *delta, leaves []bool) bool {
	if isLeft(o, leaves) {
		return true
	}
	if d == nil {
		return false
	}
	base, err := o.base(d)
	return err == nil && isLeft(base.object, leaves)
}

// dropUnreadable gives up those objects with a segment that cannot be opened although something in it has to move.
func (l *lineage) dropUnreadable(ctx context.Context, leaves []bool) error {
	var moving []*share
	for _, s := range l.shares(func(int, error) {}) {
		if isLeft(s.object, leaves) || slices.ContainsFunc(s.deltas(), func(d delta) bool { return moves(s.object, &d, leaves) }) {
			moving = append(moving, s)
		}
	}
	var mu sync.Mutex
	lost := map[*object]error{}
	err := l.read(ctx, moving, func(s *share, _ []byte, err error) error {
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			if culprit := (*unreadable)(nil); errors.As(err, &culprit) {
				lost[culprit.object] = err
			} else {
				lost[s.object] = err
			}
		}
		return nil
	})
	for i, o := range l.objects {
		if reason, ok := lost[o]; ok {
			o.Close()
			l.objects[i], l.lost[i] = nil, reason
		}
	}
	l.link()
	return err
}
