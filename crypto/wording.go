package crypto

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sethvargo/go-diceware/diceware"
	"golang.org/x/text/unicode/norm"
)

// passphraseWords is how many words of the list a passphrase of ours has. There are 7,776, of which those with a hyphen are
// left out, and none comes twice: 77.5 bits.
const passphraseWords = 6

// NewPassphrase makes a passphrase that is easy to read out and to type: six words in small letters, with hyphens between.
// The words are those of EFF's long list (https://www.eff.org/dice, CC BY 3.0 US), which were chosen for that.
func NewPassphrase() string {
	for {
		words, err := diceware.Generate(passphraseWords) // from crypto/rand
		if err != nil {
			panic("crypto: " + err.Error()) // only where the list has fewer words
		}
		if text := strings.Join(words, "-"); strings.Count(text, "-") == passphraseWords-1 {
			return text
		}
	}
}

// canonical is the text of a passphrase that counts: in Unicode's form NFKC, without spaces around it. A passphrase of six or
// more words, which are all of the letters A to Z, counts the same however it is typed: in small letters, with one hyphen
// between two words, whatever spaces and dashes there were. That is what NewPassphrase makes; no other list of words comes
// into it, so that none can change what a slot is opened with.
func canonical(passphrase string) string {
	text := strings.TrimSpace(norm.NFKC.String(strings.ToValidUTF8(passphrase, noText)))
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) })
	if len(words) < passphraseWords {
		return text
	}
	for _, word := range words {
		if strings.ContainsFunc(word, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) {
			return text
		}
	}
	return strings.ToLower(strings.Join(words, "-"))
}

// noText stands for what is no UTF-8.
const noText = string(utf8.RuneError)

// The shortest passphrase that something is sealed under (NIST SP 800-63B) and the longest, in characters.
const shortestPassphrase, longestPassphrase = 8, 1000

// mayProtect says whether a key may be sealed under a passphrase, in its canonical form.
func mayProtect(text string) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return ErrNoPassphrase
	case n < shortestPassphrase:
		return ErrWeakPassphrase.Because(fmt.Errorf("it has %d characters", n))
	case n > longestPassphrase, strings.Contains(text, noText), strings.ContainsFunc(text, unicode.IsControl):
		return ErrOddPassphrase
	}
	return nil
}
