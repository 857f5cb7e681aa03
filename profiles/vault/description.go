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
	Proof  crypto.Proof // that the vault's key was at hand when this was written; zero in vaults of before there were proofs
}

// NewDescription describes a vault that is made now.
func NewDescription(vault uuid.UUID, key crypto.KeyID) Description {
	return Description{Format: Format, Vault: vault, KeyID: key, Made: time.Now().UTC().Truncate(time.Second)}
}

// Vouched is what the proof is for: three lines.
func (d Description) Vouched() []byte {
	return fmt.Appendf(nil, "%s\n%s\n%s\n", d.Vault, d.KeyID, d.Made.UTC().Format(time.RFC3339Nano))
}

// descriptionJSON is its form in the file; key id and proof are hexadecimal.
type descriptionJSON struct {
	Format int       `json:"format"`
	Vault  uuid.UUID `json:"vault"`
	KeyID  string    `json:"key_id"`
	Made   time.Time `json:"made"`
	Proof  string    `json:"proof,omitempty"`
}

// MarshalJSON writes the form of vault.json.
func (d Description) MarshalJSON() ([]byte, error) {
	j := descriptionJSON{d.Format, d.Vault, hex.EncodeToString(d.KeyID[:]), d.Made.UTC(), ""}
	if d.Proof != (crypto.Proof{}) {
		j.Proof = hex.EncodeToString(d.Proof[:])
	}
	return json.Marshal(j)
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
	*d = Description{Format: j.Format, Vault: j.Vault, KeyID: crypto.KeyID(id), Made: j.Made}
	if j.Proof == "" {
		return nil
	}
	proof, err := hex.DecodeString(j.Proof)
	if err != nil || len(proof) != len(d.Proof) {
		return fmt.Errorf("proof is not %d hexadecimal bytes", len(d.Proof))
	}
	d.Proof = crypto.Proof(proof)
	return nil
}

// file is the content of vault.json.
func (d Description) file() ([]byte, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

// CheckDescription reads the vault.json of the local copy once more and looks closer than ReadDescription does, which takes
// whatever can be understood: is each of its bytes what was written? vouch makes the proof of the vault's key. ErrNoVault;
// crypto.ErrDamaged; crypto.ErrNewerFormat.
func (v *Vault) CheckDescription(ctx context.Context, vouch func(content []byte) crypto.Proof) error {
	text, err := readDescription(ctx, v.local)
	if err != nil {
		return err
	}
	d, err := parseDescription(text)
	if err != nil {
		return err
	}
	wrong := func(what string) error {
		return crypto.ErrDamaged.Because(fmt.Errorf("%s: %s", descriptionName, what))
	}
	isProved := d.Proof != (crypto.Proof{})
	if isProved && d.Proof != vouch(d.Vouched()) {
		return wrong("it was not written with the vault's key")
	}
	var fields map[string]json.RawMessage // json takes "Format" for "format"; this does not
	if err := json.Unmarshal(text, &fields); err != nil {
		return wrong(err.Error())
	}
	for _, name := range []string{"format", "vault", "key_id", "made"} {
		if fields[name] == nil {
			return wrong(name + " is missing")
		}
		delete(fields, name)
	}
	if isProved && fields["proof"] != nil {
		delete(fields, "proof")
		if len(fields) > 0 {
			return nil // of a later day
		}
	}
	if want, err := d.file(); err != nil || !bytes.Equal(want, text) {
		return wrong("it differs from what was written")
	}
	return nil
}

// ReadDescription reads vault.json. ErrNoVault; crypto.ErrDamaged; crypto.ErrNewerFormat.
func ReadDescription(ctx context.Context, s Store) (Description, error) {
	text, err := readDescription(ctx, s)
	if err != nil {
		return Description{}, err
	}
	return parseDescription(text)
}

func readDescription(ctx context.Context, s Store) ([]byte, error) {
	const enough = 64 << 10
	body, err := s.Get(ctx, descriptionName, 0, enough)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNoVault.Because(errors.New(s.String()))
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(io.LimitReader(body, enough))
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
	text, err := d.file()
	if err != nil {
		return err
	}
	return s.Put(ctx, descriptionName, bytes.NewReader(text), int64(len(text)))
}
