package crypto

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"valise/problem"
)

// ErrGuessable: a passphrase that is to keep a vault where others can try passphrases on it is too easily found.
var ErrGuessable = problem.New("that passphrase is too weak for a vault",
	"Take at least 12 characters or 4 words: whoever gets into the vault's place can try as many passphrases as they like. Left empty, Valise makes a good one.")

// What a passphrase has at least that keeps a vault: either is enough.
const (
	fewestCharacters = 12
	fewestWords      = 4
)

// MayKeepVault says whether a passphrase may be a way into a vault, whose slot lies where its owner is not alone. ErrNoPassphrase;
// ErrGuessable; ErrOddPassphrase. No error repeats any of it.
func MayKeepVault(passphrase string) error {
	text := canonical(passphrase)
	words := len(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) }))
	if n := utf8.RuneCountInString(text); n > 0 && n < fewestCharacters && (words < fewestWords || n < shortestPassphrase) {
		return ErrGuessable.Because(fmt.Errorf("it has %d characters", n))
	}
	return mayProtect(text)
}

// ResemblesRecoveryCode says whether whoever entered s is likely to have meant a recovery code, if not a right one. A passphrase
// has hardly ever as many characters, nearly all from a code's alphabet, and digits among them.
func ResemblesRecoveryCode(s string) bool {
	text := strings.Join(strings.FieldsFunc(s, separates), "")
	code, digits := values(text), 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	odd := bytes.Count(code, []byte{noValue})
	// Of a code 10 in 32 characters are digits, some of which may be typed as letters. Fewer than 1 in 20 never happens.
	return len(code) >= codeGroups*codeGroupSize*2/3 && odd*10 <= len(code) && digits*20 >= len(code)
}
