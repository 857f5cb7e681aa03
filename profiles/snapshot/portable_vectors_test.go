package snapshot_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"valise/crypto"
	"valise/profiles/snapshot"

	"github.com/google/uuid"
	"golang.org/x/crypto/argon2"
)

func TestBothReadersFindWhatThePortableVectorsSay(t *testing.T) {
	stored, fresh := "testdata/portable", filepath.Join(t.TempDir(), "portable")
	if *update {
		snapshot.MakePortableVectors(t, stored)
	}
	snapshot.MakePortableVectors(t, fresh)
	for _, folder := range []string{stored, fresh} {
		var all struct{ Vectors []snapshot.PortableVector }
		content, err := os.ReadFile(filepath.Join(folder, "portable.json"))
		if err == nil {
			err = json.Unmarshal(content, &all)
		}
		if err != nil || len(all.Vectors) == 0 {
			t.Fatalf("%s: %v", folder, err)
		}
		for _, v := range all.Vectors {
			file, err := os.ReadFile(filepath.Join(folder, v.File))
			if err != nil {
				t.Fatal(err)
			}
			for _, passphrase := range v.Passphrases {
				if got, err := portableByThePackage(t, v, file, passphrase); got != v.Outcome {
					t.Errorf("%s, %q: the package says %q (%v)", v.Name, passphrase, got, err)
				}
			}
			// The page's reader leaves the text of a passphrase to the person: it is the first that they are told.
			if got, err := portableByThePage(t, v, file, v.Passphrases[0]); got != v.Outcome {
				t.Errorf("%s: the page says %q (%v)", v.Name, got, err)
			}
		}
	}
}

func portableByThePackage(t *testing.T, v snapshot.PortableVector, file []byte, passphrase string) (string, error) {
	p, err := snapshot.OpenPortable(bytes.NewReader(file), int64(len(file)), passphrase)
	if errors.Is(err, crypto.ErrWrongPassphrase) {
		return "wrong passphrase", err
	}
	if err == nil {
		err = p.Check(t.Context(), nil)
	}
	if err != nil {
		return outcome(err, nil), err
	}
	m := p.Index.Meta
	if m.Profile != v.Profile || m.ID != v.Snapshot || (m.Card == nil) != (v.Card == nil) {
		t.Errorf("%s: the package finds %+v", v.Name, m)
	}
	if c := m.Card; c != nil && (c.Name != v.Card.Name || c.Colour != v.Card.Colour || !slices.Equal(c.Tags, v.Card.Tags)) {
		t.Errorf("%s: the package finds the card %+v", v.Name, c)
	}
	return "whole", nil
}

// portableByThePage is written after docs/format.md.
func portableByThePage(t *testing.T, v snapshot.PortableVector, file []byte, passphrase string) (string, error) {
	if len(file) < 128 || string(file[:7]) != "VALISEP" {
		return outcome(errPlainDamage, nil), nil
	}
	if file[7] != 1 {
		return outcome(errPlainNewer, nil), nil
	}
	slot, object := file[:128], file[128:]
	if sum := sha256.Sum256(slot[:116]); !bytes.Equal(sum[:12], slot[116:]) {
		return outcome(errPlainDamage, nil), nil
	}
	number := func(at int) uint32 { return binary.BigEndian.Uint32(slot[at:]) }
	salt := slot[20:36]
	stretched := argon2.IDKey([]byte(passphrase), salt, number(8), number(12), uint8(number(16)), 32)
	if !bytes.Equal(derive(stretched, salt, "valise 1 passphrase commitment", 32), slot[36:68]) {
		return "wrong passphrase", nil
	}
	block, err := aes.NewCipher(derive(stretched, salt, "valise 1 passphrase", 32))
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	key, err := gcm.Open(nil, make([]byte, 12), slot[68:116], slot[:68])
	if err != nil {
		return outcome(errPlainDamage, nil), err
	}
	o, err := readPlain(key, object)
	if errors.Is(err, errPlainKey) { // it came out of the file
		err = errPlainDamage
	}
	if err != nil {
		return outcome(err, nil), err
	}
	about := o.index.About
	if uuid.UUID(about.Profile) != v.Profile || len(o.index.Needs) > 0 || len(o.index.Tree) != len(v.Entries) {
		t.Errorf("%s: the page finds %+v", v.Name, o.index)
	}
	if card := v.Card; card != nil && (about.Card.Name != card.Name || about.Card.Colour != card.Colour || !slices.Equal(about.Card.Tags, card.Tags)) {
		t.Errorf("%s: the page finds the card %+v", v.Name, about.Card)
	}
	for i, e := range v.Entries {
		got := o.index.Tree[i]
		if got.Path != e.Path || got.Kind != e.Kind || int64(got.Size) != e.Size {
			t.Errorf("%s: the page finds %+v, not %+v", v.Name, got, e)
		}
		if e.Kind == 2 {
			continue
		}
		content, err := o.file(got, func([]byte) (*plainObject, error) { return nil, errPlainDamage })
		if sum := fmt.Sprintf("%x", sha256.Sum256(content)); err != nil || sum != e.SHA256 {
			t.Errorf("%s: %s has %s, %v", v.Name, e.Path, sum, err)
		}
	}
	return "whole", nil
}
