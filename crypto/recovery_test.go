package crypto

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"valise/problem"
)

// someCodes are the codes that the properties are tried on: every one that is tried finds the same.
func someCodes() map[Key]string {
	codes := map[Key]string{}
	for _, key := range []Key{{}, Key(bytes.Repeat([]byte{0xff}, 32)), NewKey(), NewKey(), NewKey()} {
		codes[key] = key.RecoveryCode()
	}
	return codes
}

// misread parses a wrong code and returns the error, which must be of the right kind, give the next step, and repeat
// nothing of the code.
func misread(t *testing.T, code string) *RecoveryCodeError {
	t.Helper()
	_, err := ParseRecoveryCode(code)
	var wrong *RecoveryCodeError
	if !errors.As(err, &wrong) {
		t.Fatalf("%q: got %v", code, err)
	}
	if problem.NextStep(err) == "" {
		t.Fatalf("%v has no next step", err)
	}
	for _, group := range strings.FieldsFunc(code, separates) {
		if len(group) == codeGroupSize && strings.Contains(err.Error()+wrong.NextStep(), group) {
			t.Fatalf("%q repeats %s of the code", err, group)
		}
	}
	return wrong
}

func names(t *testing.T, err *RecoveryCodeError, group int) {
	t.Helper()
	if err.Group != group || !regexp.MustCompile(fmt.Sprintf(`groups? %d\b`, group)).MatchString(err.Error()) {
		t.Fatalf("it is in group %d, but: %v (Group %d)", group, err, err.Group)
	}
}

func TestRecoveryCodeLooksAsItIsDescribed(t *testing.T) {
	shape := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{5}-){13}[0-9A-HJKMNP-TV-Z]{5}$`)
	for _, code := range someCodes() {
		if !shape.MatchString(code) {
			t.Errorf("%q", code)
		}
	}
}

func TestRecoveryCodeIsReadAsPeopleTypeIt(t *testing.T) {
	forgiving := strings.NewReplacer("0", "o", "1", "l")
	for key, code := range someCodes() {
		for _, typed := range []string{
			code,
			strings.ToLower(code),
			strings.ReplaceAll(code, "-", ""),
			strings.ReplaceAll(code, "-", " "),
			strings.ReplaceAll(code, "-", "\r\n"),
			strings.ReplaceAll(code, "-", " \u2013\u00a0"), // a dash and a space as word processors set them
			"\ufeff\n\t " + code + " \n",
			strings.Join(strings.Split(code, ""), " "),
			forgiving.Replace(code),
			strings.ToUpper(forgiving.Replace(code)),
			strings.ReplaceAll(code, "1", "i"),
		} {
			got, err := ParseRecoveryCode(typed)
			if err != nil || got != key {
				t.Errorf("%q: %v", typed, err)
			}
		}
	}
}

func TestEveryWrongCharacterIsFoundInItsGroup(t *testing.T) {
	for _, code := range someCodes() {
		for i := range code {
			if code[i] == '-' {
				continue
			}
			for _, wrong := range codeAlphabet + "U*?!.ä鍵" {
				if wrong == rune(code[i]) {
					continue
				}
				typed := code[:i] + string(wrong) + code[i+1:]
				names(t, misread(t, typed), i/6+1)
				names(t, misread(t, strings.ReplaceAll(typed, "-", "")), i/6+1)
			}
		}
	}
}

func TestEveryTwoCharactersThatChangedPlacesAreFoundInTheirGroup(t *testing.T) {
	for _, code := range someCodes() {
		code := strings.ReplaceAll(code, "-", "")
		for i := range code {
			group := i / codeGroupSize
			for j := i + 1; j < len(code) && (j/codeGroupSize == group || j == i+1); j++ { // neighbours of two groups too
				if code[i] == code[j] {
					continue
				}
				typed := []byte(code)
				typed[i], typed[j] = typed[j], typed[i]
				names(t, misread(t, string(typed)), group+1)
			}
		}
	}
}

func TestEveryTwoGroupsThatChangedPlacesAreFound(t *testing.T) {
	for _, code := range someCodes() {
		for a := range codeGroups {
			for b := a + 1; b < codeGroups; b++ {
				groups := strings.Split(code, "-")
				groups[a], groups[b] = groups[b], groups[a]
				err := misread(t, strings.Join(groups, "-"))
				names(t, err, a+1)
				if want := fmt.Sprintf("groups %d and %d of 14", a+1, b+1); !strings.Contains(err.Error(), want) {
					t.Fatalf("%v does not name %s", err, want)
				}
			}
		}
	}
}

func TestAMissingOrRepeatedGroupIsFoundWhereItIs(t *testing.T) {
	for _, code := range someCodes() {
		groups := strings.Split(code, "-")
		for i, group := range groups {
			without := append(append([]string{}, groups[:i]...), groups[i+1:]...)
			err := misread(t, strings.Join(without, "-"))
			if err.Group != i+1 || err.Error() != "the recovery code has 1 group missing" {
				t.Fatalf("without group %d: %v (Group %d)", i+1, err, err.Group)
			}
			with := append(append([]string{}, groups[:i+1]...), append([]string{group}, groups[i+1:]...)...)
			err = misread(t, strings.Join(with, "-"))
			if err.Group != min(i+2, codeGroups) || err.Error() != "the recovery code has 1 group too many" {
				t.Fatalf("with group %d twice: %v (Group %d)", i+1, err, err.Group)
			}
		}
		err := misread(t, strings.Join(groups[:10], " "))
		if err.Group != 11 || err.Error() != "the recovery code has 4 groups missing" {
			t.Fatalf("10 groups: %v (Group %d)", err, err.Group)
		}
	}
}

func TestAMissingOrRepeatedCharacterIsFoundInItsGroup(t *testing.T) {
	for _, code := range someCodes() {
		for i := range code {
			if code[i] == '-' {
				continue
			}
			names(t, misread(t, code[:i]+code[i+1:]), i/6+1)
			names(t, misread(t, code[:i+1]+code[i:]), i/6+1)
			together := misread(t, strings.ReplaceAll(code[:i]+code[i+1:], "-", ""))
			if together.Error() != "the recovery code has 1 character missing" {
				t.Fatalf("%v", together)
			}
		}
	}
}

func TestSeveralTypingErrorsAreAllNamed(t *testing.T) {
	code := []byte(Key{}.RecoveryCode())
	for _, group := range []int{2, 5, 9} {
		code[(group-1)*6] = 'X'
	}
	want := "groups 2, 5 and 9 of 14 of the recovery code have typing errors"
	if err := misread(t, string(code)); err.Error() != want || err.Group != 2 {
		t.Errorf("got %v (Group %d)", err, err.Group)
	}
}

func TestSomethingElseIsNoRecoveryCode(t *testing.T) {
	for typed, want := range map[string]string{
		"":                                "no recovery code was entered",
		" -\n- ":                          "no recovery code was entered",
		"correct horse battery staple":    "the recovery code has 9 groups missing",
		strings.Repeat("Z", 70):           "this is not a recovery code of Valise",
		strings.Repeat("\xff", 70):        "this is not a recovery code of Valise",
		strings.Repeat("0", 5*codeGroups): "this is not a recovery code of Valise",
	} {
		if err := misread(t, typed); err.Error() != want {
			t.Errorf("%q: got %v", typed, err)
		}
	}
}

func TestTheChecksumFindsWhatTheGroupsCannot(t *testing.T) {
	one, other := Key{}.RecoveryCode(), Key(bytes.Repeat([]byte{0x5a}, 32)).RecoveryCode()
	for i := 0; i < len(one); i += 6 { // each group is right in itself, but of another code
		err := misread(t, one[:i]+other[i:i+5]+one[i+5:])
		if err.Group != 0 || !strings.Contains(err.Error(), "checksum") {
			t.Errorf("a group of another code: %v (Group %d)", err, err.Group)
		}
	}
}

func TestTheSpareBitsOfACodeAreZero(t *testing.T) {
	code := []byte(strings.ReplaceAll(NewKey().RecoveryCode(), "-", ""))
	group := code[12*codeGroupSize : 13*codeGroupSize]
	last := values(string(group))[codeGroupSize-2]
	group[codeGroupSize-2] = codeAlphabet[last|1]
	check := multiply(syndrome(values(string(group[:codeGroupSize-1])))) ^ 13
	group[codeGroupSize-1] = codeAlphabet[check]
	if err := misread(t, string(code)); !strings.Contains(err.Error(), "checksum") {
		t.Errorf("got %v", err)
	}
}

// A group is a code word of a linear code over GF(32): what is true of these weights is true of every key.
func TestTheWeightsOfAGroupDifferAndNoneIsZero(t *testing.T) {
	seen := map[byte]bool{0: true}
	for i := range codeGroupSize {
		unit := make([]byte, codeGroupSize)
		unit[i] = 1
		weight := syndrome(unit)
		if seen[weight] {
			t.Errorf("character %d weighs %d, as another does", i+1, weight)
		}
		seen[weight] = true
	}
	for range 1000 {
		a, b, both := make([]byte, codeGroupSize), make([]byte, codeGroupSize), make([]byte, codeGroupSize)
		for i := range a {
			a[i], b[i] = byte(rand.N(32)), byte(rand.N(32))
			both[i] = a[i] ^ b[i]
		}
		if syndrome(a)^syndrome(b) != syndrome(both) {
			t.Fatalf("not linear: %v and %v", a, b)
		}
	}
}
