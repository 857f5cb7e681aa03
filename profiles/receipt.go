package profiles

import (
	"fmt"
	"strings"
	"time"

	"valise/profiles/snapshot"

	"github.com/dustin/go-humanize"
	"github.com/google/uuid"
)

// Outcome is what became of a session's state.
type Outcome string

const (
	Saved     Outcome = "saved"
	Unchanged Outcome = "unchanged"  // it is what the last snapshot holds: nothing was written
	Discarded Outcome = "discarded"  // a throwaway
	KeptThere Outcome = "kept there" // by a service that has profiles of its own; nothing came into the vault
)

// Receipt says what a saving did: what was kept, how much, how long it took, where it is.
type Receipt struct {
	Session  uuid.UUID     `json:"session,omitzero"`
	Profile  uuid.UUID     `json:"profile,omitzero"`
	Name     string        `json:"name"`
	Snapshot uuid.UUID     `json:"snapshot,omitzero"`
	Outcome  Outcome       `json:"outcome"`
	Ended    string        `json:"ended"` // snapshot.Ending in words
	Files    int           `json:"files"`
	Size     int64         `json:"size"`   // bytes of the profile
	Stored   int64         `json:"stored"` // bytes that this saving added to the vault
	Sites    int           `json:"sites"`
	Cookies  int           `json:"cookies"`
	Tabs     int           `json:"tabs"`
	Took     time.Duration `json:"took"` // from the browser's end to the saving's, ns
	Where    Where         `json:"where"`
	Aside    string        `json:"aside,omitempty"`    // why the snapshot was set aside; empty: it is the newest
	Carried  []string      `json:"carried,omitempty"`  // what came along to a browser elsewhere and back, and what did not; sentences
	Warnings []string      `json:"warnings,omitempty"` // sentences
}

// String is the receipt in words, on one line and without the warnings.
func (r Receipt) String() string {
	since, done := "snapshot", "saved"
	if r.Ended == snapshot.Checkpoint.String() {
		since, done = "checkpoint", "checkpointed"
	} else if r.Ended == snapshot.Imported.String() {
		done = "imported"
	}
	switch r.Outcome {
	case Discarded:
		return fmt.Sprintf("%s: throwaway closed, nothing saved", r.Name)
	case KeptThere:
		return fmt.Sprintf("%s: closed, and kept over there; nothing came into the vault", r.Name)
	case Unchanged:
		return fmt.Sprintf("%s: nothing changed since the last %s", r.Name, since)
	}
	what := []string{count(r.Sites, "site"), count(r.Cookies, "cookie"), count(r.Tabs, "tab")}
	return fmt.Sprintf("%s: %s %s (%s, %s added) in %s, %s",
		r.Name, done, strings.Join(what, ", "), humanize.Bytes(uint64(r.Size)), humanize.Bytes(uint64(r.Stored)),
		r.Took.Round(10*time.Millisecond), r.Where.words())
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return humanize.Comma(int64(n)) + " " + thing + "s"
}

// words puts w into a sentence.
func (w Where) words() string {
	if w == Waiting {
		return "waiting to be sent to the vault's place"
	}
	return string(w)
}
