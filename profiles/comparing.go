package profiles

import (
	"valise/browser"

	"github.com/google/uuid"
)

// Comparison is what is different between two snapshots of a profile.
type Comparison struct {
	Profile uuid.UUID `json:"profile"`
	Name    string    `json:"name"`
	From    Snapshot  `json:"from"` // the changes lead from here
	To      Snapshot  `json:"to"`   // to here
	browser.Changes
}
