package profiles

import (
	"slices"

	"valise/crypto"
	"valise/profiles/vault"
)

// refusal is an error on its way between processes. Its kinds let the other end tell it from others (errors.Is).
type refusal struct {
	What     string         `json:"error"`
	Next     string         `json:"next,omitempty"`
	Kinds    []string       `json:"kinds,omitempty"`
	NotFound *NotFoundError `json:"not_found,omitempty"`
}

var kinds = map[string]error{
	"kept": ErrKept, "damaged": crypto.ErrDamaged, "wrong key": crypto.ErrWrongKey, "disk full": vault.ErrDiskFull,
}

func (r *refusal) Error() string    { return r.What }
func (r *refusal) NextStep() string { return r.Next }
func (r *refusal) Is(target error) bool {
	return slices.ContainsFunc(r.Kinds, func(kind string) bool { return kinds[kind] == target })
}
