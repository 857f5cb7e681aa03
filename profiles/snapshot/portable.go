package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"

	"valise/crypto"
	"valise/problem"

	"github.com/google/uuid"
)

// A portable file is a passphrase slot, and behind it a snapshot that needs no other object, sealed under the slot's key, which
// no other file has. Meta.Card says what its profile is called; Meta.Profile and Meta.ID are those of the snapshot that it was
// made of.

// ErrNotPortable: there is no passphrase slot at the beginning.
var ErrNotPortable = problem.New("this is no file that Valise exported",
	"Choose one that `valise export` made.")

// CopyPortable writes the snapshot id as a portable file that the passphrase opens, front to back and once; meta.Profile and
// meta.ID should be its own. Errors of the passphrase (crypto.ErrNoPassphrase and its like) come before anything is written.
func CopyPortable(ctx context.Context, w io.Writer, passphrase string, meta Meta, from crypto.Key, src Source, id uuid.UUID, p Progress) (*Index, error) {
	key := crypto.NewKey()
	slot, err := crypto.SealKey(passphrase, key)
	if err != nil {
		return nil, err
	}
	behind := &behindSlot{w: w, slot: slot.Bytes()}
	index, err := Copy(ctx, behind, key, meta, from, src, id, p)
	if err != nil {
		return nil, err
	}
	index.Stored += crypto.SlotSize
	return index, nil
}

// behindSlot writes the slot before all else, when there is something to write.
type behindSlot struct {
	w    io.Writer
	slot []byte
}

func (b *behindSlot) Write(p []byte) (int, error) {
	if b.slot != nil {
		if _, err := b.w.Write(b.slot); err != nil {
			return 0, err
		}
		b.slot = nil
	}
	return b.w.Write(p)
}

// Portable is a portable file whose passphrase was right.
type Portable struct {
	Index *Index // Stored is the length of the whole file

	key    crypto.Key
	object io.ReaderAt
	size   int64
}

// LookAtPortable says whether a file of that size may be a portable one, as far as can be told without its passphrase:
// ErrNotPortable, crypto.ErrDamaged, crypto.ErrNewerFormat.
func LookAtPortable(file io.ReaderAt, size int64) error {
	_, err := readSlot(file, size)
	return err
}

// OpenPortable opens a file of that size, and reads its index. Besides the errors of LookAtPortable: crypto.ErrNoPassphrase
// and crypto.ErrWrongPassphrase.
func OpenPortable(file io.ReaderAt, size int64, passphrase string) (*Portable, error) {
	slot, err := readSlot(file, size)
	if err != nil {
		return nil, err
	}
	key, err := slot.Open(passphrase)
	if err != nil {
		return nil, err
	}
	size -= crypto.SlotSize
	p := &Portable{key: key, object: io.NewSectionReader(file, crypto.SlotSize, size), size: size}
	if p.Index, err = ReadIndex(key, p); err != nil {
		return nil, ofTheFile(err)
	}
	if len(p.Index.needs) > 0 {
		return nil, damaged("its snapshot refers to %d others, which are not in it", len(p.Index.needs))
	}
	p.Index.Stored += crypto.SlotSize
	return p, nil
}

// readSlot reads the slot, and believes that a snapshot follows only if there is room for one.
func readSlot(file io.ReaderAt, size int64) (crypto.Slot, error) {
	begin := make([]byte, min(size, crypto.SlotSize))
	if err := readAt(file, begin, 0); err != nil {
		return crypto.Slot{}, err
	}
	if !crypto.BeginsAsSlot(begin) {
		if _, err := crypto.ParseHeader(append(begin, make([]byte, crypto.HeaderSize)...)); err == nil {
			return crypto.Slot{}, ErrNotPortable.Because(errors.New("it is an object out of a vault"))
		}
		return crypto.Slot{}, ErrNotPortable
	}
	slot, err := crypto.ParseSlot(begin)
	if err == nil && size < crypto.SlotSize+crypto.HeaderSize+trailerSize {
		err = damaged("it ends after %d bytes", size)
	}
	return slot, err
}

// ofTheFile is an error of reading the object in a file. A key that does not fit is damage there: it came out of the same file.
func ofTheFile(err error) error {
	if errors.Is(err, crypto.ErrWrongKey) {
		return damaged("its snapshot is sealed under another key than its passphrase slot has")
	}
	return err
}

// ReadAt and Size make p the Object that is behind the slot.

func (p *Portable) ReadAt(b []byte, offset int64) (int, error) { return p.object.ReadAt(b, offset) }
func (p *Portable) Size() int64                                { return p.size }
func (p *Portable) Close() error                               { return nil } // the file is its owner's

// open is the Source of what is in the file.
func (p *Portable) open(_ context.Context, id uuid.UUID) (Object, error) {
	if id != p.Index.Meta.ID {
		return nil, damaged("snapshot %s is not in it", id)
	}
	return p, nil
}

// Check reads and verifies every byte. crypto.ErrDamaged says what is wrong first, and how much else.
func (p *Portable) Check(ctx context.Context, progress Progress) error {
	found, err := Check(ctx, p.key, p.open, p.Index.Meta.ID, progress)
	if err != nil {
		return ofTheFile(err)
	}
	if len(found) == 0 {
		return nil
	}
	err = found[0].Err
	if found[0].Path != "" {
		err = fmt.Errorf("%s: %w", found[0].Path, err)
	}
	if len(found) > 1 {
		err = fmt.Errorf("%w (and %d more)", err, len(found)-1)
	}
	return err
}

// Copy writes the snapshot as the object that meta describes, under another key.
func (p *Portable) Copy(ctx context.Context, w io.Writer, to crypto.Key, meta Meta, progress Progress) (*Index, error) {
	return Copy(ctx, w, to, meta, p.key, p.open, p.Index.Meta.ID, progress)
}
