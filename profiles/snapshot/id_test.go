package snapshot

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
)

func TestIDsAscendEvenWhereTheClockIsBehind(t *testing.T) {
	last := uuid.Nil
	for range 1000 {
		id := NewID(last)
		if bytes.Compare(id[:], last[:]) <= 0 || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
			t.Fatalf("%v follows %v", id, last)
		}
		last = id
	}
	for _, ahead := range []string{"01ffffff-ffff-7fff-bfff-ffffffffffff", "0affffff-00ff-7000-8000-000000000000"} {
		last := uuid.MustParse(ahead)
		for range 10 {
			id := NewID(last)
			if bytes.Compare(id[:], last[:]) <= 0 || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
				t.Fatalf("%v follows %v", id, last)
			}
			last = id
		}
	}
}
