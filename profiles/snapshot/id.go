package snapshot

import (
	"bytes"

	"github.com/google/uuid"
)

// NewID makes a snapshot id (UUIDv7) that is newer than after (zero: none), also where this computer's clock is behind:
// then it takes the millisecond that follows after's.
func NewID(after uuid.UUID) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
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
