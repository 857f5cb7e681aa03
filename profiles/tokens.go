package profiles

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// token is the one under which a snapshot was saved. It stands in the plain header, which is what makes it cheap to find the
// newest of many.
func (l *Library) token(profile, id uuid.UUID) (uint32, error) {
	return l.tokens.get(id, func() (uint32, error) {
		object, err := l.vault.Open(context.Background(), vault.SnapshotName(profile, id))
		if err != nil {
			return 0, err
		}
		defer object.Close()
		begin := make([]byte, crypto.HeaderSize)
		if _, err := object.ReadAt(begin, 0); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		header, err := crypto.ParseHeader(begin)
		if err != nil {
			return 0, fmt.Errorf("snapshot %s: %w", id, err)
		}
		return snapshot.TokenOf(header), nil
	})
}

// ranked are the snapshots of a shelf in the order that says which is the newest: by token, then by id. A child always comes
// after its parent. One whose header cannot be read is taken for as good as the one that is next older.
func (l *Library) ranked(profile uuid.UUID, s *shelf) []uuid.UUID {
	if len(s.snapshots) < 2 {
		return s.snapshots
	}
	of := map[uuid.UUID]uint32{}
	var before uint32
	for _, id := range s.snapshots {
		token, err := l.token(profile, id)
		if err != nil {
			token = before
		}
		of[id], before = token, token
	}
	return slices.SortedFunc(slices.Values(s.snapshots), func(a, b uuid.UUID) int {
		return cmp.Or(cmp.Compare(of[a], of[b]), bytes.Compare(a[:], b[:]))
	})
}

// highestToken is the largest of the profile's snapshots that are here.
func (l *Library) highestToken(profile uuid.UUID) (uint32, error) {
	shelf, err := l.shelf(profile)
	if err != nil {
		return 0, err
	}
	var highest uint32
	for _, id := range shelf.snapshots {
		if token, err := l.token(profile, id); err == nil {
			highest = max(highest, token)
		}
	}
	return highest, nil
}
