package crypto

import (
	"errors"
	"strings"
	"testing"

	"valise/problem"
)

func TestAWeakPassphraseKeepsNoVault(t *testing.T) {
	for text, want := range map[string]error{
		"": ErrNoPassphrase, " \n": ErrNoPassphrase,
		"12345678901": ErrGuessable, "   üüüüüüüüüüü   ": ErrGuessable, "now me too": ErrGuessable, "a b c d": ErrGuessable,
		"two lines\nof text": ErrOddPassphrase, strings.Repeat("x", 1001): ErrOddPassphrase,
		"123456789012": nil, "üüüüüüüüüüüü": nil, "to be or no": nil, "is-it-me-us": nil, NewPassphrase(): nil,
	} {
		err := MayKeepVault(text)
		if !errors.Is(err, want) || err != nil && problem.NextStep(err) == "" {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
		if text = strings.TrimSpace(text); err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats the passphrase: %v", err)
		}
	}
}

func TestACodeWithErrorsIsToldFromAPassphrase(t *testing.T) {
	for range 1000 {
		code := NewKey().RecoveryCode()
		for _, text := range []string{
			code, strings.ToLower(code), strings.ReplaceAll(code, "-", " "), strings.ReplaceAll(code, "-", ""),
			code[:60], "U" + code[1:], strings.ReplaceAll(code, "0", "O"), code + "-7",
		} {
			if !ResemblesRecoveryCode(text) {
				t.Errorf("%q is not taken for a recovery code", text)
			}
		}
		if passphrase := NewPassphrase(); ResemblesRecoveryCode(passphrase) {
			t.Errorf("%q is taken for a recovery code", passphrase)
		}
	}
	for _, text := range []string{"", "AAAAA-BBBBB", "12345678901234567890", strings.Repeat("correct horse battery staple ", 4)} {
		if ResemblesRecoveryCode(text) {
			t.Errorf("%q is taken for a recovery code", text)
		}
	}
}
