package crypto

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A recovery code is a key that a person can print, read out and type in again: 14 groups of 5 characters in
// Crockford's base32 (https://www.crockford.com/base32.html), in which no two characters are easily confused.
//
//	groups 1-13   4 characters each: the 256 bits of the key and 4 zero bits
//	group 14      4 characters: the first 20 bits of SHA-256("valise 1 recovery code" || key)
//
// The fifth character of each group makes the group's syndrome the number of its place. So any one wrong character, any
// two that changed places within a group, and any two groups that did are found without fail, and the group is known;
// what is worse than that is left to the checksum in group 14.
const (
	codeGroups    = 14
	codeGroupSize = 5
	codeAlphabet  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeChecksum  = "valise 1 recovery code"
)

var codeBase32 = base32.NewEncoding(codeAlphabet).WithPadding(base32.NoPadding)

// RecoveryCode is the key in the form that a person keeps. Whoever reads it can open the vault.
func (k Key) RecoveryCode() string {
	sum := sha256.Sum256(append([]byte(codeChecksum), k[:]...))
	data := codeBase32.EncodeToString(k[:]) + codeBase32.EncodeToString(sum[:3])[:codeGroupSize-1]
	var code []string
	for len(data) > 0 {
		group := data[:codeGroupSize-1]
		data = data[len(group):]
		place := byte(len(code) + 1)
		check := multiply(syndrome(values(group))) ^ place
		code = append(code, group+string(codeAlphabet[check]))
	}
	return strings.Join(code, "-")
}

// ParseRecoveryCode reads a code as people type it: capitals or not, O for 0, I and L for 1, with or without spaces,
// dashes and line breaks. Its errors are *RecoveryCodeError, and repeat nothing of the code.
func ParseRecoveryCode(s string) (Key, error) {
	words := strings.FieldsFunc(s, separates)
	code := values(strings.Join(words, ""))
	groups := slices.Collect(slices.Chunk(code, codeGroupSize))
	wrong := misplaced(groups)
	switch {
	case len(words) == 0:
		return Key{}, errNoCode
	case len(words) == codeGroups && slices.ContainsFunc(words, unlikeGroup):
		// The groups were kept apart: the one that lacks a character can be told from those behind it.
		return Key{}, unevenGroup(slices.IndexFunc(words, unlikeGroup) + 1)
	case len(code) != codeGroups*codeGroupSize:
		return Key{}, wrongLength(len(code), append(wrong, len(groups)+1)[0])
	case len(wrong) == 2 && place(groups[wrong[0]-1]) == wrong[1] && place(groups[wrong[1]-1]) == wrong[0]:
		return Key{}, swappedGroups(wrong[0], wrong[1])
	case len(wrong) > 0:
		return Key{}, wrongGroups(wrong)
	}

	var data []byte
	for _, group := range groups[:codeGroups-1] {
		for _, value := range group[:codeGroupSize-1] {
			data = append(data, codeAlphabet[value])
		}
	}
	raw, err := codeBase32.DecodeString(string(data))
	if err != nil || len(raw) != len(Key{}) {
		return Key{}, errCodeChecksum
	}
	// A key has exactly one code: that it is this one shows that the checksum and the four zero bits are right.
	key := Key(raw)
	if !bytes.Equal(code, values(strings.ReplaceAll(key.RecoveryCode(), "-", ""))) {
		return Key{}, errCodeChecksum
	}
	return key, nil
}

// separates tells what may stand between characters: spaces, line breaks, dashes of any kind, and what cannot be seen.
func separates(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Pd, unicode.Cf)
}

func unlikeGroup(word string) bool { return utf8.RuneCountInString(word) != codeGroupSize }

// noValue is the value of what cannot be in a code.
const noValue = 0xff

// values gives each character its value in the alphabet.
func values(s string) []byte {
	var out []byte
	for _, r := range strings.ToUpper(s) {
		switch r {
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if i := strings.IndexRune(codeAlphabet, r); i >= 0 {
			out = append(out, byte(i))
		} else {
			out = append(out, noValue)
		}
	}
	return out
}

// misplaced lists the places (from 1) whose groups do not belong there.
func misplaced(groups [][]byte) []int {
	var wrong []int
	for i, group := range groups {
		if place(group) != i+1 {
			wrong = append(wrong, i+1)
		}
	}
	return wrong
}

// place is where a group belongs, counted from 1; 0 is nowhere.
func place(group []byte) int {
	if len(group) != codeGroupSize || slices.Contains(group, noValue) {
		return 0
	}
	return int(syndrome(group))
}

// syndrome reads values as a polynomial over GF(32) and evaluates it at the generator x. The five characters of a group
// thus weigh x^4, x^3, x^2, x and 1: none of these is zero and no two are equal, so a wrong character changes the sum,
// and so do two different ones that change places.
func syndrome(values []byte) byte {
	var sum byte
	for _, v := range values {
		sum = multiply(sum) ^ v
	}
	return sum
}

// multiply multiplies by x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1).
func multiply(a byte) byte {
	a <<= 1
	if a&0b100000 != 0 {
		a ^= 0b100101
	}
	return a
}
