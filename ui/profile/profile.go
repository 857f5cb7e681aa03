// Package profile is the page of one profile: what is in it, and its history, every snapshot of which can be opened or
// brought back.
//
// It shows what it is given (SetProfile, SetHistory) and says what the person wants done; it knows no library. Everything
// is called on the main goroutine. Start reading with Screen (screen.go), then Row (row.go).
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
)

// marks are the chips of a snapshot: what is special about it.
func marks(s profiles.Snapshot) []*parts.Chip {
	var chips []*parts.Chip
	add := func(text string, tone parts.Tone) { chips = append(chips, parts.NewChip(text, tone)) }
	if s.Newest {
		add("newest", parts.Good)
	}
	if s.Branch {
		add("branch", parts.Busy)
	}
	if s.Label != "" {
		add(s.Label, parts.Busy)
	}
	switch s.Ended {
	case "", "clean": // as it should be
	case "forced", "recovered", "checkpoint":
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

// now is the clock, for the words about the past.
var now = time.Now
