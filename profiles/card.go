package profiles

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// card is what a person says of a profile. Each change is a new object, and what is there of a profile is put together field
// by field (merge): of what two devices changed nothing is lost. Its plaintext is JSON, and fields that this version does not
// know are kept for those that do.
type card struct {
	Profile uuid.UUID            `json:"profile"` // whose it is: a card that is put under another profile is damage
	Name    string               `json:"name,omitempty"`
	Colour  string               `json:"colour,omitempty"`
	Tags    []string             `json:"tags,omitempty"`
	Pinned  bool                 `json:"pinned,omitempty"`
	Labels  map[uuid.UUID]string `json:"labels,omitempty"` // of snapshots
	Trashed time.Time            `json:"trashed,omitzero"`
	Expired bool                 `json:"expired,omitempty"` // that is why it is in the trash
	Expires int                  `json:"expires,omitempty"` // days without an opening; 0: as the vault says, below: never
	Opened  time.Time            `json:"opened,omitzero"`   // last, to the day

	// Changed says of each field in which card it got its value. Each label is a field of its own.
	Changed map[string]uuid.UUID `json:"changed,omitempty"`
	// Replaces names older cards, which are part of this one and can go.
	Replaces []uuid.UUID `json:"replaces,omitempty"`

	unknown map[string]json.RawMessage
}

type plainCard card // without methods

func (c card) MarshalJSON() ([]byte, error) {
	known, err := json.Marshal(plainCard(c))
	if err != nil || len(c.unknown) == 0 {
		return known, err
	}
	all := maps.Clone(c.unknown)
	if err := json.Unmarshal(known, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

func (c *card) UnmarshalJSON(data []byte) error {
	var plain plainCard
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	*c = card(plain)
	if err := json.Unmarshal(data, &c.unknown); err != nil {
		return err
	}
	for _, name := range knownFields {
		delete(c.unknown, name)
	}
	return nil
}

// knownFields are the names of the fields that this version knows.
var knownFields = func() (names []string) {
	of := reflect.TypeFor[card]()
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}()

// flagCard marks a sealed object as a card (docs/format.md).
const flagCard = 1

// maxCard bounds what is read of a card; they are a few hundred bytes.
const maxCard = 1 << 20

// readCard reads a card.
func (l *Library) readCard(ctx context.Context, profile, id uuid.UUID) (card, error) {
	return l.cards.get(id, func() (card, error) { return l.loadCard(ctx, profile, id) })
}

// loadCard is readCard without what is remembered.
func (l *Library) loadCard(ctx context.Context, profile, id uuid.UUID) (card, error) {
	plaintext, err := l.readWhole(ctx, vault.CardName(profile, id), id, flagCard, maxCard)
	if err != nil {
		return card{}, err
	}
	var c card
	if err := json.Unmarshal(plaintext, &c); err != nil {
		return card{}, crypto.ErrDamaged.Because(err)
	}
	if c.Profile != profile {
		return card{}, crypto.ErrDamaged.Because(fmt.Errorf("the card is another profile's"))
	}
	return c, nil
}

// card is what the cards of a profile say together. Where one cannot be read, that is the error, beside what the others say.
func (l *Library) card(ctx context.Context, profile uuid.UUID, s *shelf) (card, error) {
	var all []dated
	var failed error
	for _, id := range s.cards {
		c, err := l.readCard(ctx, profile, id)
		if err != nil {
			failed = err
			continue
		}
		all = append(all, dated{id, c})
	}
	return merge(all), failed
}

// readWhole opens a small object that is sealed in one piece, of at most limit bytes, which must be the one that it is
// named after.
func (l *Library) readWhole(ctx context.Context, name string, id uuid.UUID, flag uint64, limit int64) ([]byte, error) {
	f, err := l.vault.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sealed, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, err
	}
	return l.openWhole(sealed, id, flag)
}

// openWhole opens what is sealed in one piece, if it is what it is named after.
func (l *Library) openWhole(sealed []byte, id uuid.UUID, flag uint64) ([]byte, error) {
	header, plaintext, err := l.key.OpenWhole(sealed)
	if err != nil {
		return nil, err
	}
	if header.Flags != flag || header.Object != id {
		return nil, crypto.ErrDamaged.Because(fmt.Errorf("the object is not the one that it is named after"))
	}
	return plaintext, nil
}

// changeCard writes a new card for the profile, made from those there are; one change at a time on this computer. What changes
// nothing writes nothing.
func (l *Library) changeCard(ctx context.Context, profile uuid.UUID, change func(*card) error) error {
	unlock, err := l.lockCards(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	shelf, err := l.shelf(profile)
	if err != nil {
		return err
	}
	before, err := l.card(ctx, profile, shelf)
	if err != nil {
		return fmt.Errorf("reading the profile's card: %w", err)
	}
	after := before.clone()
	if err := change(&after); err != nil {
		return err
	}
	after.Profile = profile
	id := snapshot.NewIDAt(l.now(), lastOf(shelf.cards))
	if !after.stamp(before, id) {
		return nil
	}
	after.Replaces = shelf.cards
	plaintext, err := json.Marshal(after)
	if err != nil {
		return err
	}
	if err := l.put(vault.CardName(profile, id), l.key.SealWhole(id, flagCard, plaintext)); err != nil {
		return err
	}
	fault.Point("changing: the new card is there")
	for _, older := range shelf.cards {
		if err := l.vault.Remove(ctx, vault.CardName(profile, older)); err != nil {
			return fmt.Errorf("removing a card that was replaced: %w", err)
		}
	}
	return nil
}

// put stores a small object.
func (l *Library) put(name string, data []byte) error {
	w, err := l.vault.Writer(name)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Commit()
}

// lockCards keeps changes of cards, in all processes, one after the other.
func (l *Library) lockCards(ctx context.Context) (unlock func(), err error) {
	lock := flock.New(filepath.Join(l.home.locks(), "cards"), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, fmt.Errorf("waiting for another change: %w", err)
	}
	return func() { lock.Close() }, nil
}
