package vault

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"valise/crypto"

	"github.com/google/uuid"
)

// Format is the format of vaults that this Valise reads and writes.
const Format = 1

// Description is vault.json: what a vault says of itself in plain.
type Description struct {
	Format int // Format, for those that we make
	Vault  uuid.UUID
	KeyID  crypto.KeyID
	Made   time.Time
}

// NewDescription describes a vault that is made now.
func NewDescription(vault uuid.UUID, key crypto.KeyID) Description {
	return Description{Format, vault, key, time.Now().UTC().Truncate(time.Second)}
}

// descriptionJSON is its form in the file; the key id is hexadecimal.
type descriptionJSON struct {
	Format int       `json:"format"`
	Vault  uuid.UUID `json:"vault"`
	KeyID  string    `json:"key_id"`
	Made   time.Time `json:"made"`
}

// MarshalJSON writes the form of vault.json.
func (d Description) MarshalJSON() ([]byte, error) {
	return json.Marshal(descriptionJSON{d.Format, d.Vault, hex.EncodeToString(d.KeyID[:]), d.Made.UTC()})
}

// UnmarshalJSON reads the form of vault.json. Fields that it does not know are left alone.
func (d *Description) UnmarshalJSON(text []byte) error {
	var j descriptionJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	id, err := hex.DecodeString(j.KeyID)
	if err != nil || len(id) != len(d.KeyID) {
		return fmt.Errorf("key_id is not %d hexadecimal bytes", len(d.KeyID))
	}
	*d = Description{j.Format, j.Vault, crypto.KeyID(id), j.Made}
	return nil
}

// ReadDescription reads vault.json. ErrNoVault; crypto.ErrDamaged; crypto.ErrNewerFormat.
func ReadDescription(ctx context.Context, s Store) (Description, error) {
	const enough = 64 << 10
	body, err := s.Get(ctx, descriptionName, 0, enough)
	if errors.Is(err, ErrNotFound) {
		return Description{}, ErrNoVault.Because(errors.New(s.String()))
	}
	if err != nil {
		return Description{}, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, enough))
	if err != nil {
		return Description{}, err
	}
	return parseDescription(text)
}

func parseDescription(text []byte) (Description, error) {
	var d Description
	// The format comes first: a newer one may have other fields.
	var format struct{ Format int }
	if err := json.Unmarshal(text, &format); err != nil {
		return d, crypto.ErrDamaged.Because(fmt.Errorf("%s: %w", descriptionName, err))
	}
	if format.Format > Format {
		return d, crypto.ErrNewerFormat.Because(fmt.Errorf("%s has format %d", descriptionName, format.Format))
	}
	err := json.Unmarshal(text, &d)
	if err == nil && (d.Format != Format || d.Vault == uuid.Nil) {
		err = errors.New("format or vault id is missing")
	}
	if err != nil {
		return d, crypto.ErrDamaged.Because(fmt.Errorf("%s: %w", descriptionName, err))
	}
	return d, nil
}

// writeDescription makes s the place of the vault d. ErrExists: there is a vault already, of whatever id.
func writeDescription(ctx context.Context, s Store, d Description) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	return s.Put(ctx, descriptionName, bytes.NewReader(text), int64(len(text)))
}
