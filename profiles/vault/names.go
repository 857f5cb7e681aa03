package vault

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// descriptionName is where a vault says what it is.
const descriptionName = "vault.json"

const (
	profilesPrefix = "profiles/"
	cardPrefix     = "card-"
	gonePrefix     = "gone-"
	snapshotSuffix = ".valise"
)

// Kind is what an object is.
type Kind uint8

const (
	KindSnapshot Kind = iota + 1
	KindCard
	KindGone // a list of snapshots that were pruned
)

// SnapshotName is the name of a snapshot's object: profiles/<profile>/<snapshot>.valise.
func SnapshotName(profile, snapshot uuid.UUID) string {
	return profilesPrefix + profile.String() + "/" + snapshot.String() + snapshotSuffix
}

// CardName is the name of a card's object: profiles/<profile>/card-<card>.
func CardName(profile, card uuid.UUID) string {
	return profilesPrefix + profile.String() + "/" + cardPrefix + card.String()
}

// GoneName is the name of a list of pruned snapshots: profiles/<profile>/gone-<list>.
func GoneName(profile, list uuid.UUID) string {
	return profilesPrefix + profile.String() + "/" + gonePrefix + list.String()
}

// ParseName is the reverse of SnapshotName, CardName and GoneName; ok is false for any other name.
func ParseName(name string) (profile uuid.UUID, kind Kind, id uuid.UUID, ok bool) {
	rest, ok := strings.CutPrefix(name, profilesPrefix)
	if !ok {
		return
	}
	directory, base, _ := strings.Cut(rest, "/")
	var text string
	if text, ok = strings.CutSuffix(base, snapshotSuffix); ok {
		kind = KindSnapshot
	} else if text, ok = strings.CutPrefix(base, cardPrefix); ok {
		kind = KindCard
	} else if text, ok = strings.CutPrefix(base, gonePrefix); ok {
		kind = KindGone
	}
	profile, ok1 := parseID(directory)
	id, ok2 := parseID(text)
	if kind == 0 || !ok1 || !ok2 {
		return uuid.Nil, 0, uuid.Nil, false
	}
	return profile, kind, id, true
}

// parseID takes the canonical form alone: uuid.Parse knows others, and one object must not have two names.
func parseID(text string) (uuid.UUID, bool) {
	id, err := uuid.Parse(text)
	return id, err == nil && id.String() == text
}

// maxName is far above our own names and below what S3 (1,024 bytes) and file systems take.
const maxName = 255

// checkName refuses names that some file system or server would take amiss: those of [a-z0-9.-] and slashes survive
// case folding, URLs and every copy tool.
func checkName(name string) error {
	if len(name) > maxName {
		return ErrBadName.Because(fmt.Errorf("%d characters", len(name)))
	}
	for part := range strings.SplitSeq(name, "/") {
		if !properPart(part) {
			return ErrBadName.Because(fmt.Errorf("%q", name))
		}
	}
	return nil
}

// properPart says whether part may stand between slashes. It begins with a letter or digit: dots are for what is not an
// object. Windows drops a dot at the end, and reserves the names of its devices with any extension.
func properPart(part string) bool {
	if part == "" || !letterOrDigit(part[0]) || part[len(part)-1] == '.' {
		return false
	}
	for i := range len(part) {
		if c := part[i]; !letterOrDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	switch stem, _, _ := strings.Cut(part, "."); {
	case stem == "con", stem == "prn", stem == "aux", stem == "nul":
		return false
	case len(stem) == 4 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && stem[3] <= '9':
		return false
	}
	return true
}

func letterOrDigit(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
