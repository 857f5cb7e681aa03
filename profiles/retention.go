package profiles

import (
	"cmp"
	"time"

	"github.com/google/uuid"
)

// Retention says how much of a profile's history is kept. The newest snapshot, branches and labelled ones are kept in any
// case.
type Retention struct {
	Last int `json:"last,omitempty"` // the last so many snapshots; 0: 20
	Days int `json:"days,omitempty"` // of the last so many days the last one of each; 0: 30, negative: none
}

// The retention where a person has not chosen another.
const (
	keepLast = 20
	keepDays = 30
)

// normal is r with the numbers that its zeros stand for.
func (r Retention) normal() Retention {
	r.Last, r.Days = max(cmp.Or(r.Last, keepLast), 1), max(cmp.Or(r.Days, keepDays), 0)
	return r
}

// keeps says which snapshots of a history (newest first) the retention keeps at the time now.
func (r Retention) keeps(history []Snapshot, now time.Time) map[uuid.UUID]bool {
	r = r.normal()
	oldest := now.AddDate(0, 0, -r.Days)
	kept, days := map[uuid.UUID]bool{}, map[string]bool{}
	for i, s := range history {
		day := s.When.Local().Format(time.DateOnly)
		lastOfDay := s.When.After(oldest) && !days[day]
		if s.Aside == "" { // one that was set aside never stands for its day
			days[day] = true
		}
		kept[s.ID] = i < r.Last || lastOfDay || s.Label != "" || s.Newest || s.Branch || s.Problem != nil
	}
	return kept
}
