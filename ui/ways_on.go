package ui

import (
	"errors"

	"valise/browser"
	"valise/crypto"
	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/parts"

	"github.com/google/uuid"
)

// waysOn are the buttons that fit a failure: where to mend its cause and, where that may help, to try again. profile is
// the one that was to be read; zero: none.
func (d *desk) waysOn(err error, profile uuid.UUID, again func()) []parts.Action {
	settings := parts.Action{Label: "Open settings", Do: d.showSettings}
	among := func(kinds ...error) bool {
		for _, kind := range kinds {
			if errors.Is(err, kind) {
				return true
			}
		}
		return false
	}
	var inUse *profiles.InUseError
	switch {
	case errors.As(err, &inUse) && !inUse.Elsewhere:
		return []parts.Action{{Label: "Show its browser", Do: func() { d.sessions.bringUp(profiles.SessionInfo{ID: inUse.Session}) }}}
	case among(vault.ErrWrongSecret, vault.ErrForbidden, vault.ErrNoBucket, vault.ErrWrongEndpoint, vault.ErrUntrusted,
		vault.ErrVaultGone, vault.ErrOtherVault, profiles.ErrNoCredentials, browser.ErrNoBrowser):
		return []parts.Action{settings}
	case profile != uuid.Nil && among(crypto.ErrDamaged):
		return []parts.Action{d.history(profile)} // an earlier snapshot may be whole
	case among(vault.ErrUnreachable, vault.ErrDiskFull, vault.ErrClock, crypto.ErrKeyringLocked, crypto.ErrNoKeyring,
		browser.ErrDidNotStart, browser.ErrInUse):
		if again != nil {
			return []parts.Action{{Label: "Try again", Do: again}}
		}
	}
	return nil
}
