package snapshot

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
)

// PortableVector is a portable file and what a reader should make of it; docs/format.md describes portable.json.
type PortableVector struct {
	Name        string        `json:"name"`
	File        string        `json:"file"`
	Passphrases []string      `json:"passphrases"`
	Outcome     string        `json:"outcome"`
	Profile     uuid.UUID     `json:"profile,omitzero"`
	Snapshot    uuid.UUID     `json:"snapshot,omitzero"`
	Card        *VectorCard   `json:"card,omitempty"`
	Entries     []VectorEntry `json:"entries,omitempty"`
}

// VectorCard is what its profile is called.
type VectorCard struct {
	Name   string   `json:"name"`
	Colour string   `json:"colour"`
	Tags   []string `json:"tags"`
}

// MakePortableVectors makes them anew.
func MakePortableVectors(t testing.TB, folder string) {
	m := &vectorMaker{TB: t, shelf: shelf{}}
	g := newGenerator(2)
	dir := m.TempDir()
	write(m, dir, map[string]string{"Default/Cookies": string(g.database(4)), "Default/LOG": "", "Default/Local Storage/leveldb/000003.log": string(g.text(5 << 10))})
	profile, card := uuid.MustParse("0b5f0a4e-9df4-4d0c-8a1b-2f6d1c3e4a5b"), VectorCard{"Shop, größer", "#3b82f6", []string{"qa", "東京"}}
	saved, _ := m.save(m, dir, nil, Saving{Meta: Meta{Profile: profile}})
	sealed := card
	whole := cheaply(m, m.shelf, saved.Meta.ID, Meta{ID: saved.Meta.ID, Profile: profile, Device: "desk", OS: "linux", Browser: "Chromium", Version: "156.0.8078.79",
		Ended: Clean, Card: &Card{sealed.Name, sealed.Colour, sealed.Tags}})
	plain := cheaply(m, m.shelf, saved.Meta.ID, Meta{ID: saved.Meta.ID, Profile: profile, Ended: Clean})

	must(m, os.RemoveAll(folder))
	must(m, os.MkdirAll(folder, 0o755))
	var all []PortableVector
	add := func(v PortableVector, content []byte) {
		v.File += ".valise"
		if v.Passphrases == nil {
			v.Passphrases = []string{testPassphrase}
		}
		if v.Outcome == "whole" {
			v.Profile, v.Snapshot, v.Entries = profile, saved.Meta.ID, m.entries(dir)
		}
		all = append(all, v)
		must(m, os.WriteFile(filepath.Join(folder, v.File), content, 0o644))
	}
	changed := func(at int) []byte { return flipped(whole, (at+len(whole))%len(whole)) }
	add(PortableVector{Name: "whole", File: "whole", Outcome: "whole", Card: &card,
		Passphrases: []string{testPassphrase, "\u00a0 portable,\u00a02 words\n", "ｐortable, ２ words"}}, whole)
	add(PortableVector{Name: "without a card", File: "no-card", Outcome: "whole"}, plain)
	add(PortableVector{Name: "wrong passphrases", File: "whole", Outcome: "wrong passphrase",
		Passphrases: []string{"portable 2 words", "Portable, 2 words", "portable,  2 words"}}, whole)
	add(PortableVector{Name: "a bit of the slot flipped", File: "slot-flipped", Outcome: "damaged"}, changed(40))
	add(PortableVector{Name: "a bit of the index flipped", File: "index-flipped", Outcome: "damaged"}, changed(-trailerSize-30))
	add(PortableVector{Name: "the slot of another file", File: "slot-of-another", Outcome: "damaged"}, append(bytes.Clone(plain[:128]), whole[128:]...))
	add(PortableVector{Name: "a byte more", File: "byte-more", Outcome: "damaged"}, append(bytes.Clone(whole), 0))
	add(PortableVector{Name: "cut to its slot", File: "cut-to-slot", Outcome: "damaged"}, whole[:128])
	add(PortableVector{Name: "version 2 of the slot", File: "slot-2", Outcome: "newer"}, append([]byte("VALISEP\x02"), whole[8:]...))
	b, err := json.MarshalIndent(map[string]any{"vectors": all}, "", "  ")
	must(m, err)
	must(m, os.WriteFile(filepath.Join(folder, "portable.json"), append(b, '\n'), 0o644))
}
