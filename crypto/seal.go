package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
)

// HeaderSize is the length of the plain header that opens every sealed object.
const HeaderSize = 112

// Overhead is what sealing adds to each part: the tag of AES-GCM.
const Overhead = 16

var magic = [8]byte{'V', 'A', 'L', 'I', 'S', 'E', 0x00, 0x01}

// Header is what a sealed object says of itself in plain:
//
//	magic "VALISE" 0x00 0x01 · key id (16) · object id (16) · salt (32) · flags (8, big-endian) · key commitment (32)
type Header struct {
	KeyID      KeyID
	Object     [16]byte
	Salt       [32]byte
	Flags      uint64
	Commitment [32]byte
}

// ParseHeader reads the first HeaderSize bytes of an object.
func ParseHeader(b []byte) (Header, error) {
	var h Header
	if len(b) < HeaderSize {
		return h, ErrDamaged.Because(fmt.Errorf("an object of %d bytes is shorter than its header", len(b)))
	}
	if !bytes.Equal(b[:7], magic[:7]) || b[7] == 0 {
		return h, ErrDamaged.Because(errors.New("it does not begin as a Valise object does"))
	}
	if b[7] != magic[7] {
		return h, ErrNewerFormat.Because(fmt.Errorf("it has format %d", b[7]))
	}
	copy(h.KeyID[:], b[8:])
	copy(h.Object[:], b[24:])
	copy(h.Salt[:], b[40:])
	h.Flags = binary.BigEndian.Uint64(b[72:])
	copy(h.Commitment[:], b[80:])
	return h, nil
}

func (h Header) bytes() []byte {
	b := make([]byte, 0, HeaderSize)
	b = append(b, magic[:]...)
	b = append(b, h.KeyID[:]...)
	b = append(b, h.Object[:]...)
	b = append(b, h.Salt[:]...)
	b = binary.BigEndian.AppendUint64(b, h.Flags)
	return append(b, h.Commitment[:]...)
}

// Part numbers the pieces of one object; it is the 96-bit nonce, so no two pieces may share one.
type Part struct {
	high uint32 // the top 32 bits of the nonce
	low  uint64 // the other 64
}

// Segment is the part number of segment i.
func Segment(i uint64) Part { return Part{0, i} }

// Index is the part number of the index of an object with n segments: 2^95 + n.
func Index(n uint64) Part { return Part{1 << 31, n} }

func (p Part) nonce() []byte {
	b := make([]byte, 0, 12)
	b = binary.BigEndian.AppendUint32(b, p.high)
	return binary.BigEndian.AppendUint64(b, p.low)
}

// Object seals or opens the parts of one object, under a key that no other object has. It may be used by several
// goroutines at once.
type Object struct {
	Header Header
	aead   cipher.AEAD
	digest [32]byte // of the header: the associated data of every part
}

// NewObject begins an object under a fresh salt, and so under a key of its own.
func (k Key) NewObject(id [16]byte, flags uint64) *Object {
	h := Header{KeyID: k.ID(), Object: id, Flags: flags}
	rand.Read(h.Salt[:])
	h.Commitment = k.commitment(h.Salt)
	return k.object(h)
}

// OpenObject prepares to open the object that begins with header; what follows the first HeaderSize bytes is not looked
// at. ErrWrongKey: it was sealed under another key. That the object is the one that was asked for, the caller sees from
// Header.Object and Header.Flags, which can be trusted as soon as any part has been opened. Nothing more is sealed into
// an object that was opened: its part numbers are used up.
func (k Key) OpenObject(header []byte) (*Object, error) {
	h, err := ParseHeader(header)
	if err != nil {
		return nil, err
	}
	want := k.commitment(h.Salt)
	if subtle.ConstantTimeCompare(want[:], h.Commitment[:]) != 1 {
		if h.KeyID == k.ID() {
			return nil, ErrDamaged.Because(errors.New("the header does not commit to the key that it names"))
		}
		return nil, ErrWrongKey
	}
	return k.object(h), nil
}

func (k Key) commitment(salt [32]byte) [32]byte {
	return [32]byte(k.derive(salt[:], "valise 1 commitment", 32))
}

func (k Key) object(h Header) *Object {
	block, err := aes.NewCipher(k.derive(h.Salt[:], "valise 1 snapshot", 32))
	if err != nil {
		panic("crypto: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("crypto: " + err.Error())
	}
	return &Object{Header: h, aead: aead, digest: sha256.Sum256(h.bytes())}
}

// HeaderBytes is what the object's file begins with.
func (o *Object) HeaderBytes() []byte { return o.Header.bytes() }

// Seal appends the sealed plaintext to dst. Each part of an object is sealed at most once: a second time would repeat
// a nonce and give both plaintexts away. extra is authenticated with it, and has to be given again to Open.
func (o *Object) Seal(dst []byte, part Part, plaintext, extra []byte) []byte {
	return o.aead.Seal(dst, part.nonce(), plaintext, append(o.digest[:], extra...))
}

// Open appends the opened part to dst. ErrDamaged: it is not what was sealed as this part of this object.
func (o *Object) Open(dst []byte, part Part, sealed, extra []byte) ([]byte, error) {
	out, err := o.aead.Open(dst, part.nonce(), sealed, append(o.digest[:], extra...))
	if err != nil {
		return nil, ErrDamaged
	}
	return out, nil
}

// wholeObject is the extra data of whole objects: no segment cut out of a larger object passes for one.
var wholeObject = []byte("valise 1 whole")

// SealWhole seals a small object as one piece: the header, and segment 0 with the extra data "valise 1 whole".
func (k Key) SealWhole(id [16]byte, flags uint64, plaintext []byte) []byte {
	o := k.NewObject(id, flags)
	return o.Seal(o.HeaderBytes(), Segment(0), plaintext, wholeObject)
}

// OpenWhole opens what SealWhole made. The header that it returns is authentic; see OpenObject for what to compare.
func (k Key) OpenWhole(sealed []byte) (Header, []byte, error) {
	o, err := k.OpenObject(sealed)
	if err != nil {
		return Header{}, nil, err
	}
	plaintext, err := o.Open(nil, Segment(0), sealed[HeaderSize:], wholeObject)
	if err != nil {
		return Header{}, nil, err
	}
	return o.Header, plaintext, nil
}
