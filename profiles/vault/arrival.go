package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"valise/crypto"

	"github.com/google/uuid"
)

// checkWhole looks at the two ends of an object: whether it is sealed under the vault's key, is the one that its name
// says, and is all there. That needs no key, and finds what was cut, emptied or mixed up on its way; a flipped byte
// between the ends is found when the object is opened. crypto.ErrDamaged.
//
// An object of a newer format is let through: it is to be kept for the Valise that can read it.
func (v *Vault) checkWhole(name string, object io.ReaderAt, size int64) error {
	_, kind, id, _ := ParseName(name)
	damaged := func(format string, args ...any) error {
		return crypto.ErrDamaged.Because(fmt.Errorf("%s: %w", name, fmt.Errorf(format, args...)))
	}
	start := make([]byte, min(size, crypto.HeaderSize))
	if _, err := object.ReadAt(start, 0); err != nil && err != io.EOF {
		return err
	}
	header, err := crypto.ParseHeader(start)
	switch {
	case errors.Is(err, crypto.ErrNewerFormat):
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	case header.KeyID != v.description.KeyID:
		return damaged("it is sealed under a key of another vault")
	case uuid.UUID(header.Object) != id:
		return damaged("it holds the object %s", uuid.UUID(header.Object))
	case kind == KindSnapshot:
		// It ends with its trailer (docs/format.md): the header again, and the offset and the length of the index, which
		// lies just before the trailer, and the number of segments.
		var trailer [crypto.HeaderSize + 24]byte
		if _, err := object.ReadAt(trailer[:], max(size-int64(len(trailer)), 0)); err != nil && err != io.EOF {
			return err
		}
		place := trailer[crypto.HeaderSize:]
		offset, length := binary.BigEndian.Uint64(place), binary.BigEndian.Uint64(place[8:])
		end := uint64(size) - uint64(len(trailer))
		if !bytes.Equal(trailer[:crypto.HeaderSize], start) || offset < crypto.HeaderSize || offset > end || length != end-offset {
			return damaged("its end is missing")
		}
	}
	return nil
}
