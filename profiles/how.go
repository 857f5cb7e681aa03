package profiles

import (
	"io"

	"valise/browser"

	"github.com/google/uuid"
)

// Save says where a session saves to when it ends.
type Save int

const (
	SaveNowhere Save = iota // a throwaway
	SaveSame                // the profile that it loads
	SaveNew                 // a new profile, whose id is the session's
	SaveOver                // another profile, How.Over
)

// How says which profile a session starts from and which it saves to; they need not be the same.
//
//	New profile            {Save: SaveNew}
//	Open                   {Load: id, Save: SaveSame}
//	Open throwaway         {Load: id, Save: SaveNowhere}
//	Open and save as new   {Load: id, Save: SaveNew, Name: ...}
//	Open and save over     {Load: id, Save: SaveOver, Over: other}
type How struct {
	Session uuid.UUID // its id; zero: a new one

	Load    uuid.UUID // a profile; zero: nothing
	At      uuid.UUID // a snapshot of it; zero: the newest
	Save    Save
	Over    uuid.UUID // with SaveOver
	Name    string    // with SaveNew; empty: "New profile", numbered where that is taken
	Expires int       // with SaveNew: SetExpiry of the new profile

	TakeOver bool // also from another device that has the profile open: its saving becomes a branch

	Elsewhere string // the name of a known Chromium that the session is to be in (away.go); empty: a browser of this computer

	URLs     []string  // opened beside the tabs that come back
	Headless bool      // no window
	Port     bool      // a DevTools port on 127.0.0.1 for other programs
	Log      io.Writer // the browser's own messages; may be nil

	browser.Surroundings // what sites find around them in this session; nothing of it is saved
}
