package profiles

import (
	"time"

	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// State is what a profile is doing.
type State string

const (
	StateSaved     State = "saved"
	StateOpening   State = "opening"
	StateOpen      State = "open"
	StateSaving    State = "saving"
	StateElsewhere State = "open elsewhere" // on another device; Profile.Elsewhere says which
	StateTrashed   State = "in the trash"
	StateDamaged   State = "damaged" // its newest snapshot cannot be read; Profile.Problem says why
)

// Profile is a browser state with a name and a history, as a list shows it.
type Profile struct {
	ID         uuid.UUID        `json:"id"`
	Name       string           `json:"name"`
	Colour     string           `json:"colour"` // "#rrggbb"
	Tags       []string         `json:"tags,omitempty"`
	Pinned     bool             `json:"pinned,omitempty"`
	State      State            `json:"state"`
	Session    *SessionInfo     `json:"session,omitempty"`   // the session that saves to it, while there is one
	Elsewhere  *Elsewhere       `json:"elsewhere,omitempty"` // another device that has it open, as far as the last sync told
	LastOpened time.Time        `json:"last_opened,omitzero"`
	LastSaved  time.Time        `json:"last_saved,omitzero"`
	Trashed    time.Time        `json:"trashed,omitzero"`
	Expired    bool             `json:"expired,omitempty"`     // that is why it is in the trash
	Expires    time.Time        `json:"expires,omitzero"`      // when it goes there if it is not opened before; zero: never
	ExpiryDays int              `json:"expiry_days,omitempty"` // what was said of this profile: SetExpiry
	Newest     uuid.UUID        `json:"newest,omitzero"`       // snapshot; zero while nothing was saved yet
	Snapshots  int              `json:"snapshots"`
	Size       int64            `json:"size"` // bytes that it takes in the vault
	Summary    snapshot.Summary `json:"-"`    // of the newest snapshot
	Sites      []string         `json:"sites,omitempty"`
	Where      Where            `json:"where"`
	Aside      *Aside           `json:"aside,omitempty"` // a later saving that asks whether it is to be the newest
	Problem    error            `json:"-"`
}

// Aside is a snapshot that was set aside because it looks as if logins were lost in it. Rollback to it makes it the newest
// all the same, Discard removes it, and the next saving leaves it behind.
type Aside struct {
	Snapshot uuid.UUID `json:"snapshot"`
	Why      string    `json:"why"` // "all of its 14 cookies are gone"
}

// savedOnce says whether there is a snapshot of the profile; a new one has none until its first session ends.
func (p *Profile) savedOnce(device string) error {
	switch {
	case p.Newest != uuid.Nil:
		return nil
	case p.Session != nil:
		return &InUseError{Name: p.Name, Device: device, Since: p.Session.Since, Session: p.Session.ID}
	}
	return ErrNothingSaved
}

// Where says how far a profile or a saving has come.
type Where string

const (
	InThisComputer Where = "in this computer only" // the vault has no other place
	Waiting        Where = "waiting"               // for the vault's place to be reached
	InTheVault     Where = "in the vault"          // the bucket or folder has it too
)

// Snapshot is one saving in a profile's history.
type Snapshot struct {
	ID      uuid.UUID        `json:"id"`
	Parent  uuid.UUID        `json:"parent,omitzero"`
	When    time.Time        `json:"when"`
	Device  string           `json:"device"`
	Browser string           `json:"browser"` // "Chromium 156.0.8078.79"
	Ended   string           `json:"ended"`   // snapshot.Ending in words
	Label   string           `json:"label,omitempty"`
	Stored  int64            `json:"stored"` // bytes of its object
	Size    int64            `json:"size"`   // bytes of the profile as it was
	Files   int              `json:"files"`
	Newest  bool             `json:"newest,omitempty"`
	Branch  bool             `json:"branch,omitempty"` // a head that is not the newest: two devices saved from the same parent, or it was set aside
	Aside   string           `json:"aside,omitempty"`  // why it was set aside; empty: it was not. While it is a branch, it asks
	Where   Where            `json:"where"`
	Summary snapshot.Summary `json:"-"`
	Sites   []string         `json:"sites,omitempty"`
	Problem error            `json:"-"` // it cannot be read
}
