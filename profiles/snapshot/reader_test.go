package snapshot_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"
)

// A second reader, as small as can be, written after docs/format.md and sharing nothing with the package. If it and the
// package disagree, one of them or the page is wrong.

type plainIndex struct {
	About struct {
		Profile []byte `cbor:"1,keyasint"`
		When    int64  `cbor:"4,keyasint"`
		Device  string `cbor:"6,keyasint"`
		Ended   uint   `cbor:"10,keyasint"`
		Card    struct {
			Name   string   `cbor:"1,keyasint"`
			Colour string   `cbor:"2,keyasint"`
			Tags   []string `cbor:"3,keyasint"`
		} `cbor:"13,keyasint"`
	} `cbor:"1,keyasint"`
	Needs  [][]byte `cbor:"3,keyasint"`
	Blocks struct {
		Segments [][3]uint32 `cbor:"1,keyasint"`
		Lengths  []uint32    `cbor:"2,keyasint"`
		Hashes   []byte      `cbor:"3,keyasint"`
		Deltas   [][4]uint32 `cbor:"4,keyasint"`
	} `cbor:"4,keyasint"`
	Tree []plainEntry `cbor:"5,keyasint"`
}

type plainEntry struct {
	_        struct{} `cbor:",toarray"`
	Path     string
	Kind     uint
	Mode     uint32
	Modified int64
	Size     uint64
	Extents  [][3]uint32
}

// plainObject is an object taken apart: its index, and its blocks with what they are made of.
type plainObject struct {
	index  plainIndex
	blocks []plainBlock
}

type plainBlock struct {
	stored []byte // nil: the segment cannot be opened
	delta  *[4]uint32
}

var errPlainKey, errPlainDamage, errPlainNewer = errors.New("wrong key"), errors.New("damaged"), errors.New("newer")

func derive(key, salt []byte, info string, n int) []byte {
	out, err := hkdf.Key(sha256.New, key, salt, info, n)
	if err != nil {
		panic(err)
	}
	return out
}

func inflate(frame, dictionary []byte) ([]byte, error) {
	options := []zstd.DOption{}
	if dictionary != nil {
		options = append(options, zstd.WithDecoderDictRaw(0, dictionary))
	}
	d, err := zstd.NewReader(nil, options...)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(frame, nil)
}

// readPlain takes an object apart.
func readPlain(key, object []byte) (*plainObject, error) {
	if len(object) < 112+136 {
		return nil, errPlainDamage
	}
	trailer := object[len(object)-136:]
	header, place := trailer[:112], trailer[112:]
	if string(header[:7]) != "VALISE\x00" {
		return nil, errPlainDamage
	}
	if header[7] != 1 {
		return nil, errPlainNewer
	}
	salt := header[40:72]
	if !bytes.Equal(derive(key, salt, "valise 1 commitment", 32), header[80:112]) {
		if bytes.Equal(derive(key, nil, "valise 1 key id", 16), header[8:24]) {
			return nil, errPlainDamage
		}
		return nil, errPlainKey
	}
	flags := binary.BigEndian.Uint64(header[72:80])
	if flags&1 != 0 {
		return nil, errPlainDamage
	}
	if flags&0xffff_fffc != 0 {
		return nil, errPlainNewer
	}
	block, err := aes.NewCipher(derive(key, salt, "valise 1 snapshot", 32))
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(header)
	unseal := func(top byte, part uint64, sealed, more []byte) ([]byte, error) {
		nonce := binary.BigEndian.AppendUint64([]byte{top, 0, 0, 0}, part)
		return gcm.Open(nil, nonce, sealed, append(bytes.Clone(digest[:]), more...))
	}

	offset, length, segments := binary.BigEndian.Uint64(place), binary.BigEndian.Uint64(place[8:]), binary.BigEndian.Uint64(place[16:])
	if rest := uint64(len(object) - 136); offset > rest || length != rest-offset {
		return nil, errPlainDamage
	}
	sealed, err := unseal(0x80, segments, object[offset:offset+length], place)
	if err != nil {
		return nil, errPlainDamage
	}
	plain, err := inflate(sealed, nil)
	if err != nil {
		return nil, errPlainDamage
	}
	o := &plainObject{}
	if err := cbor.Unmarshal(plain, &o.index); err != nil {
		return nil, fmt.Errorf("%w: %w", errPlainDamage, err)
	}
	if !soundTree(o.index.Tree) {
		return nil, errPlainDamage
	}
	return o, o.cut(object[:offset], segments, unseal)
}

// soundTree says whether the tree may be written to a disk.
func soundTree(tree []plainEntry) bool {
	directories := map[string]bool{"": true}
	previous := ""
	for _, e := range tree {
		parent := ""
		if i := strings.LastIndexByte(e.Path, '/'); i >= 0 {
			parent = e.Path[:i]
		}
		for _, name := range strings.Split(e.Path, "/") {
			if name == "" || name == "." || name == ".." {
				return false
			}
		}
		if e.Path <= previous || !directories[parent] || strings.Contains(e.Path, "\x00") || e.Kind != 1 && e.Kind != 2 {
			return false
		}
		directories[e.Path] = e.Kind == 2
		previous = e.Path
	}
	return true
}

// cut opens the segments and cuts them into blocks.
func (o *plainObject) cut(object []byte, segments uint64, unseal func(byte, uint64, []byte, []byte) ([]byte, error)) error {
	t := o.index.Blocks
	if uint64(len(t.Segments)) != segments {
		return errPlainDamage
	}
	at := uint64(112)
	for i, s := range t.Segments {
		if at+uint64(s[0]) > uint64(len(object)) {
			return errPlainDamage
		}
		var plain []byte
		if frame, err := unseal(0, uint64(i), object[at:at+uint64(s[0])], nil); err == nil {
			if plain, err = inflate(frame, nil); err != nil || len(plain) != int(s[1]) {
				return errPlainDamage
			}
		}
		at += uint64(s[0])
		for range s[2] {
			if len(o.blocks) == len(t.Lengths) {
				return errPlainDamage
			}
			number := uint32(len(o.blocks))
			b, length := plainBlock{}, t.Lengths[number]
			for _, d := range t.Deltas {
				if d[0] == number {
					b.delta, length = &d, d[3]
				}
			}
			if plain != nil {
				if int(length) > len(plain) {
					return errPlainDamage
				}
				b.stored, plain = plain[:length], plain[length:]
			}
			o.blocks = append(o.blocks, b)
		}
	}
	if at != uint64(len(object)) || len(o.blocks) != len(t.Lengths) {
		return errPlainDamage
	}
	return nil
}

// block is the content of a block; object fetches another object by its id.
func (o *plainObject) block(number uint32, object func(id []byte) (*plainObject, error)) ([]byte, error) {
	if int(number) >= len(o.blocks) {
		return nil, errPlainDamage
	}
	b := o.blocks[number]
	if b.stored == nil {
		return nil, errPlainDamage
	}
	content := b.stored
	if d := b.delta; d != nil {
		from := o
		if d[1] > 0 {
			var err error
			if from, err = object(o.index.Needs[d[1]-1]); err != nil {
				return nil, err
			}
		}
		base, err := from.block(d[2], object)
		if err != nil {
			return nil, err
		}
		if content, err = inflate(b.stored, base); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(content)
	if !bytes.Equal(sum[:16], o.index.Blocks.Hashes[number*16:number*16+16]) {
		return nil, errPlainDamage
	}
	return content, nil
}

// file is the content of a file.
func (o *plainObject) file(e plainEntry, object func(id []byte) (*plainObject, error)) ([]byte, error) {
	var content []byte
	for _, x := range e.Extents {
		from := o
		if x[0] > 0 {
			var err error
			if from, err = object(o.index.Needs[x[0]-1]); err != nil {
				return nil, err
			}
		}
		for n := range x[2] {
			b, err := from.block(x[1]+n, object)
			if err != nil {
				return nil, err
			}
			content = append(content, b...)
		}
	}
	if uint64(len(content)) != e.Size {
		return nil, errPlainDamage
	}
	return content, nil
}
