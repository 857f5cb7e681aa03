package profiles

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"valise/crypto"
	"valise/internal/fault"
	"valise/problem"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// KnownVault is a vault that this computer has. One at a time is used; the others wait with their keys where they are.
type KnownVault struct {
	ID    uuid.UUID      `json:"id"`
	Name  string         `json:"name"` // on this computer
	Place vault.Location `json:"place,omitzero"`
	Used  bool           `json:"used,omitempty"`
}

// VaultNameTakenError says that another vault of this computer has the name.
type VaultNameTakenError struct{ Name string }

func (e *VaultNameTakenError) Error() string {
	return fmt.Sprintf("a vault named %q is on this computer already", e.Name)
}
func (e *VaultNameTakenError) NextStep() string {
	return "Choose another name, or go over to that one: `valise vault use NAME`."
}

var errNoVaultName = problem.New("a vault needs a name", "Use at most 120 letters, digits, spaces and signs.")

// use makes a vault the one that is used. Where the one before is kept stays noted.
func (s *Settings) use(id uuid.UUID, at vault.Location) {
	if s.Vault != uuid.Nil {
		s.known(s.Vault).Place = s.Place
	}
	s.Vault, s.Place = id, at
	s.known(id).Place = at
}

// known is what is noted of a vault.
func (s *Settings) known(id uuid.UUID) *KnownVault {
	for i := range s.Vaults {
		if s.Vaults[i].ID == id {
			return &s.Vaults[i]
		}
	}
	s.Vaults = append(s.Vaults, KnownVault{ID: id})
	return &s.Vaults[len(s.Vaults)-1]
}

// Vaults are those of this computer, the one that is used first.
func (h Home) Vaults() ([]KnownVault, error) {
	settings, err := h.Settings()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(filepath.Join(h.Dir, "vaults"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("listing the vaults: %w", err)
	}
	list := []KnownVault{}
	for _, e := range entries {
		id, err := uuid.Parse(e.Name())
		if err != nil {
			continue
		}
		if _, err := vault.Open(h.vault(id)); errors.Is(err, vault.ErrNoVault) {
			continue // the beginning of one
		}
		v := *settings.known(id)
		if v.Name == "" {
			v.Name = "Vault " + id.String()[:4]
		}
		if v.Used = id == settings.Vault; v.Used {
			v.Place = settings.Place
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b KnownVault) int {
		if a.Used != b.Used {
			if a.Used {
				return -1
			}
			return 1
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return list, nil
}

// FindVault finds a vault of this computer by its name (in any case), its id, or an unambiguous beginning of that.
// *NotFoundError, *AmbiguousError.
func (h Home) FindVault(nameOrID string) (KnownVault, error) {
	all, err := h.Vaults()
	if err != nil {
		return KnownVault{}, err
	}
	asked := strings.ToLower(nameOrID)
	return pick("vault", nameOrID, all, func(v KnownVault) uuid.UUID { return v.ID },
		func(v KnownVault) bool { return v.ID.String() == asked },
		func(v KnownVault) bool { return strings.EqualFold(v.Name, nameOrID) },
		func(v KnownVault) bool { return len(asked) >= shortestPart && strings.HasPrefix(v.ID.String(), asked) })
}

// freeVaultName checks a name for a vault. *VaultNameTakenError: a vault other than but has it.
func (h Home) freeVaultName(name string, but uuid.UUID) (string, error) {
	if name = strings.TrimSpace(name); name == "" || checkName(name) != nil {
		return "", errNoVaultName
	}
	all, err := h.Vaults()
	if err != nil {
		return "", err
	}
	for _, v := range all {
		if v.ID != but && strings.EqualFold(v.Name, name) {
			return "", &VaultNameTakenError{v.Name}
		}
	}
	return name, nil
}

// NameVault gives a vault another name on this computer.
func (h Home) NameVault(id uuid.UUID, name string) error {
	name, err := h.freeVaultName(name, id)
	if err != nil {
		return err
	}
	return h.ChangeSettings(func(s *Settings) { s.known(id).Name = name })
}

// NewVault makes another vault, with a key of its own, and uses it from then on. ErrSessionsRunning; *VaultNameTakenError.
func NewVault(ctx context.Context, h Home, name string) error {
	if err := h.make(); err != nil {
		return err
	}
	name, err := h.freeVaultName(name, uuid.Nil)
	if err != nil {
		return err
	}
	return h.goOver(ctx, func() (uuid.UUID, error) {
		id, err := newVault(ctx, h, crypto.OpenKeyring())
		if err != nil {
			return uuid.Nil, fmt.Errorf("making a vault: %w", err)
		}
		return id, h.ChangeSettings(func(s *Settings) { s.known(id).Name = name })
	})
}

// UseVault goes over to another vault of this computer. ErrSessionsRunning; the errors of opening a vault.
func UseVault(ctx context.Context, h Home, id uuid.UUID) error {
	return h.goOver(ctx, func() (uuid.UUID, error) {
		_, _, err := h.openVault(ctx, crypto.OpenKeyring(), id)
		return id, err
	})
}

// goOver uses the vault that get returns, unless browsers are open in the one that is used now.
func (h Home) goOver(ctx context.Context, get func() (uuid.UUID, error)) error {
	lock, err := h.lockVault(ctx)
	if err != nil {
		return err
	}
	defer lock.Close()
	settings, err := h.Settings()
	if err != nil {
		return err
	}
	if err := mayLeave(ctx, h, settings, vault.Description{}, true); err != nil {
		return err
	}
	id, err := get()
	if err != nil {
		return err
	}
	fault.Point("going over: the other vault is at hand")
	if err := h.ChangeSettings(func(s *Settings) { s.use(id, s.known(id).Place) }); err != nil {
		return err
	}
	h.tellOfVault(ctx)
	return nil
}

// tellOfVault has the processes that have another vault open go over to the one that is used.
func (h Home) tellOfVault(ctx context.Context) {
	for _, socket := range h.sockets("") {
		ask(ctx, socket, http.MethodPost, "/changed", uuid.Nil, nil)
	}
}
