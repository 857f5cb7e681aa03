package snapshot

import (
	"sync"
	"unsafe"
)

const (
	slabSize = 8 << 20
	hugePage = 2 << 20 // on amd64, and on arm64 with pages of 4 KiB

	// bufferSize is enough for a segment, sealed or not, as Valise writes them.
	bufferSize = segmentSize + blockSize + sealedOverhead
)

// slab is memory for the large buffers of one saving or restoring, in huge pages where the system has them: on a virtual
// machine, getting a megabyte in pages of 4 KiB can take longer than compressing it. It is let go of as a whole.
type slab struct {
	mu   sync.Mutex
	rest []byte
}

// buffer is an empty slice with room for n bytes.
func (s *slab) buffer(n int) []byte {
	if n > slabSize {
		return make([]byte, 0, n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) < n {
		all := make([]byte, slabSize+hugePage)
		unaligned := int(uintptr(unsafe.Pointer(&all[0])) % hugePage)
		s.rest = all[hugePage-unaligned:][:slabSize]
		adviseHugePages(s.rest)
	}
	b := s.rest[:0:n]
	s.rest = s.rest[n:]
	return b
}

// fit is an empty slice with room for n bytes, b if that will do. No slab: it is memory of its own.
func (s *slab) fit(b []byte, n int) []byte {
	switch {
	case cap(b) >= n:
		return b[:0]
	case s == nil:
		return make([]byte, 0, n)
	}
	return s.buffer(max(n, bufferSize))
}
