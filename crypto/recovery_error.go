package crypto

import (
	"fmt"
	"strconv"
	"strings"
)

// RecoveryCodeError says where a recovery code was mistyped, without repeating any of it.
type RecoveryCodeError struct {
	Group int // the group to look at first, counted from 1; 0 when no group is more to blame than another

	what, next string
}

func (e *RecoveryCodeError) Error() string { return e.what }

// NextStep is what the person can do about it.
func (e *RecoveryCodeError) NextStep() string { return e.next }

var (
	errNoCode = &RecoveryCodeError{
		what: "no recovery code was entered",
		next: "Enter the code that you kept when the vault was made.",
	}
	errCodeChecksum = &RecoveryCodeError{
		what: "the checksum in the last group of the recovery code does not fit the others",
		next: "Compare all groups with your copy, and make sure that they come from one and the same code.",
	}
)

func unevenGroup(group int) error {
	return &RecoveryCodeError{
		Group: group,
		what:  fmt.Sprintf("group %d of %d of the recovery code does not have %d characters", group, codeGroups, codeGroupSize),
		next:  fmt.Sprintf("Compare group %d with your copy, character by character.", group),
	}
}

func swappedGroups(a, b int) error {
	return &RecoveryCodeError{
		Group: a,
		what:  fmt.Sprintf("groups %d and %d of %d of the recovery code have changed places", a, b, codeGroups),
		next:  "Enter the groups in the order of your copy.",
	}
}

func wrongGroups(groups []int) error {
	if len(groups) == 1 {
		return &RecoveryCodeError{
			Group: groups[0],
			what:  fmt.Sprintf("group %d of %d of the recovery code has a typing error", groups[0], codeGroups),
			next:  fmt.Sprintf("Compare group %d with your copy, character by character.", groups[0]),
		}
	}
	if len(groups) > codeGroups/2 {
		return &RecoveryCodeError{
			what: "this is not a recovery code of Valise",
			next: fmt.Sprintf("Look for a code of %d groups with %d characters each.", codeGroups, codeGroupSize),
		}
	}
	var list []string
	for _, g := range groups {
		list = append(list, strconv.Itoa(g))
	}
	last := len(list) - 1
	return &RecoveryCodeError{
		Group: groups[0],
		what: fmt.Sprintf("groups %s and %s of %d of the recovery code have typing errors",
			strings.Join(list[:last], ", "), list[last], codeGroups),
		next: "Compare these groups with your copy, character by character.",
	}
}

// wrongLength is for a code of so many characters, whose groups are right up to the first that is not.
func wrongLength(characters, first int) error {
	unit, surplus := "character", characters-codeGroups*codeGroupSize
	if surplus%codeGroupSize == 0 {
		unit, surplus = "group", surplus/codeGroupSize
	}
	kind := "too many"
	if surplus < 0 {
		kind, surplus = "missing", -surplus
	}
	if surplus != 1 {
		unit += "s"
	}
	first = min(first, codeGroups)
	return &RecoveryCodeError{
		Group: first,
		what:  fmt.Sprintf("the recovery code has %d %s %s", surplus, unit, kind),
		next: fmt.Sprintf("Compare it with your copy from group %d on: there are %d groups of %d characters.",
			first, codeGroups, codeGroupSize),
	}
}
