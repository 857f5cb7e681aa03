package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"valise/problem"
)

// quick is a cost that takes no time.
var quick = Cost{Passes: 1, Memory: 64, Lanes: 1}

const somePassphrase = "Grüße aus 東京, 7!"

func someSlot(t testing.TB) Slot {
	t.Helper()
	slot, err := quick.SealKey(somePassphrase, someKey)
	if err != nil {
		t.Fatal(err)
	}
	return slot
}

var someKey = Key([]byte("a key of 32 bytes, for the tests"))

// checked is b as a slot whose checksum fits, if it is long enough.
func checked(b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) >= SlotSize {
		sum := sha256.Sum256(b[:slotChecksum])
		copy(b[slotChecksum:SlotSize], sum[:])
	}
	return b
}

func TestAKeyComesOutOfItsSlotByThePassphraseAlone(t *testing.T) {
	slot, err := SealKey(somePassphrase, someKey) // at the real cost
	if err != nil {
		t.Fatal(err)
	}
	b := slot.Bytes()
	if len(b) != SlotSize || bytes.Contains(b, someKey[:8]) {
		t.Fatalf("the slot is %x", b)
	}
	read, err := ParseSlot(append(b, "and what follows"...))
	if err != nil {
		t.Fatal(err)
	}
	if key, err := read.Open(somePassphrase); err != nil || key != someKey {
		t.Errorf("opened it is another key: %v", err)
	}
	if _, err := read.Open(somePassphrase + "!"); !errors.Is(err, ErrWrongPassphrase) || problem.NextStep(err) == "" {
		t.Errorf("with another passphrase: %v", err)
	}
}

func TestEachSlotHasASaltOfItsOwn(t *testing.T) {
	a, b := someSlot(t), someSlot(t)
	if a.salt == b.salt || a.sealed == b.sealed || a.commitment == b.commitment {
		t.Error("two slots of one key and passphrase are alike")
	}
}

func TestAPassphraseOpensHoweverItsCharactersAreEncoded(t *testing.T) {
	for sealed, typed := range map[string][]string{
		"Grüße, 12.5 %":      {"Gru\u0308ße, 12.5 %", " Grüße, 12.5 %\n", "\u00a0Grüße, 12.5\u00a0%\t", "Grüße, １２.５ %"},
		"ﬁnanzamt 2026":      {"finanzamt 2026"},
		"one-two three, 4":   {"\tone-two three, 4"},
		"ONE two three four": {"ONE two three four\r\n"},
	} {
		slot, err := quick.SealKey(sealed, someKey)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range typed {
			if _, err := slot.Open(text); err != nil {
				t.Errorf("sealed under %q, typed as %q: %v", sealed, text, err)
			}
		}
		for _, text := range []string{strings.ToLower(sealed) + "x", strings.ToUpper(sealed) + " x", sealed[:len(sealed)-1]} {
			if _, err := slot.Open(text); !errors.Is(err, ErrWrongPassphrase) {
				t.Errorf("sealed under %q, typed as %q: %v", sealed, text, err)
			}
		}
	}
	slot, err := quick.SealKey("one two Three", someKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one two three", "one-two-Three", "one  two Three"} {
		if _, err := slot.Open(text); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("in a short passphrase of one's own everything counts, but for %q: %v", text, err)
		}
	}
}

func TestAPassphraseThatProtectsNothingIsRefused(t *testing.T) {
	for text, want := range map[string]error{
		"": ErrNoPassphrase, " \n\t": ErrNoPassphrase, "1234567": ErrWeakPassphrase, "   üüüüüüü   ": ErrWeakPassphrase,
		"two lines\nof text": ErrOddPassphrase, "beeps \a at you": ErrOddPassphrase, "no text \xff\xfe": ErrOddPassphrase,
		strings.Repeat("x", 1001): ErrOddPassphrase,
	} {
		_, err := SealKey(text, someKey)
		if !errors.Is(err, want) || problem.NextStep(err) == "" {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
		if text = strings.TrimSpace(text); text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats the passphrase: %v", err)
		}
	}
	if _, err := someSlot(t).Open(" "); !errors.Is(err, ErrNoPassphrase) {
		t.Errorf("opened with nothing: %v", err)
	}
}

// Whatever changes by accident is told from a wrong passphrase, and without the work of trying one.
func TestASlotThatWasDamagedIsFoundBeforeAPassphraseIsTried(t *testing.T) {
	whole := someSlot(t).Bytes()
	for at := range whole {
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[at] ^= 1 << bit
			want := ErrDamaged
			if at == 7 && b[7] != 0 {
				want = ErrNewerFormat
			}
			if _, err := ParseSlot(b); !errors.Is(err, want) {
				t.Errorf("bit %d of byte %d flipped: got %v, want %v", bit, at, err, want)
			}
		}
	}
	for length := range whole {
		if _, err := ParseSlot(whole[:length]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", length, err)
		}
	}
}

// Who changes a slot on purpose can have it look like one with another passphrase, and no more.
func TestASlotThatWasForgedOpensNothing(t *testing.T) {
	whole := someSlot(t).Bytes()
	for at := 8; at < slotChecksum; at++ {
		b := bytes.Clone(whole)
		b[at] ^= byte(1 + rand.IntN(255))
		slot, err := ParseSlot(checked(b))
		if err != nil {
			if at >= 20 || !errors.Is(err, ErrDamaged) {
				t.Errorf("byte %d changed, with a checksum that fits: %v", at, err)
			}
			continue
		}
		want := ErrWrongPassphrase
		if at >= slotSealed {
			want = ErrDamaged
		}
		if _, err := slot.Open(somePassphrase); !errors.Is(err, want) {
			t.Errorf("byte %d changed, with a checksum that fits: got %v, want %v", at, err, want)
		}
	}
}

func TestASlotThatAsksForTooMuchIsRefusedUntried(t *testing.T) {
	for _, cost := range []Cost{
		{0, 64, 1}, {1, 0, 1}, {1, 64, 0}, {1, 64, 17}, {1, 7, 1}, {1, 64, 16}, {1, 64, 256 + 1},
		{1, maxSlotMemory + 1, 1}, {1 << 31, 64, 1}, {1 << 31, 1 << 31, 1}, {9, maxSlotMemory, 4}, {1, 1<<32 - 1, 1},
	} {
		b := someSlot(t).Bytes()
		for i, n := range []uint32{cost.Passes, cost.Memory, cost.Lanes} {
			binary.BigEndian.PutUint32(b[8+4*i:], n)
		}
		if _, err := ParseSlot(checked(b)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%+v: %v", cost, err)
		}
		if _, err := cost.SealKey(somePassphrase, someKey); err == nil {
			t.Errorf("sealed at %+v", cost)
		}
	}
	if err := DefaultCost.check(); err != nil {
		t.Error(err)
	}
}

func TestASlotIsTriedBySeveralAtOnce(t *testing.T) {
	slot := someSlot(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if key, err := slot.Open(somePassphrase); err != nil || key != someKey {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestASlotDoesNotShowItself(t *testing.T) {
	slot := someSlot(t)
	for _, text := range []string{fmt.Sprint(slot), fmt.Sprintf("%+v %#v %x", slot, slot, slot), slot.LogValue().String()} {
		if strings.Contains(text, fmt.Sprintf("%x", slot.salt[:4])) || !strings.Contains(text, "hidden") {
			t.Errorf("it shows itself as %s", text)
		}
	}
}

func TestAMadePassphraseIsTakenHoweverItIsTyped(t *testing.T) {
	made := NewPassphrase()
	slot, err := quick.SealKey(made, someKey)
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Split(made, "-")
	for _, typed := range []string{
		made, strings.ToUpper(made), strings.Join(words, " "), "  " + strings.Join(words, " - ") + "\r\n",
		strings.Join(words, "\u2013"), strings.Join(words, "\u00a0"), strings.ReplaceAll(made, "-", "\n"), strings.ToUpper(made[:1]) + made[1:],
	} {
		if _, err := slot.Open(typed); err != nil {
			t.Errorf("%q does not open what was sealed under %q: %v", typed, made, err)
		}
	}
	slices.Reverse(words)
	for _, typed := range []string{strings.Join(words, "-"), made[:len(made)-1], strings.ReplaceAll(made, "-", ""), made + "-x"} {
		if _, err := slot.Open(typed); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("%q opens what was sealed under %q: %v", typed, made, err)
		}
	}
}

func TestMadePassphrasesAreSixWordsThatDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 2000 {
		made := NewPassphrase()
		words := strings.Split(made, "-")
		for _, word := range words {
			if len(word) < 3 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
				t.Fatalf("%q has a word that is none", made)
			}
			seen[word] = true
		}
		slices.Sort(words)
		if len(words) != 6 || len(slices.Compact(words)) != 6 || mayProtect(made) != nil || canonical(made) != made {
			t.Fatalf("%q", made)
		}
	}
	if len(seen) < 5800 { // 12,000 words drawn from 7,772 are 6,100 different ones, give or take 30
		t.Errorf("12,000 words are only %d different ones", len(seen))
	}
}
