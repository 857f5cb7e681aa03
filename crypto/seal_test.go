package crypto

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

var someID = [16]byte([]byte("an object's name"))

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func TestWhatIsSealedOpensAgain(t *testing.T) {
	key := NewKey()
	for _, size := range []int{0, 1, 15, 16, 17, 4096, 1 << 20} {
		plaintext := random(size)
		sealed := key.SealWhole(someID, 0x0102030405060708, plaintext)
		if want := HeaderSize + size + Overhead; len(sealed) != want {
			t.Errorf("%d bytes became %d, want %d", size, len(sealed), want)
		}
		header, got, err := key.OpenWhole(sealed)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if header.Object != someID || header.Flags != 0x0102030405060708 || header.KeyID != key.ID() {
			t.Errorf("the header came back as %+v", header)
		}
	}
}

func TestEveryObjectHasAKeyOfItsOwn(t *testing.T) {
	key := NewKey()
	one, other := key.SealWhole(someID, 0, make([]byte, 64)), key.SealWhole(someID, 0, make([]byte, 64))
	if bytes.Equal(one[HeaderSize:], other[HeaderSize:]) {
		t.Error("the same plaintext was sealed alike twice")
	}
	grafted := slices.Concat(one[:HeaderSize], other[HeaderSize:])
	if _, _, err := key.OpenWhole(grafted); !errors.Is(err, ErrDamaged) {
		t.Errorf("the content of one object under the header of another: %v", err)
	}
}

func TestEveryFlippedBitIsFound(t *testing.T) {
	key := NewKey()
	sealed := key.SealWhole(someID, 1, []byte("bookmarks"))
	for i := range 8 * len(sealed) {
		sealed[i/8] ^= 1 << (i % 8)
		header, plaintext, err := key.OpenWhole(sealed)
		sealed[i/8] ^= 1 << (i % 8)
		if !errors.Is(err, ErrDamaged) && !(i/8 == 7 && errors.Is(err, ErrNewerFormat)) {
			t.Fatalf("bit %d of byte %d: %v", i%8, i/8, err)
		}
		if plaintext != nil || header != (Header{}) {
			t.Fatalf("bit %d of byte %d: something was handed out all the same", i%8, i/8)
		}
	}
}

func TestEveryCutIsFound(t *testing.T) {
	key := NewKey()
	sealed := key.SealWhole(someID, 0, []byte("bookmarks"))
	for n := range sealed {
		if _, _, err := key.OpenWhole(sealed[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	if _, _, err := key.OpenWhole(append(sealed, 0)); !errors.Is(err, ErrDamaged) {
		t.Errorf("with a byte more: %v", err)
	}
}

func TestAnotherKeyIsToldFromDamage(t *testing.T) {
	sealed := NewKey().SealWhole(someID, 0, []byte("bookmarks"))
	if _, _, err := NewKey().OpenWhole(sealed); !errors.Is(err, ErrWrongKey) || errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func TestAPartOpensAsNoOther(t *testing.T) {
	key := NewKey()
	object := key.NewObject(someID, 0)
	extra := []byte("where the index is")
	sealed := map[Part][]byte{
		Segment(0): object.Seal(nil, Segment(0), []byte("segment"), nil),
		Segment(1): object.Seal(nil, Segment(1), []byte("segment"), nil),
		Index(0):   object.Seal(nil, Index(0), []byte("index"), extra),
		Index(2):   object.Seal(nil, Index(2), []byte("index"), extra),
	}
	reader, err := key.OpenObject(object.HeaderBytes())
	if err != nil {
		t.Fatal(err)
	}
	for as := range sealed {
		for part, piece := range sealed {
			for _, with := range [][]byte{nil, extra} {
				_, err := reader.Open(nil, as, piece, with)
				right := as == part && (len(with) > 0) == (part.high > 0)
				if right != (err == nil) || err != nil && !errors.Is(err, ErrDamaged) {
					t.Errorf("part %v opened as %v with extra %q: %v", part, as, with, err)
				}
			}
		}
	}
}

func TestASegmentOfALargerObjectIsNoWholeObject(t *testing.T) {
	key := NewKey()
	object := key.NewObject(someID, 0)
	cut := object.Seal(object.HeaderBytes(), Segment(0), []byte("segment"), nil)
	if _, _, err := key.OpenWhole(cut); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func TestOpenAppendsToWhatIsThere(t *testing.T) {
	object := NewKey().NewObject(someID, 0)
	sealed := object.Seal([]byte("before "), Segment(0), []byte("segment"), nil)
	if !strings.HasPrefix(string(sealed), "before ") {
		t.Fatalf("Seal made %q", sealed)
	}
	got, err := object.Open([]byte("before "), Segment(0), sealed[len("before "):], nil)
	if err != nil || string(got) != "before segment" {
		t.Errorf("Open made %q, %v", got, err)
	}
}

func TestSeveralGoroutinesShareAnObject(t *testing.T) {
	object := NewKey().NewObject(someID, 0)
	var group sync.WaitGroup
	for i := range uint64(8) {
		group.Go(func() {
			want := fmt.Append(nil, "segment ", i)
			extra := fmt.Append(nil, "extra ", i)
			got, err := object.Open(nil, Segment(i), object.Seal(nil, Segment(i), want, extra), extra)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
	group.Wait()
}

func BenchmarkSealSegment(b *testing.B) {
	object, plaintext := NewKey().NewObject(someID, 0), make([]byte, 1<<20)
	buffer := make([]byte, 0, len(plaintext)+Overhead)
	b.SetBytes(int64(len(plaintext)))
	for i := uint64(0); b.Loop(); i++ {
		object.Seal(buffer, Segment(i), plaintext, nil)
	}
}

func BenchmarkOpenSegment(b *testing.B) {
	object := NewKey().NewObject(someID, 0)
	sealed := object.Seal(nil, Segment(0), make([]byte, 1<<20), nil)
	buffer := make([]byte, 0, len(sealed))
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, err := object.Open(buffer, Segment(0), sealed, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealCard(b *testing.B) {
	key, card := NewKey(), make([]byte, 500)
	for b.Loop() {
		key.SealWhole(someID, 0, card)
	}
}
