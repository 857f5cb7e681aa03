// Package profile is the page of one profile: what is in it, and its history as a timeline, every snapshot of which can be
// opened, labelled, compared or brought back; and the page that compares two of them.
//
// It shows what it is given (SetProfile, SetHistory) and says what the person wants done; it knows no library. Everything
// is called on the main goroutine. Start reading with Screen (screen.go), then Timeline (timeline.go) and Row (row.go).
package profile

import (
	"time"

	"valise/profiles"
	"valise/ui/parts"
)

// Verb is what a person can want done with a snapshot.
type Verb int

// The verbs, in the words of the menu.
const (
	OpenThrowaway Verb = iota
	OpenAsNew
	Fork
	RollBack
	Label
	CompareBefore // with the one before it
	CompareNewest // with the newest
	Use           // one that was set aside: make it the newest
	Discard       // take it out of the history for good
)

// Asks says whether a snapshot waits for the person to say what should become of it.
func Asks(s profiles.Snapshot) bool { return s.Aside != "" && s.Branch }

// marks are the chips of a snapshot: what is special about it. The label comes first.
func marks(s profiles.Snapshot) []*parts.Chip {
	var chips []*parts.Chip
	add := func(text string, tone parts.Tone) { chips = append(chips, parts.NewChip(text, tone)) }
	if s.Label != "" {
		add(s.Label, parts.Busy)
	}
	if s.Newest {
		add("newest", parts.Good)
	}
	switch {
	case Asks(s):
		add("asks", parts.Warn)
	case s.Aside != "":
		add("set aside", parts.Quiet)
	case s.Branch:
		add("branch", parts.Busy)
	}
	switch s.Ended {
	case "", "clean": // as it should be
	case "forced", "recovered":
		add(s.Ended, parts.Warn)
	default:
		add(s.Ended, parts.Quiet)
	}
	if s.Problem != nil {
		add("damaged", parts.Bad)
	}
	if s.Where == profiles.Waiting {
		add("waiting", parts.Warn)
	}
	return chips
}

// made is when a snapshot was made. One that cannot be read still has it in its id.
func made(s profiles.Snapshot) time.Time {
	if s.When.IsZero() && s.ID.Version() == 7 {
		return time.Unix(s.ID.Time().UnixTime())
	}
	return s.When
}

// now is the clock, for the words about the past.
var now = time.Now
