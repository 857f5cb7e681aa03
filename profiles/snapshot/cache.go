package snapshot

import (
	"slices"
	"sync"
)

// cachedSegments is how many segments are kept that blocks are built on.
const cachedSegments = 8

// segmentCache keeps the plaintext of the segments that were read last. Their buffers serve the next ones.
type segmentCache struct {
	memory *slab

	mu     sync.Mutex
	all    []*cachedSegment // the last used at the end
	sealed [][]byte         // to read into
}

type cachedSegment struct {
	at     segmentAt
	users  int
	once   sync.Once
	stored []byte
	buffer []byte // of stored
	err    error
}

// use hands do a block that is no delta, to be read only, and only until do returns. It returns do's error, or why there is
// no block.
func (c *segmentCache) use(p place, do func(block []byte) error) error {
	s := c.take(segmentAt{p.object, p.segment()})
	defer c.giveBack(s)
	s.once.Do(func() { c.read(s) })
	if s.err != nil {
		return s.err
	}
	return do(p.object.table.storedBlock(s.at.segment, p.block, s.stored))
}

// take makes the segment the last used, in the place of one that nobody uses if it is new.
func (c *segmentCache) take(at segmentAt) *cachedSegment {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.all, func(s *cachedSegment) bool { return s.at == at })
	if i < 0 && len(c.all) >= cachedSegments {
		if i = slices.IndexFunc(c.all, func(s *cachedSegment) bool { return s.users == 0 }); i >= 0 {
			c.all[i] = &cachedSegment{at: at, buffer: c.all[i].buffer}
		}
	}
	if i < 0 {
		i = len(c.all)
		c.all = append(c.all, &cachedSegment{at: at})
	}
	s := c.all[i]
	s.users++
	c.all = append(slices.Delete(c.all, i, i+1), s)
	return s
}

func (c *segmentCache) giveBack(s *cachedSegment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.users--
}

func (c *segmentCache) read(s *cachedSegment) {
	b := buffers{slab: c.memory, plain: s.buffer}
	c.mu.Lock()
	if n := len(c.sealed); n > 0 {
		b.sealed, c.sealed = c.sealed[n-1], c.sealed[:n-1]
	}
	c.mu.Unlock()
	s.stored, s.err = s.at.object.plain(s.at.segment, &b)
	s.buffer = b.plain
	c.mu.Lock()
	c.sealed = append(c.sealed, b.sealed)
	c.mu.Unlock()
}
