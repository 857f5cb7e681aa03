package profile_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"
	"time"

	"valise/crypto"
	"valise/profiles"
	"valise/profiles/snapshot"
	"valise/ui/parts"
	"valise/ui/profile"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/uuid"
)

// history is one of several snapshots, an hour apart, the newest first.
func history(snapshots int) []profiles.Snapshot {
	var all []profiles.Snapshot
	for i := range snapshots {
		all = append(all, profiles.Snapshot{
			ID: uuid.New(), When: time.Now().Add(-time.Duration(i) * time.Hour), Ended: "clean", Newest: i == 0,
			Sites: []string{"shop.example", "mail.example", "wiki.example"}, Summary: snapshot.Summary{Cookies: 3},
		})
	}
	for i := range all[:snapshots-1] {
		all[i].Parent = all[i+1].ID
	}
	return all
}

// texts are what can be read on a page.
func texts(s *profile.Screen) []string {
	var all []string
	for _, o := range test.LaidOutObjects(s) {
		if text, is := o.(*canvas.Text); is {
			all = append(all, text.Text)
		}
	}
	return all
}

func TestTheDaysStandAlongTheHistory(t *testing.T) {
	h := history(4)
	noon := time.Date(time.Now().Year(), time.Now().Month(), time.Now().Day(), 12, 0, 0, 0, time.Local)
	for i, days := range []int{0, 1, 1, 800} {
		h[i].When = noon.AddDate(0, 0, -days).Add(-time.Duration(i) * time.Minute)
	}
	s := show(t, work(), h)
	var days []string
	for _, text := range texts(s) {
		if text == "Today" || text == "Yesterday" || text == noon.AddDate(0, 0, -800).Format("Monday, 2 January 2006") {
			days = append(days, text)
		}
	}
	if len(days) != 3 || days[0] != "Today" || days[1] != "Yesterday" {
		t.Errorf("the days are %q", days)
	}
	if !slices.Contains(texts(s), "11:59") || !slices.Contains(texts(s), "shop.example, mail.example and 1 more") {
		t.Errorf("the page reads %q", texts(s))
	}
}

func TestASnapshotThatCannotBeReadHasItsTimeFromItsID(t *testing.T) {
	s := show(t, work(), []profiles.Snapshot{{ID: snapshot.NewID(uuid.Nil), Problem: crypto.ErrDamaged}})
	if slices.Contains(texts(s), "00:00") || !slices.Contains(texts(s), "Today") {
		t.Errorf("the page reads %q", texts(s))
	}
}

func TestTheKeyboardGoesThroughTheHistory(t *testing.T) {
	s := show(t, work(), history(8))
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	s.Timeline.First()
	at := func() int {
		return slices.IndexFunc(s.Timeline.Rows, func(r *profile.Row) bool { return c.Focused() == fyne.Focusable(r) })
	}
	for _, step := range []struct {
		key  fyne.KeyName
		want int
	}{
		{fyne.KeyDown, 1}, {fyne.KeyDown, 2}, {fyne.KeyUp, 1}, {fyne.KeyEnd, 7}, {fyne.KeyDown, 7},
		{fyne.KeyPageUp, 2}, {fyne.KeyPageUp, 0}, {fyne.KeyPageDown, 5}, {fyne.KeyHome, 0},
	} {
		c.Focused().TypedKey(&fyne.KeyEvent{Name: step.key})
		if at() != step.want {
			t.Fatalf("%s leads to %d, want %d", step.key, at(), step.want)
		}
	}
	var done []profile.Verb
	s.OnSnapshot = func(v profile.Verb, _ profiles.Snapshot) { done = append(done, v) }
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyF2})
	if !slices.Equal(done, []profile.Verb{profile.Label}) {
		t.Errorf("F2 does %v", done)
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if c.Overlays().Top() == nil {
		t.Error("Space opens no menu")
	}
}

func TestTheKeyboardStaysWhenTheHistoryGrows(t *testing.T) {
	h := history(3)
	s := show(t, work(), h)
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	s.Timeline.First()
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	h[1].Label = "kept" // the row is another one then
	s.SetHistory(h)
	if c.Focused() != fyne.Focusable(s.Timeline.Rows[1]) || s.Timeline.Rows[1].Snapshot.Label != "kept" {
		t.Errorf("the keyboard is at %v", c.Focused())
	}
	row := s.Timeline.Rows[1]
	s.SetHistory(slices.Concat(history(1), h))
	if c.Focused() != fyne.Focusable(row) || s.Timeline.Rows[2] != row {
		t.Errorf("then the keyboard is at %v", c.Focused())
	}
}

func TestWhatTheKeyboardIsAtCanBeSeen(t *testing.T) {
	s := show(t, work(), history(30))
	s.Timeline.First()
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	for _, key := range []fyne.KeyName{fyne.KeyEnd, fyne.KeyHome} {
		c.Focused().TypedKey(&fyne.KeyEvent{Name: key})
		row := c.Focused().(*profile.Row)
		top := fyne.CurrentApp().Driver().AbsolutePositionForObject(row).Y
		if bottom := top + row.Size().Height; top < 0 || bottom > c.Size().Height {
			t.Errorf("after %s the row is from %v to %v of %v", key, top, bottom, c.Size().Height)
		}
	}
}

func TestASnapshotShowsItsPicture(t *testing.T) {
	var page bytes.Buffer
	if err := jpeg.Encode(&page, image.NewRGBA(image.Rect(0, 0, 320, 180)), nil); err != nil {
		t.Fatal(err)
	}
	h := history(3)
	h[0].Summary.Picture = page.Bytes()
	h[1].Summary.Picture = []byte("no picture")
	s := show(t, work(), h)
	for i, row := range s.Timeline.Rows {
		for _, o := range test.LaidOutObjects(row) {
			if p, is := o.(*parts.Picture); is && p.Empty() != (i > 0) {
				t.Errorf("snapshot %d: empty is %v", i, p.Empty())
			}
		}
	}
}

func TestASavingThatWasSetAsideAsks(t *testing.T) {
	h := history(3)
	h[0].Newest, h[0].Branch, h[0].Aside, h[1].Newest = false, true, "all of its 14 cookies are gone", true
	s := show(t, work(), h)
	if !s.Aside.Visible() || !slices.Equal(s.Timeline.Rows[0].Marks(), []string{"asks"}) {
		t.Fatalf("the question is there: %v; the snapshot is marked %q", s.Aside.Visible(), s.Timeline.Rows[0].Marks())
	}
	var used []uuid.UUID
	s.OnSnapshot = func(v profile.Verb, s profiles.Snapshot) {
		if v == profile.Use {
			used = append(used, s.ID)
		}
	}
	test.Tap(s.Aside.Use)
	if !slices.Equal(used, []uuid.UUID{h[0].ID}) {
		t.Errorf("used is %v", used)
	}
	test.Tap(s.Aside.Later)
	s.SetHistory(h)
	if s.Aside.Visible() {
		t.Error("put off, it asks again")
	}
	h[0].Branch = false // answered
	s.SetHistory(h)
	if got := s.Timeline.Rows[0].Marks(); !slices.Equal(got, []string{"set aside"}) {
		t.Errorf("answered, it is marked %q", got)
	}
}

func TestTheMenuOfASnapshotOffersWhatIsPossible(t *testing.T) {
	h := history(4)
	h[1].Ended = "checkpoint"
	s := show(t, work(), h)
	for i, want := range [][]string{
		{"Label…", "Compare with the one before"},
		{"Roll back…", "Compare with the one before", "Compare with the newest"},
		{"Roll back…", "Label…", "Compare with the one before", "Compare with the newest", "Discard…"},
		{"Roll back…", "Label…", "Compare with the newest", "Discard…"},
	} {
		var offered []string
		for _, item := range s.Timeline.Rows[i].Menu().Items {
			if always := []string{"", "Open throwaway", "Open and save as new…", "Fork…"}; !item.Disabled && !slices.Contains(always, item.Label) {
				offered = append(offered, item.Label)
			}
		}
		slices.Sort(offered)
		slices.Sort(want)
		if !slices.Equal(offered, want) {
			t.Errorf("snapshot %d: offered are %q, want %q", i, offered, want)
		}
	}
}
