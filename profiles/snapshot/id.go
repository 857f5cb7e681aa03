package snapshot

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
)

// NewID makes a snapshot id (UUIDv7) that is newer than after (zero: none), also where this computer's clock is behind:
// then it takes the millisecond that follows after's.
func NewID(after uuid.UUID) uuid.UUID { return NewIDAt(time.Now(), after) }

// NewIDAt is NewID by another clock. Behind the milliseconds stands the rest of the time, as RFC 9562, section 6.2, has it (method 3).
func NewIDAt(now time.Time, after uuid.UUID) uuid.UUID {
	id := uuid.New()
	ms, rest := now.UnixMilli(), now.Nanosecond()%int(time.Millisecond)
	binary.BigEndian.PutUint64(id[:], uint64(ms)<<16|7<<12|uint64(rest)<<12/uint64(time.Millisecond))
	if bytes.Compare(id[:], after[:]) > 0 {
		return id
	}
	copy(id[:6], after[:6]) // the 48-bit Unix time in milliseconds
	for i := 5; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}
