package list

import (
	"valise/profiles"

	"github.com/google/uuid"
)

// Verb is what a person can want done with a line.
type Verb int

// The verbs, in the words of the menu.
const (
	Open Verb = iota
	OpenThrowaway
	OpenAsNew
	OpenOver
	OpenOn  // an engine, Entry.On
	BringUp // show the running browser
	Close
	SaveNow // a checkpoint of the running browser
	History
	Fork
	Rename
	Colour
	Tags
	Pin // or not any more
	Expiry
	Trash
	PutBack
	Purge
)

// Possible says whether a verb makes sense in the state that a line is in.
func Possible(v Verb, e Entry) bool {
	session := e.Session()
	if e.Throwaway != nil {
		return session.Stage == profiles.StageRunning && (v == BringUp || v == Close)
	}
	saved := e.Profile.Newest != uuid.Nil
	if e.Profile.State == profiles.StateTrashed {
		return v == PutBack || v == History || v == Purge
	}
	if session != nil && session.Foreign() && v == SaveNow {
		return false
	}
	switch v {
	case OpenOn:
		return saved && session == nil
	case Open, Trash:
		return session == nil
	case OpenThrowaway, OpenAsNew, OpenOver, Fork:
		return saved
	case BringUp, Close, SaveNow:
		return session != nil && session.Stage == profiles.StageRunning
	case PutBack, Purge:
		return false
	case Tags, Pin, Expiry:
		return saved
	default:
		return true
	}
}

// MainVerb is what Enter does.
func MainVerb(e Entry) Verb {
	switch {
	case e.Profile.State == profiles.StateTrashed:
		return PutBack
	case e.Session() != nil:
		return BringUp
	default:
		return Open
	}
}
