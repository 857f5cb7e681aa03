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
	"io"
	"log/slog"
	"sync"

	"valise/problem"

	"golang.org/x/crypto/argon2"
)

// What can go wrong with a passphrase. That of a slot which is not what it was is ErrDamaged or ErrNewerFormat.
var (
	ErrWrongPassphrase = problem.New("the passphrase is wrong",
		"Type it as it was chosen, capitals and signs included. Of one that Valise made, only the words count.")
	ErrNoPassphrase = problem.New("no passphrase was entered",
		"Type the one that this was sealed with: nothing else opens it.")
	ErrWeakPassphrase = problem.New("that passphrase is too short",
		"Take at least 8 characters, better several words. Where one may be left out, Valise makes a good one.")
	ErrOddPassphrase = problem.New("that passphrase is too long or has characters that cannot be typed",
		"Take at most 1,000 letters, digits, spaces and signs, on one line.")
)

// SlotSize is the length of a passphrase slot.
const SlotSize = 128

// Slot is a key, sealed under a passphrase, with all else that is needed to open it but the passphrase:
//
//	magic "VALISEP" 0x01 · passes (4) · memory in KiB (4) · lanes (4) · salt (16) · commitment (32) · sealed key (48)
//	· the first 12 bytes of the SHA-256 of all before
//
// From the passphrase, as canonical has it, Argon2id 1.3 (RFC 9106) makes 32 bytes, and HKDF of these and the salt both the
// commitment ("valise 1 passphrase commitment") and the key that the key is sealed with ("valise 1 passphrase"), by AES-256-GCM
// with a nonce of zeros; the associated data is what stands before. So the commitment tells a wrong passphrase from damage,
// no slot opens under two passphrases, and damage is found without the work that a passphrase takes.
type Slot struct {
	cost       Cost
	salt       [16]byte
	commitment [32]byte
	sealed     [len(Key{}) + Overhead]byte
}

var slotMagic = [8]byte{'V', 'A', 'L', 'I', 'S', 'E', 'P', 1}

const (
	slotSealed   = 68                      // where the sealed key is: all before it is authenticated with it
	slotChecksum = slotSealed + 32 + 16    // where the checksum is
	slotSum      = SlotSize - slotChecksum // its length
)

// Cost is the work that every try of a passphrase takes.
type Cost struct {
	Passes uint32 // over the memory
	Memory uint32 // KiB
	Lanes  uint32 // how many processors work side by side at most
}

// DefaultCost takes 256 MiB and, on the cores of 2024, about 1.5 s of one of them, or 0.7 s of two.
var DefaultCost = Cost{Passes: 3, Memory: 256 << 10, Lanes: 4}

// The limits of a slot. They bound the memory and the time that a slot of somebody else's can cost: half a GiB, and some
// five times DefaultCost.
const (
	maxSlotMemory = 512 << 10 // KiB
	maxSlotWork   = 4 << 20   // KiB times passes
	maxSlotLanes  = 16
)

// check says whether the work is possible, and not too much.
func (c Cost) check() error {
	switch {
	case c.Passes < 1, c.Lanes < 1, c.Lanes > maxSlotLanes, c.Memory < 8*c.Lanes:
		return fmt.Errorf("%d passes over %d KiB in %d lanes cannot be", c.Passes, c.Memory, c.Lanes)
	case c.Memory > maxSlotMemory, uint64(c.Passes)*uint64(c.Memory) > maxSlotWork:
		return fmt.Errorf("%d passes over %d KiB are too much work", c.Passes, c.Memory)
	}
	return nil
}

// SealKey seals a key under a passphrase, at DefaultCost. Errors: ErrNoPassphrase, ErrWeakPassphrase, ErrOddPassphrase.
func SealKey(passphrase string, key Key) (Slot, error) { return DefaultCost.SealKey(passphrase, key) }

// SealKey is the same at another cost, which must be one that ParseSlot allows.
func (c Cost) SealKey(passphrase string, key Key) (Slot, error) {
	var salt [16]byte
	rand.Read(salt[:])
	return c.sealKey(passphrase, key, salt)
}

func (c Cost) sealKey(passphrase string, key Key, salt [16]byte) (Slot, error) {
	if err := c.check(); err != nil {
		return Slot{}, fmt.Errorf("sealing a key: %w", err)
	}
	text := canonical(passphrase)
	if err := mayProtect(text); err != nil {
		return Slot{}, err
	}
	s := Slot{cost: c, salt: salt}
	stretched := s.stretch(text)
	s.commitment = s.commit(stretched)
	s.wrapping(stretched).Seal(s.sealed[:0], make([]byte, 12), key[:], s.front())
	return s, nil
}

// BeginsAsSlot says whether b may be a slot, of whatever version and however damaged behind its magic.
func BeginsAsSlot(b []byte) bool {
	return len(b) >= len(slotMagic) && bytes.Equal(b[:7], slotMagic[:7]) && b[7] != 0
}

// ParseSlot reads the first SlotSize bytes of b, and makes sure that they are whole. ErrDamaged, ErrNewerFormat.
func ParseSlot(b []byte) (Slot, error) {
	var s Slot
	if !BeginsAsSlot(b) {
		return s, ErrDamaged.Because(errors.New("it does not begin as a passphrase slot does"))
	}
	if b[7] != slotMagic[7] {
		return s, ErrNewerFormat.Because(fmt.Errorf("its passphrase slot has version %d", b[7]))
	}
	if len(b) < SlotSize {
		return s, ErrDamaged.Because(fmt.Errorf("it ends after %d bytes, within its passphrase slot", len(b)))
	}
	if sum := sha256.Sum256(b[:slotChecksum]); !bytes.Equal(sum[:slotSum], b[slotChecksum:SlotSize]) {
		return s, ErrDamaged.Because(errors.New("its passphrase slot is not what was written"))
	}
	s.cost = Cost{binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:]), binary.BigEndian.Uint32(b[16:])}
	if err := s.cost.check(); err != nil {
		return Slot{}, ErrDamaged.Because(fmt.Errorf("its passphrase slot: %w", err))
	}
	copy(s.salt[:], b[20:])
	copy(s.commitment[:], b[36:])
	copy(s.sealed[:], b[slotSealed:])
	return s, nil
}

// Bytes is the slot as it is stored.
func (s Slot) Bytes() []byte {
	b := append(s.front(), s.sealed[:]...)
	sum := sha256.Sum256(b)
	return append(b, sum[:slotSum]...)
}

// front is what stands before the sealed key.
func (s Slot) front() []byte {
	b := make([]byte, 0, SlotSize)
	b = append(b, slotMagic[:]...)
	b = binary.BigEndian.AppendUint32(b, s.cost.Passes)
	b = binary.BigEndian.AppendUint32(b, s.cost.Memory)
	b = binary.BigEndian.AppendUint32(b, s.cost.Lanes)
	b = append(b, s.salt[:]...)
	return append(b, s.commitment[:]...)
}

// Open returns the key. Each try takes the slot's cost, one at a time in this process. ErrWrongPassphrase; ErrNoPassphrase,
// at once; ErrDamaged: the passphrase is right, and what it should open was changed on purpose.
func (s Slot) Open(passphrase string) (Key, error) {
	text := canonical(passphrase)
	if text == "" {
		return Key{}, ErrNoPassphrase
	}
	stretched := s.stretch(text)
	if want := s.commit(stretched); subtle.ConstantTimeCompare(want[:], s.commitment[:]) != 1 {
		return Key{}, ErrWrongPassphrase
	}
	key, err := s.wrapping(stretched).Open(nil, make([]byte, 12), s.sealed[:], s.front())
	if err != nil {
		return Key{}, ErrDamaged.Because(errors.New("the passphrase is right, but what it opens is not what was sealed"))
	}
	return Key(key), nil
}

// stretching is held while a passphrase is tried, so that a process never takes the memory for two at a time.
var stretching sync.Mutex

// stretch makes a key of a passphrase.
func (s Slot) stretch(text string) Key {
	stretching.Lock()
	defer stretching.Unlock()
	return Key(argon2.IDKey([]byte(text), s.salt[:], s.cost.Passes, s.cost.Memory, uint8(s.cost.Lanes), uint32(len(Key{}))))
}

func (s Slot) commit(stretched Key) [32]byte {
	return [32]byte(stretched.derive(s.salt[:], "valise 1 passphrase commitment", 32))
}

// wrapping seals one key only, since the salt is new for each slot: its one nonce is never used twice.
func (s Slot) wrapping(stretched Key) cipher.AEAD {
	block, err := aes.NewCipher(stretched.derive(s.salt[:], "valise 1 passphrase", 32))
	if err != nil {
		panic("crypto: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("crypto: " + err.Error())
	}
	return aead
}

// A slot is no secret, but it is what a passphrase can be guessed with: it does not show itself by mistake either.

func (s Slot) String() string             { return "crypto.Slot(hidden)" }
func (s Slot) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }
func (s Slot) LogValue() slog.Value       { return slog.StringValue(s.String()) }
