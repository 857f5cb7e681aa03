package profile_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"valise/profiles"
	"valise/profiles/snapshot"
	"valise/ui/list"
	"valise/ui/look"
	"valise/ui/profile"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/uuid"
)

func show(t *testing.T, entry list.Entry, history []profiles.Snapshot) *profile.Screen {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.New(look.Light))
	s := profile.NewScreen()
	test.NewTempWindow(t, s).Resize(fyne.NewSize(900, 700))
	s.SetProfile(entry)
	s.SetHistory(history)
	return s
}

func work() list.Entry {
	return list.Entry{Profile: profiles.Profile{
		ID: uuid.New(), Name: "Work", Newest: uuid.New(), State: profiles.StateSaved,
		Summary: snapshot.Summary{Tabs: []snapshot.Tab{{URL: "https://a.example/", Title: "A"}}},
	}}
}

func TestAnEarlierSnapshotCanBeOpenedAndRolledBackTo(t *testing.T) {
	newest := profiles.Snapshot{ID: uuid.New(), When: time.Now(), Newest: true}
	earlier := profiles.Snapshot{ID: uuid.New(), When: time.Now().Add(-time.Hour)}
	damaged := profiles.Snapshot{ID: uuid.New(), Problem: errors.New("it is damaged")}
	s := show(t, work(), []profiles.Snapshot{newest, earlier, damaged})
	var done []string
	s.OnSnapshot = func(v profile.Verb, s profiles.Snapshot) { done = append(done, fmt.Sprint(v, s.ID)) }

	if s.Timeline.Rows[0].RollBack.Visible() {
		t.Error("the newest offers to roll back to it")
	}
	test.Tap(s.Timeline.Rows[1].OpenThrowaway)
	test.Tap(s.Timeline.Rows[1].RollBack)
	if want := []string{fmt.Sprint(profile.OpenThrowaway, earlier.ID), fmt.Sprint(profile.RollBack, earlier.ID)}; !slices.Equal(done, want) {
		t.Errorf("done was %q, want %q", done, want)
	}
	if !s.Timeline.Rows[2].OpenThrowaway.Disabled() || !s.Timeline.Rows[2].RollBack.Disabled() {
		t.Error("a damaged snapshot can be opened")
	}
}

func TestMarksSayWhatIsSpecial(t *testing.T) {
	s := show(t, work(), []profiles.Snapshot{
		{Newest: true, Ended: "clean", Label: "before the update"},
		{Branch: true, Ended: "recovered", Where: profiles.Waiting},
		{Ended: "clean"},
	})
	for i, want := range [][]string{{"before the update", "newest"}, {"branch", "recovered", "waiting"}, nil} {
		if got := s.Timeline.Rows[i].Marks(); !slices.Equal(got, want) {
			t.Errorf("snapshot %d is marked %q, want %q", i, got, want)
		}
	}
}

func TestSnapshotsOfTheSameMinuteAreToldApart(t *testing.T) {
	noon := time.Date(2020, 5, 6, 12, 0, 0, 0, time.Local)
	s := show(t, work(), []profiles.Snapshot{{When: noon.Add(40 * time.Second)}, {When: noon.Add(5 * time.Second)}, {When: noon.Add(-time.Hour)}})
	for i, want := range []string{"6 May 2020, 12:00:40", "6 May 2020, 12:00:05", "6 May 2020, 11:00"} {
		if got := s.Timeline.Rows[i].When; got != want {
			t.Errorf("snapshot %d is of %q, want %q", i, got, want)
		}
	}
}

func TestALongHistoryIsShownByAndBy(t *testing.T) {
	s := show(t, work(), make([]profiles.Snapshot, 130))
	if len(s.Timeline.Rows) != 60 {
		t.Errorf("%d rows are shown at first", len(s.Timeline.Rows))
	}
	s.Timeline.ShowOlder()
	s.Timeline.ShowOlder()
	if len(s.Timeline.Rows) != 130 {
		t.Errorf("%d rows are shown in the end", len(s.Timeline.Rows))
	}
}

func TestTheButtonsFitTheState(t *testing.T) {
	running := work()
	running.Profile.Session = &profiles.SessionInfo{Stage: profiles.StageRunning}
	trashed := work()
	trashed.Profile.State = profiles.StateTrashed
	for _, c := range []struct {
		entry           list.Entry
		primary, second string
	}{
		{work(), "Open", "Open throwaway"},
		{running, "Close and save", "Show"},
		{trashed, "Put back", ""},
	} {
		s := show(t, c.entry, nil)
		if s.Primary.Text != c.primary || s.Second.Text != c.second {
			t.Errorf("the buttons are %q and %q, want %q and %q", s.Primary.Text, s.Second.Text, c.primary, c.second)
		}
	}
}
