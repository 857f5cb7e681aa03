package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vectors are examples of the format that other implementations can share. Everything binary is hexadecimal.
type vectors struct {
	About         string       `json:"about"`
	Key           hexBytes     `json:"key"`
	KeyID         hexBytes     `json:"key_id"`
	RecoveryCode  string       `json:"recovery_code"`
	Object        objectVector `json:"object"`
	Parts         []partVector `json:"parts"`
	Whole         wholeVector  `json:"whole"`
	NotWhole      []badObject  `json:"not_whole"`
	RecoveryCodes []codeVector `json:"recovery_codes"`
	Slot          slotVector   `json:"slot"`
	NotSlots      []badSlot    `json:"not_slots"`
}

// objectVector is the header of an object with three parts, and what comes of it.
type objectVector struct {
	Object     hexBytes `json:"object"`
	Salt       hexBytes `json:"salt"`
	Flags      uint64   `json:"flags"`
	Commitment hexBytes `json:"commitment"`
	ObjectKey  hexBytes `json:"object_key"`
	Header     hexBytes `json:"header"`
}

// partVector is a part of that object.
type partVector struct {
	Name      string   `json:"name"`
	Nonce     hexBytes `json:"nonce"`
	Extra     hexBytes `json:"extra"`
	Plaintext hexBytes `json:"plaintext"`
	Sealed    hexBytes `json:"sealed"`
}

// wholeVector is another object, that was sealed as one piece.
type wholeVector struct {
	Flags     uint64   `json:"flags"`
	Plaintext hexBytes `json:"plaintext"`
	Sealed    hexBytes `json:"sealed"`
}

// badObject is that object with something wrong; Key is set where it is not the vectors' key that opens it.
type badObject struct {
	Name   string   `json:"name"`
	Key    hexBytes `json:"key,omitempty"`
	Sealed hexBytes `json:"sealed"`
	Error  string   `json:"error"`
}

// codeVector is a recovery code: of the key, or with an error in the group; 0 is the code as a whole.
type codeVector struct {
	Name  string   `json:"name"`
	Code  string   `json:"code"`
	Key   hexBytes `json:"key,omitempty"`
	Group int      `json:"group"`
}

// slotVector is a slot with the vectors' key. Each of the passphrases opens it, and none of the others.
type slotVector struct {
	Passphrases []string `json:"passphrases"`
	Others      []string `json:"others"`
	Canonical   hexBytes `json:"canonical"`
	Salt        hexBytes `json:"salt"`
	Stretched   hexBytes `json:"stretched"`
	Commitment  hexBytes `json:"commitment"`
	Slot        hexBytes `json:"slot"`
}

// badSlot is that slot with something wrong. Read says that it is found before a passphrase is tried.
type badSlot struct {
	Name  string   `json:"name"`
	Slot  hexBytes `json:"slot"`
	Read  bool     `json:"read"`
	Error string   `json:"error"`
}

type hexBytes []byte

func (b hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

var vectorErrors = map[string]error{"wrong key": ErrWrongKey, "damaged": ErrDamaged, "newer format": ErrNewerFormat, "wrong passphrase": ErrWrongPassphrase}

func TestVectorsAreThoseOfThisImplementation(t *testing.T) {
	made, err := json.MarshalIndent(makeVectors(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, made) {
		t.Errorf("this implementation makes other vectors than %s: what was sealed before could not be opened any more", vectorsFile)
	}
}

func TestVectorsAreReadAsTheyShouldBe(t *testing.T) {
	v := readVectors(t)
	key := Key(v.Key)
	if id := key.ID(); !bytes.Equal(id[:], v.KeyID) {
		t.Errorf("the key has the id %x", id)
	}
	if code := key.RecoveryCode(); code != v.RecoveryCode {
		t.Errorf("the key has the code %s", code)
	}
	header, plaintext, err := key.OpenWhole(v.Whole.Sealed)
	if err != nil || !bytes.Equal(plaintext, v.Whole.Plaintext) || header.Flags != v.Whole.Flags {
		t.Errorf("the whole object: %+v, %q, %v", header, plaintext, err)
	}
	for _, bad := range v.NotWhole {
		opener := key
		if bad.Key != nil {
			opener = Key(bad.Key)
		}
		if _, _, err := opener.OpenWhole(bad.Sealed); !errors.Is(err, vectorErrors[bad.Error]) {
			t.Errorf("%s: got %v, want %s", bad.Name, err, bad.Error)
		}
	}
	for _, code := range v.RecoveryCodes {
		got, err := ParseRecoveryCode(code.Code)
		if code.Key != nil {
			if err != nil || got != Key(code.Key) {
				t.Errorf("%s: %v", code.Name, err)
			}
			continue
		}
		var wrong *RecoveryCodeError
		if !errors.As(err, &wrong) || wrong.Group != code.Group {
			t.Errorf("%s: got %v, want an error in group %d", code.Name, err, code.Group)
		}
	}
	slot, err := ParseSlot(v.Slot.Slot)
	if err != nil {
		t.Fatal(err)
	}
	for _, passphrase := range v.Slot.Passphrases {
		if got, err := slot.Open(passphrase); err != nil || got != key {
			t.Errorf("the slot, with %q: %v", passphrase, err)
		}
	}
	for _, passphrase := range v.Slot.Others {
		if _, err := slot.Open(passphrase); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("the slot, with %q: %v", passphrase, err)
		}
	}
	for _, bad := range v.NotSlots {
		slot, err := ParseSlot(bad.Slot)
		if (err == nil) != bad.Read {
			t.Errorf("%s: it is read with %v", bad.Name, err)
		}
		if err == nil {
			_, err = slot.Open(v.Slot.Passphrases[0])
		}
		if !errors.Is(err, vectorErrors[bad.Error]) {
			t.Errorf("%s: got %v, want %s", bad.Name, err, bad.Error)
		}
	}
}

// A stranger's reader, written from the description of the format and with nothing of this package.
func TestAStrangerReadsTheVectors(t *testing.T) {
	v := readVectors(t)
	deriveFrom := func(key, salt []byte, info string) []byte { // RFC 5869; one block is enough for up to 32 bytes
		if salt == nil {
			salt = make([]byte, sha256.Size)
		}
		extract := hmac.New(sha256.New, salt)
		extract.Write(key)
		expand := hmac.New(sha256.New, extract.Sum(nil))
		expand.Write([]byte(info + "\x01"))
		return expand.Sum(nil)
	}
	derive := func(salt []byte, info string) []byte { return deriveFrom(v.Key, salt, info) }
	open := func(header, nonce, sealed, extra []byte) []byte {
		block, err := aes.NewCipher(derive(header[40:72], "valise 1 snapshot"))
		if err != nil {
			t.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(header)
		plaintext, err := aead.Open(nil, nonce, sealed, slices.Concat(digest[:], extra))
		if err != nil {
			t.Errorf("%x: %v", sealed, err)
		}
		return plaintext
	}
	if !bytes.Equal(derive(nil, "valise 1 key id")[:16], v.KeyID) {
		t.Error("the key id is another")
	}
	header := slices.Concat([]byte("VALISE\x00\x01"), v.KeyID, v.Object.Object, v.Object.Salt,
		[]byte{0, 0, 0, 0, 0, 0, 0, byte(v.Object.Flags)}, derive(v.Object.Salt, "valise 1 commitment"))
	if !bytes.Equal(header, v.Object.Header) || len(header) != HeaderSize {
		t.Errorf("the header is %x", header)
	}
	for _, part := range v.Parts {
		if got := open(header, part.Nonce, part.Sealed, part.Extra); !bytes.Equal(got, part.Plaintext) {
			t.Errorf("%s: got %q", part.Name, got)
		}
	}
	whole := v.Whole.Sealed
	if got := open(whole[:112], make([]byte, 12), whole[112:], []byte("valise 1 whole")); !bytes.Equal(got, v.Whole.Plaintext) {
		t.Errorf("the whole object: got %q", got)
	}

	slot := v.Slot.Slot
	number := func(at int) uint32 { return binary.BigEndian.Uint32(slot[at:]) }
	stretched := argon2.IDKey([]byte(v.Slot.Passphrases[0]), slot[20:36], number(8), number(12), uint8(number(16)), 32)
	commitment := deriveFrom(stretched, slot[20:36], "valise 1 passphrase commitment")
	if !bytes.Equal(stretched, v.Slot.Stretched) || !bytes.Equal(commitment, slot[36:68]) {
		t.Errorf("of the slot's passphrase comes %x, and of that the commitment %x", stretched, commitment)
	}
	block, err := aes.NewCipher(deriveFrom(stretched, slot[20:36], "valise 1 passphrase"))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := aead.Open(nil, make([]byte, 12), slot[68:116], slot[:68]); err != nil || !bytes.Equal(got, v.Key) {
		t.Errorf("the slot has the key %x, %v", got, err)
	}
	if sum := sha256.Sum256(slot[:116]); string(slot[:8]) != "VALISEP\x01" || !bytes.Equal(slot[116:], sum[:12]) {
		t.Error("the slot has another beginning or checksum")
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	content, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Parts) == 0 || len(v.NotWhole) == 0 || len(v.RecoveryCodes) == 0 || len(v.NotSlots) == 0 {
		t.Fatalf("%s lacks vectors", vectorsFile)
	}
	return v
}

func makeVectors() vectors {
	var key Key
	var salt [32]byte
	for i := range key {
		key[i], salt[i] = byte(i), byte(0xa0+i)
	}
	header := Header{KeyID: key.ID(), Object: someID, Salt: salt, Flags: 1, Commitment: key.commitment(salt)}
	object := key.object(header)
	id := key.ID()
	v := vectors{
		About: "Examples of Valise's format 1: docs/format.md describes it. Binary data is hexadecimal. " +
			"Made by: go test ./crypto -run Vectors -update",
		Key:          key[:],
		KeyID:        id[:],
		RecoveryCode: key.RecoveryCode(),
		Object: objectVector{
			Object: header.Object[:], Salt: bytes.Clone(salt[:]), Flags: header.Flags, Commitment: bytes.Clone(header.Commitment[:]),
			ObjectKey: key.derive(salt[:], "valise 1 snapshot", 32), Header: header.bytes(),
		},
		Parts: []partVector{
			seal(object, "segment 0", Segment(0), "the first segment", ""),
			seal(object, "segment 1", Segment(1), "", ""),
			seal(object, "index of 2 segments", Index(2), "the index", "16 bytes of tail"),
		},
	}

	plaintext := []byte("a small object")
	slices.Reverse(salt[:]) // a salt for each object, as it must be: the part numbers begin anew
	header.Salt, header.Flags, header.Commitment = salt, 2, key.commitment(salt)
	object = key.object(header)
	whole := object.Seal(object.HeaderBytes(), Segment(0), plaintext, wholeObject)
	v.Whole = wholeVector{Flags: header.Flags, Plaintext: plaintext, Sealed: whole}
	v.NotWhole = badObjects(whole)
	v.NotWhole = append(v.NotWhole,
		badObject{Name: "segment 0 of a larger object", Error: "damaged", Sealed: slices.Concat(v.Object.Header, v.Parts[0].Sealed)},
		badObject{Name: "opened with another key", Error: "wrong key", Sealed: whole, Key: make([]byte, 32)})
	v.RecoveryCodes = codeVectors(key)
	v.Slot, v.NotSlots = slotVectors(key)
	return v
}

func seal(o *Object, name string, part Part, plaintext, extra string) partVector {
	return partVector{Name: name, Nonce: part.nonce(), Extra: hexBytes(extra), Plaintext: hexBytes(plaintext),
		Sealed: o.Seal(nil, part, []byte(plaintext), []byte(extra))}
}

func badObjects(whole []byte) []badObject {
	var bad []badObject
	for _, flip := range []struct {
		what string
		at   int
		err  string
	}{
		{"the magic", 0, "damaged"}, {"the format number", 7, "newer format"}, {"the key id", 8, "damaged"},
		{"the object id", 24, "damaged"}, {"the salt", 40, "damaged"}, {"the flags", 79, "damaged"},
		{"the commitment", 80, "damaged"}, {"the ciphertext", HeaderSize, "damaged"}, {"the tag", len(whole) - 1, "damaged"},
	} {
		sealed := bytes.Clone(whole)
		sealed[flip.at] ^= 0x80
		bad = append(bad, badObject{Name: "a bit flipped in " + flip.what, Sealed: sealed, Error: flip.err})
	}
	for _, cut := range []struct {
		to     string
		length int
	}{
		{"nothing", 0}, {"half a header", HeaderSize / 2}, {"the header", HeaderSize},
		{"half a tag", HeaderSize + Overhead/2}, {"all but one byte", len(whole) - 1},
	} {
		bad = append(bad, badObject{Name: "cut to " + cut.to, Sealed: whole[:cut.length], Error: "damaged"})
	}
	return append(bad, badObject{Name: "with a byte more", Sealed: append(bytes.Clone(whole), 0), Error: "damaged"})
}

func codeVectors(key Key) []codeVector {
	code := key.RecoveryCode()
	groups := strings.Split(code, "-")
	swapped := slices.Clone(groups)
	swapped[2], swapped[3] = groups[3], groups[2]
	var foreign Key
	return []codeVector{
		{Name: "as printed", Code: code, Key: key[:]},
		{Name: "in small letters, without dashes", Code: strings.ToLower(strings.Join(groups, "")), Key: key[:]},
		{Name: "with O for 0 and I for 1", Code: strings.NewReplacer("0", "O", "1", "I").Replace(code), Key: key[:]},
		{Name: "a wrong character in group 4", Code: code[:18] + "Z" + code[19:], Group: 4},
		{Name: "groups 3 and 4 have changed places", Code: strings.Join(swapped, "-"), Group: 3},
		{Name: "group 5 is missing", Code: strings.Join(slices.Delete(slices.Clone(groups), 4, 5), "-"), Group: 5},
		{Name: "the last group is of another key", Code: code[:78] + foreign.RecoveryCode()[78:], Group: 0},
	}
}

func slotVectors(key Key) (slotVector, []badSlot) {
	v := slotVector{
		Passphrases: []string{
			"correct-horse-battery-staple-six-words", "Correct Horse Battery Staple Six Words",
			" correct horse\u2013battery\u00a0staple - six WORDS \n",
		},
		Others: []string{"correct-horse-battery-staple-six-word", "correcthorsebatterystaplesixwords", "words-six-staple-battery-horse-correct"},
	}
	var salt [16]byte
	for i := range salt {
		salt[i] = byte(0x50 + i)
	}
	v.Canonical, v.Salt = hexBytes(canonical(v.Passphrases[0])), salt[:]
	slot, err := Cost{Passes: 2, Memory: 256, Lanes: 2}.sealKey(v.Passphrases[0], key, salt)
	if err != nil {
		panic(err)
	}
	stretched := slot.stretch(string(v.Canonical))
	v.Stretched, v.Commitment, v.Slot = stretched[:], slot.commitment[:], slot.Bytes()

	bad := func(name, err string, read bool, change func(b []byte) []byte) badSlot {
		return badSlot{name, change(bytes.Clone(v.Slot)), read, err}
	}
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte {
			b[at] ^= 0x80
			return b
		}
	}
	forge := func(at int) func([]byte) []byte { return func(b []byte) []byte { return checked(flip(at)(b)) } }
	return v, []badSlot{
		bad("a bit flipped in the magic", "damaged", false, flip(6)),
		bad("a bit flipped in the version", "newer format", false, flip(7)),
		bad("a bit flipped in the salt", "damaged", false, flip(20)),
		bad("a bit flipped in the checksum", "damaged", false, flip(127)),
		bad("cut by a byte", "damaged", false, func(b []byte) []byte { return b[:127] }),
		bad("it asks for 2 TiB, with a checksum that fits", "damaged", false, forge(12)),
		bad("it asks for 2 billion passes, with a checksum that fits", "damaged", false, forge(8)),
		bad("it asks for no lane, with a checksum that fits", "damaged", false, func(b []byte) []byte {
			b[19] = 0
			return checked(b)
		}),
		bad("another salt, with a checksum that fits", "wrong passphrase", true, forge(20)),
		bad("another commitment, with a checksum that fits", "wrong passphrase", true, forge(36)),
		bad("another sealed key, with a checksum that fits", "damaged", true, forge(68)),
	}
}
