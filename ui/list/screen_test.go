package list_test

import (
	"errors"
	"slices"
	"testing"

	"valise/profiles"
	"valise/profiles/snapshot"
	"valise/ui/list"
	"valise/ui/look"
	"valise/ui/parts"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/uuid"
)

// shelf is what most tests begin with: one profile running, one saved, one in the trash.
func shelf() []list.Entry {
	running := saved("Work", "mail.example", "wiki.example")
	running.State = profiles.StateOpen
	running.Session = &profiles.SessionInfo{ID: uuid.New(), SavesTo: running.ID, Stage: profiles.StageRunning}
	shop := saved("Shop", "shop.example")
	shop.Tags = []string{"testing"}
	gone := saved("Old", "old.example")
	gone.State = profiles.StateTrashed
	return []list.Entry{{Profile: running}, {Profile: shop}, {Profile: gone}}
}

func saved(name string, sites ...string) profiles.Profile {
	return profiles.Profile{ID: uuid.New(), Name: name, Newest: uuid.New(), State: profiles.StateSaved, Sites: sites, Size: 1}
}

// shown is a screen in a window, with a record of what the person wanted done.
type shown struct {
	*list.Screen
	window fyne.Window
	done   []string
}

// app runs what follows in Valise's colours.
func app(t *testing.T) { test.NewTempApp(t).Settings().SetTheme(look.New(look.Light)) }

func show(t *testing.T, entries []list.Entry) *shown {
	t.Helper()
	app(t)
	s := &shown{Screen: list.NewScreen()}
	s.OnDo = func(v list.Verb, e list.Entry) { s.done = append(s.done, verbs[v]+" "+e.Profile.Name) }
	s.OnNew = func() { s.done = append(s.done, "new") }
	s.window = test.NewTempWindow(t, s.Screen)
	s.window.Resize(fyne.NewSize(900, 600))
	s.SetEntries(entries)
	s.window.Canvas().Focus(s.Search)
	return s
}

var verbs = map[list.Verb]string{
	list.Open: "open", list.OpenThrowaway: "throwaway", list.BringUp: "show", list.Close: "close", list.History: "history",
	list.Rename: "rename", list.Trash: "trash", list.PutBack: "put back",
}

func (s *shown) names() []string {
	var names []string
	for _, e := range s.Entries() {
		names = append(names, e.Profile.Name)
	}
	return names
}

func (s *shown) press(keys ...fyne.KeyName) {
	for _, key := range keys {
		s.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
}

func (s *shown) wants(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.done, want) {
		t.Errorf("the person wants %q, should want %q", s.done, want)
	}
	s.done = nil
}

func TestSearchFindsNamesSitesAndTagsWhileTyping(t *testing.T) {
	s := show(t, shelf())
	for search, want := range map[string][]string{
		"":             {"Work", "Shop"},
		"sho":          {"Shop"},
		"WIKI":         {"Work"},
		"testing":      {"Shop"},
		"shop testing": {"Shop"},
		"work shop":    nil,
		"old":          nil, // it is in the trash
	} {
		s.Search.SetText("")
		test.Type(s.Search, search)
		if got := s.names(); !slices.Equal(got, want) {
			t.Errorf("a search for %q finds %q, want %q", search, got, want)
		}
	}
}

func TestKeysOpenWithoutLeavingTheSearch(t *testing.T) {
	s := show(t, shelf())
	s.press(fyne.KeyDown, fyne.KeyReturn)
	s.wants(t, "open Shop")
	s.press(fyne.KeyUp, fyne.KeyReturn)
	s.wants(t, "show Work") // it runs already
	s.press(fyne.KeyF2)
	s.wants(t, "rename Work")

	test.Type(s.Search, "shop")
	s.press(fyne.KeyReturn)
	s.wants(t, "open Shop")
	s.press(fyne.KeyEscape)
	if s.Search.Text != "" || len(s.Entries()) != 2 {
		t.Errorf("after Escape the search is %q and %d profiles are shown", s.Search.Text, len(s.Entries()))
	}
}

func TestDeleteMovesToTheTrashButNotWhatRuns(t *testing.T) {
	s := show(t, shelf())
	s.window.Canvas().Focus(s.Rows)
	s.press(fyne.KeyDelete)
	s.wants(t)
	s.press(fyne.KeyDown, fyne.KeyDelete)
	s.wants(t, "trash Shop")
}

func TestTheChosenProfileStaysChosenWhenTheOrderChanges(t *testing.T) {
	entries := shelf()
	s := show(t, entries)
	s.press(fyne.KeyDown)
	s.SetEntries([]list.Entry{entries[1], entries[0], entries[2]})
	if e, _ := s.Rows.Chosen(); e.Profile.Name != "Shop" {
		t.Errorf("%q is chosen, want Shop", e.Profile.Name)
	}
}

func TestTheTrashIsShownApart(t *testing.T) {
	s := show(t, shelf())
	test.Tap(s.Bin)
	if got := s.names(); !slices.Equal(got, []string{"Old"}) {
		t.Fatalf("the trash shows %q", got)
	}
	s.window.Canvas().Focus(s.Search)
	s.press(fyne.KeyReturn)
	s.wants(t, "put back Old")
	test.Tap(s.Bin)
	if got := s.names(); len(got) != 2 {
		t.Errorf("back from the trash the list shows %q", got)
	}
}

func TestButtonsFitTheState(t *testing.T) {
	throwaway := profiles.SessionInfo{ID: uuid.New(), Stage: profiles.StageRunning}
	damaged := saved("Broken")
	damaged.State, damaged.Problem = profiles.StateDamaged, errors.New("it is damaged")
	waiting := saved("Away")
	waiting.Where = profiles.Waiting
	asking := saved("Emptied")
	asking.Aside = &profiles.Aside{Snapshot: uuid.New(), Why: "all of its 14 cookies are gone"}
	opening := saved("Slow")
	opening.State = profiles.StateOpening
	opening.Session = &profiles.SessionInfo{Stage: profiles.StageRestoring}
	entries := shelf()
	for _, c := range []struct {
		entry                 list.Entry
		chip, primary, second string
		primaryOff            bool
	}{
		{entries[0], "open", "Close and save", "Show", false},
		{entries[1], "saved", "Open", "", false},
		{entries[2], "in the trash", "Put back", "", false},
		{list.Entry{Profile: saved("Work"), Throwaway: &throwaway}, "throwaway", "Close", "Show", false},
		{list.Entry{Profile: damaged}, "damaged", "Open", "", false},
		{list.Entry{Profile: waiting}, "waiting", "Open", "", false},
		{list.Entry{Profile: asking}, "asks", "Open", "Look…", false},
		{list.Entry{Profile: opening}, "opening…", "Close and save", "Show", true},
	} {
		app(t)
		row := list.NewRow(func(list.Verb, list.Entry) {})
		row.Set(c.entry, false)
		second := row.Second.Text
		if row.State() != c.chip || row.Primary.Text != c.primary || second != c.second || row.Primary.Disabled() != c.primaryOff {
			t.Errorf("%s: chip %q, buttons %q (disabled: %v) and %q", c.entry.Profile.Name, row.State(), row.Primary.Text, row.Primary.Disabled(), second)
		}
	}
}

func TestTheMenuOffersWhatIsPossible(t *testing.T) {
	entries := shelf()
	unsaved := saved("New")
	unsaved.Newest = uuid.Nil
	for _, c := range []struct {
		entry     list.Entry
		possible  []string
		forbidden []string
	}{
		{entries[0], []string{"Show", "Close and save", "Save now", "Open throwaway", "Fork…", "Rename…"}, []string{"Move to trash"}},
		{entries[1], []string{"Open", "Open throwaway", "Open and save as new…", "Open and save over…", "History", "Fork…", "Rename…", "Colour…", "Move to trash"}, nil},
		{entries[2], []string{"Put back", "History"}, nil},
		{list.Entry{Profile: unsaved}, []string{"Open", "Rename…"}, []string{"Open throwaway", "Open and save as new…", "Fork…"}},
	} {
		can := map[string]bool{}
		for _, item := range list.MenuFor(c.entry, nil).Items {
			can[item.Label] = !item.Disabled
		}
		for _, label := range c.possible {
			if !can[label] {
				t.Errorf("%s: %q is not offered", c.entry.Profile.Name, label)
			}
		}
		for _, label := range c.forbidden {
			if possible, there := can[label]; !there || possible {
				t.Errorf("%s: %q should be there, and disabled", c.entry.Profile.Name, label)
			}
		}
	}
}

func TestAnEmptyListHelps(t *testing.T) {
	s := show(t, nil)
	for _, label := range []string{"New profile", "Use an existing vault"} {
		if !slices.Contains(s.buttons(), label) {
			t.Errorf("there is no button %q among %q", label, s.buttons())
		}
	}
	s.SetEntries(shelf())
	test.Type(s.Search, "nowhere")
	if !slices.Contains(s.buttons(), "Clear the search") {
		t.Errorf("nothing found, and the buttons are %q", s.buttons())
	}
}

// buttons are the labels of those that can be seen.
func (s *shown) buttons() []string {
	var labels []string
	for _, o := range test.LaidOutObjects(s.window.Content()) {
		if b, is := o.(*parts.Button); is && b.Visible() {
			labels = append(labels, b.Text)
		}
	}
	return labels
}

func TestTabsOfTheSameSiteShareAnIcon(t *testing.T) {
	p := saved("Work", "mail.example")
	for _, address := range []string{"https://mail.example/1", "https://mail.example/2", "https://wiki.example/", "about:blank"} {
		p.Summary.Tabs = append(p.Summary.Tabs, snapshot.Tab{URL: address})
	}
	app(t)
	row := list.NewRow(func(list.Verb, list.Entry) {})
	row.Set(list.Entry{Profile: p}, false)
	if got := row.Icons(); !slices.Equal(got, []string{"mail.example", "wiki.example"}) {
		t.Errorf("the icons are those of %q", got)
	}
}
