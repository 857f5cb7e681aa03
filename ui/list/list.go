// Package list is the first screen: the profiles, the search, the ways of opening them.
//
// It shows what it is given (SetEntries, Progress, Status.Set) and says what the person wants done (OnDo and the other
// callbacks); it knows no library. Everything is called on the main goroutine. Start reading with Screen (screen.go),
// then Row (row.go).
package list

import (
	"strings"
	"time"

	"valise/profiles"
	"valise/ui/words"

	"github.com/google/uuid"
)

// Entry is one line: a profile, or a throwaway session of one.
type Entry struct {
	Profile   profiles.Profile
	Throwaway *profiles.SessionInfo // set: the line is about this session, which saves nothing
	Progress  profiles.Progress     // of restoring or saving
	Engines   []string              // the names of those that it can be opened on
	On        string                // with OpenOn: one of them
}

// Session is the one that the line's buttons are about; nil: none is running.
func (e Entry) Session() *profiles.SessionInfo {
	if e.Throwaway != nil {
		return e.Throwaway
	}
	return e.Profile.Session
}

// key tells lines apart across two lists.
func (e Entry) key() uuid.UUID {
	if e.Throwaway != nil {
		return e.Throwaway.ID
	}
	return e.Profile.ID
}

// LastOpened says when a profile was last open: "5 minutes ago". What was never open (a fork, one that was rolled back)
// counts from its saving.
func LastOpened(p profiles.Profile) string {
	if p.LastOpened.IsZero() {
		return words.Ago(p.LastSaved, now())
	}
	return words.Ago(p.LastOpened, now())
}

// matches says whether every word of the search is in the name, a site or a tag.
func matches(p profiles.Profile, search string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(search)) {
		found := strings.Contains(strings.ToLower(p.Name), word)
		for _, text := range append(p.Sites[:len(p.Sites):len(p.Sites)], p.Tags...) {
			found = found || strings.Contains(strings.ToLower(text), word)
		}
		if !found {
			return false
		}
	}
	return true
}

// now is the clock, for the words about the past.
var now = time.Now
