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

// Damage is one thing that Check found.
type Damage struct {
	Path string // the file that it costs; empty: all of the snapshot, or, of a damaged header, nothing yet
	Err  error
}

// Check reads and opens everything the snapshot needs, and returns what is damaged or missing, by path. An error means
// that it could not be told: a cancelled context, another key, a newer format.
func Check(ctx context.Context, key crypto.Key, src Source, id uuid.UUID, p Progress) ([]Damage, error) {
	l, err := openLineage(ctx, key, src, id)
	switch {
	case ctx.Err() != nil, errors.Is(err, crypto.ErrWrongKey), errors.Is(err, crypto.ErrNewerFormat):
		return nil, fmt.Errorf("check: %w", err)
	case err != nil:
		return []Damage{{"", err}}, nil
	}
	defer l.close()

	var mu sync.Mutex
	var found []Damage
	costs := map[string]bool{}
	lose := func(file int, err error) {
		if path := l.index.tree[file].Path; !costs[path] {
			costs[path] = true
			found = append(found, Damage{path, err})
		}
	}
	for _, o := range l.objects {
		if o != nil {
			if err := o.checkHeader(); err != nil {
				found = append(found, Damage{"", err})
			}
		}
	}
	shares := l.shares(lose)
	var done, total int64
	for _, s := range shares {
		total += s.size()
	}
	err = l.read(ctx, shares, func(s *share, blocks []byte, err error) error {
		if err == nil {
			err = s.checkHashes(blocks)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			for file := range s.files() {
				lose(file, err)
			}
		}
		done += s.size()
		if p != nil {
			p(done, total)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check snapshot %s: %w", id, err)
	}
	slices.SortStableFunc(found, func(a, b Damage) int { return cmp.Compare(a.Path, b.Path) })
	return found, nil
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

// checkHashes makes sure that the segment holds the blocks that the index says it does, as far as files have them.
func (s *share) checkHashes(blocks []byte) error {
	t := s.object.table
	first := t.firsts[s.segment]
	checked := make([]bool, t.Segments[s.segment].Blocks)
	for _, p := range s.pieces {
		for block := p.first; block < p.first+p.blocks; block++ {
			if checked[block-first] {
				continue
			}
			checked[block-first] = true
			if hashOf(t.within(s.segment, blocks, block, 1)) != t.hash(block) {
				return damaged("snapshot %s: block %d is not what the index says", s.object.id(), block)
			}
		}
	}
	return nil
}
