package profiles

import (
	"context"
	"fmt"
	"strings"

	"valise/problem"

	"github.com/google/uuid"
)

var errOddLabel = problem.New("that label is too long or has characters that cannot be shown",
	"Use at most 120 letters, digits, spaces and signs.")

// LabelTakenError says that another snapshot of the profile has the label.
type LabelTakenError struct {
	Label    string
	Snapshot uuid.UUID
}

func (e *LabelTakenError) Error() string {
	return fmt.Sprintf("another snapshot of the profile is labelled %q already", e.Label)
}

func (e *LabelTakenError) NextStep() string {
	return fmt.Sprintf("Choose another label, or take it away there first: the snapshot is %s.", e.Snapshot)
}

// Label puts a name on a snapshot, which keeps it from being pruned; an empty one takes it away. The labels of a profile
// differ, whatever their case. *NotFoundError, *LabelTakenError.
func (l *Library) Label(ctx context.Context, profile, snapshot uuid.UUID, label string) error {
	label = strings.TrimSpace(label)
	if checkName(label) != nil {
		return errOddLabel
	}
	return l.edit(ctx, profile, "labelling", func(_ Profile, c *card) error {
		all, err := l.History(ctx, profile)
		if err != nil {
			return err
		}
		there := false
		for _, s := range all {
			switch {
			case s.ID == snapshot && s.Ended == "checkpoint":
				return errLabelledCheckpoint
			case s.ID == snapshot:
				there = true
			case label != "" && strings.EqualFold(s.Label, label):
				return &LabelTakenError{label, s.ID}
			}
		}
		if !there {
			return &NotFoundError{"snapshot", snapshot.String()}
		}
		if label == "" {
			delete(c.Labels, snapshot)
			return nil
		}
		if c.Labels == nil {
			c.Labels = map[uuid.UUID]string{}
		}
		c.Labels[snapshot] = label
		return nil
	})
}

var errLabelledCheckpoint = problem.New("a checkpoint goes when its session ends, and cannot keep a label",
	"Roll back to it first, or open it to be saved as a new profile; what comes of that can be labelled.")
