package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

func TestADescriptionIsReadAsItIsWritten(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		_, err := ReadDescription(t.Context(), s)
		wants(t, err, ErrNoVault)

		d := Description{Format, uuid.New(), crypto.NewKey().ID(), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), crypto.Proof{3}}
		if err := writeDescription(t.Context(), s, d); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadDescription(t.Context(), s); err != nil || got != d {
			t.Errorf("it is read as %+v, %v", got, err)
		}
		wants(t, writeDescription(t.Context(), s, NewDescription(uuid.New(), d.KeyID)), ErrExists)
	})
}

func TestTheFormOfTheDescriptionIsFixed(t *testing.T) {
	d := Description{
		1, uuid.MustParse("018f4a6e-0000-7000-8000-000000000001"), crypto.KeyID{0xab, 15: 0xcd},
		time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), crypto.Proof{0x12, 15: 0xef}}
	s := newFolder(t)
	if err := writeDescription(t.Context(), s, d); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "format": 1,
  "vault": "018f4a6e-0000-7000-8000-000000000001",
  "key_id": "ab0000000000000000000000000000cd",
  "made": "2026-03-04T05:06:07Z",
  "proof": "120000000000000000000000000000ef"
}
`
	if got := get(t, s, "vault.json", 0, -1); got != want {
		t.Errorf("it is\n%s", got)
	}
}

func TestAnyFlippedBitOfTheDescriptionIsFound(t *testing.T) {
	key := crypto.NewKey()
	d := NewDescription(uuid.New(), key.ID())
	d.Proof = key.Vouch(d.Vouched())
	v, err := Create(filepath.Join(t.TempDir(), "vault"), d)
	if err != nil {
		t.Fatal(err)
	}
	path := v.local.path(descriptionName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(text []byte) error {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return v.CheckDescription(t.Context(), key.Vouch)
	}
	for bit := range 8 * len(whole) {
		flipped := bytes.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		if err := check(flipped); !errors.Is(err, crypto.ErrDamaged) && !errors.Is(err, crypto.ErrNewerFormat) {
			t.Errorf("bit %d of byte %d in %q: %v", bit%8, bit/8, flipped, err)
		}
	}
	if err := check(append(whole, ' ')); !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("with a blank more: %v", err)
	}
	if err := check(whole); err != nil {
		t.Errorf("undamaged: %v", err)
	}
	if err := check(bytes.Replace(whole, []byte("{"), []byte(`{"later": 1,`), 1)); err != nil {
		t.Errorf("with a field of a later day: %v", err)
	}
	d.Proof = crypto.Proof{}
	without, err := d.file()
	if err != nil {
		t.Fatal(err)
	}
	if err := check(without); err != nil {
		t.Errorf("of before there were proofs: %v", err)
	}
}

func TestADamagedOrNewerDescriptionIsRefused(t *testing.T) {
	for text, want := range map[string]error{
		``:                          crypto.ErrDamaged,
		`{`:                         crypto.ErrDamaged,
		`[]`:                        crypto.ErrDamaged,
		`{}`:                        crypto.ErrDamaged,
		`{"format": 1}`:             crypto.ErrDamaged,
		`{"format": 2, "vault": 7}`: crypto.ErrNewerFormat,
		`{"format": 1, "vault": "018f4a6e-0000-7000-8000-000000000001", "key_id": "ab"}`:                               crypto.ErrDamaged,
		`{"format": 1, "vault": "00000000-0000-0000-0000-000000000000", "key_id": "ab0000000000000000000000000000cd"}`: crypto.ErrDamaged,
		`{"format": 1, "vault": "018f4a6e-0000-7000-8000-000000000001", "key_id": "ab0000000000000000000000000000cd",
		  "something": "of a later day"}`: nil,
	} {
		if _, err := parseDescription([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}
