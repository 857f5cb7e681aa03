package cli

import (
	"errors"
	"fmt"
	"testing"

	"valise/crypto"
	"valise/profiles"
	"valise/profiles/vault"
)

func TestExitCodesTellErrorsApart(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{crypto.ErrNoKeyring, 1},
		{&profiles.NameTakenError{Name: "shop"}, 1},
		{&usageError{what: "no"}, 2},
		{&profiles.NotFoundError{What: "profile", Name: "shop"}, 3},
		{&profiles.AmbiguousError{What: "profile", Name: "3f"}, 3},
		{vault.ErrNoVault, 3},
		{vault.ErrNoBucket.Because(errors.New("404")), 3},
		{&profiles.InUseError{Name: "shop"}, 4},
		{&advised{&profiles.InUseError{Name: "shop"}, "close it"}, 4},
		{crypto.ErrWrongKey, 5},
		{crypto.ErrDamaged.Because(errors.New("cut short")), 5},
		{&crypto.RecoveryCodeError{Group: 3}, 5},
		{crypto.ErrWrongPassphrase, 5},
		{crypto.ErrNoPassphrase, 5},
		{profiles.ErrNotPortable, 5},
		{profiles.ErrFileDamaged.Because(crypto.ErrDamaged), 5},
		{profiles.ErrFileThere, 1},
		{&profiles.NotFoundError{What: "file", Name: "shop.valise"}, 3},
		{errFlaws, 5},
		{&commandExit{code: 42}, 42},
		{failures{&profiles.InUseError{Name: "shop"}, crypto.ErrDamaged}, 4},
	} {
		if code := exitCode(test.err); code != test.code {
			t.Errorf("%v: %d instead of %d", test.err, code, test.code)
		}
		if _, several := test.err.(failures); test.err == nil || several {
			continue
		}
		if code := exitCode(fmt.Errorf("opening: %w", test.err)); code != test.code {
			t.Errorf("%v, wrapped: %d instead of %d", test.err, code, test.code)
		}
	}
}
