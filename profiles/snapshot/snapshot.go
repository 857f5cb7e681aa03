// Package snapshot turns a directory into one sealed object, and back.
//
// An object holds what is new since its parent, and an index that says where all the rest is: in older objects of the
// same profile. It is written front to back in one go and never changed, so a half-written one does not exist.
// docs/format.md describes every byte of it; the files here follow that page:
//
//	blocks.go   the words: block, segment, extent
//	deltas.go   blocks that are stored as a difference: differ.go makes them, expand.go reads them
//	tree.go     what a directory looked like; paths.go: which names are allowed
//	index.go    the table of contents at the end of an object, and its limits
//	object.go   reading an object; lineage.go: together with the older ones that it refers to; segments.go: all at once
//	writer.go   writing an object, several segments at once; draft.go: a snapshot while it is written
//	copy.go     writing a snapshot once more, as another object; portable.go: as a file for elsewhere, under a passphrase
//	thin.go     which older objects are needed no longer, so that chains stay short
//	folder.go   making files in a directory
//	scan.go     looking through a directory, look_linux.go at one entry; state.go: what has changed in it; cut.go: reading that
//	capture.go  a directory that is being written to, as it was at one moment; rescan.go: looking through it quickly
//
// Start reading at save.go and restore.go. Both are careful in their own way: Save never changes the directory, and
// refuses one that changes under it; Restore believes no length, place or name before it has checked it, and writes
// nothing outside the directory that it was given.
package snapshot

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Ending says how the session behind a snapshot came to its end.
type Ending uint8

const (
	Clean      Ending = 1 // the browser closed in order
	Forced     Ending = 2 // it had to be ended by a signal: the last seconds may be missing
	Checkpoint Ending = 3 // copied while the browser ran
	Recovered  Ending = 4 // found after a crash of Valise or of the computer
	Imported   Ending = 5 // taken from elsewhere
	RolledBack Ending = 6 // an earlier snapshot made the newest again
	Forked     Ending = 7 // copied from another profile without a session
)

var endings = [...]string{Clean: "clean", Forced: "forced", Checkpoint: "checkpoint", Recovered: "recovered",
	Imported: "imported", RolledBack: "rolled back", Forked: "forked"}

// String is one or two words: "clean", "rolled back".
func (e Ending) String() string {
	if int(e) < len(endings) && endings[e] != "" {
		return endings[e]
	}
	return fmt.Sprintf("ending %d", uint8(e)) // of a newer Valise
}

// Origin is the snapshot of another profile that a profile began as.
type Origin struct{ Profile, Snapshot uuid.UUID }

// Meta is what a snapshot knows of itself.
type Meta struct {
	ID      uuid.UUID // version 7; larger than its parent's
	Profile uuid.UUID
	Parent  uuid.UUID // zero: none
	Origin  *Origin
	When    time.Time // when the saving was made, to the millisecond; zero when writing: now
	Opened  time.Time // when the session behind it began; zero: there was none
	Device  string
	OS      string // runtime.GOOS
	Browser string // "Chromium"
	Version string // "156.0.8078.79"
	Ended   Ending
	// Token is that of the lease under which it was saved; without one, its parent's. Of two savings beside each other the
	// one with the larger token counts, then the one with the larger id. It stands in the header (TokenOf).
	Token uint32
	// Aside says, in words, why the snapshot was set aside: it does not become the newest of its profile unless a person
	// says so. Empty: it was not.
	Aside string
	// Card is what the profile is called, and the like, where the snapshot leaves its vault (portable.go); nil in a vault,
	// which has cards of its own for that.
	Card *Card
}

// Card is what a person says of a profile, as far as it goes along with a snapshot.
type Card struct {
	Name   string   `cbor:"1,keyasint,omitempty"`
	Colour string   `cbor:"2,keyasint,omitempty"` // "#rrggbb"
	Tags   []string `cbor:"3,keyasint,omitempty"`
}

// Tab is an open tab.
type Tab struct {
	URL     string `cbor:"1,keyasint,omitempty"`
	Title   string `cbor:"2,keyasint,omitempty"`
	Favicon []byte `cbor:"3,keyasint,omitempty"` // PNG, at most 32x32 pixels; may be empty
	Window  int    `cbor:"4,keyasint,omitempty"`
}

// Summary is what the window shows without touching the blocks.
type Summary struct {
	Sites      []string `cbor:"1,keyasint,omitempty"` // hosts with cookies or storage, the most used first
	Cookies    int      `cbor:"2,keyasint,omitempty"`
	Passwords  int      `cbor:"3,keyasint,omitempty"`
	Bookmarks  int      `cbor:"4,keyasint,omitempty"`
	History    int      `cbor:"5,keyasint,omitempty"`
	Extensions int      `cbor:"6,keyasint,omitempty"`
	Tabs       []Tab    `cbor:"7,keyasint,omitempty"`
	Picture    []byte   `cbor:"8,keyasint,omitempty"` // of the last page; may be empty
}

// Progress is called from time to time, from one goroutine at a time, with bytes; total is 0 while unknown.
type Progress func(done, total int64)
