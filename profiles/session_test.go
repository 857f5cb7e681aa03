package profiles_test

import (
	"errors"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

func TestALoginComesBack(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if first.Outcome != profiles.Saved || first.Ended != "clean" || first.Files == 0 || first.Stored == 0 || first.Cookies == 0 {
		t.Errorf("the receipt says too little: %+v", first)
	}
	if first.Profile != first.Session {
		t.Error("a new profile's id is not that of the session it was first saved from")
	}
	c.nothingPlain("ada", "Shop")

	p := c.find("shop")
	if p.State != profiles.StateSaved || p.Snapshots != 1 || p.Newest != first.Snapshot {
		t.Errorf("the list has it as %+v", p)
	}
	if got := c.loggedIn(site, p.ID); got != "ada" {
		t.Errorf("the site takes the visitor for %q", got)
	}
	if h := c.history(p.ID); len(h) != 1 {
		t.Errorf("a throwaway left %d snapshots", len(h)-1)
	}
	c.nothingPlain("ada", "Shop")

	second := c.logIn(site, "bob", profiles.How{Load: p.ID, Save: profiles.SaveSame})
	if h := c.history(p.ID); len(h) != 2 || h[0].Parent != first.Snapshot || h[0].ID != second.Snapshot || !h[0].Newest {
		t.Errorf("the history is %+v", h)
	}
	if second.Stored >= second.Size/2 {
		t.Errorf("the second saving stored %d of %d bytes anew", second.Stored, second.Size)
	}
}

func TestForkLeavesTheOriginal(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	original := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Original"})
	fork := c.logIn(site, "bob", profiles.How{Load: original.Profile, Save: profiles.SaveNew, Name: "Fork"})
	copied, err := c.Fork(t.Context(), original.Profile, original.Snapshot, "Copy")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Original": "ada", "Fork": "bob", "Copy": "ada"} {
		if got := c.loggedIn(site, c.find(name).ID); got != want {
			t.Errorf("%s is logged in as %q, want %q", name, got, want)
		}
	}
	if len(c.history(original.Profile)) != 1 || len(c.history(fork.Profile)) != 1 || len(c.history(copied.Profile)) != 1 {
		t.Error("a fork is one snapshot, and adds none to its original")
	}
}

func TestSaveOverAnotherProfile(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	from := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "From"})
	over := c.logIn(site, "bob", profiles.How{Save: profiles.SaveNew, Name: "Over"})
	s, _ := c.open(profiles.How{Load: from.Profile, Save: profiles.SaveOver, Over: over.Profile})
	if r := c.close(s); r.Profile != over.Profile || r.Name != "Over" {
		t.Errorf("the receipt is %+v", r)
	}
	if got := c.loggedIn(site, over.Profile); got != "ada" {
		t.Errorf("saved over, it is logged in as %q", got)
	}
	if h := c.history(over.Profile); len(h) != 2 || h[0].Parent != over.Snapshot {
		t.Errorf("what was there before is not in the history: %+v", h)
	}
	if len(c.history(from.Profile)) != 1 {
		t.Error("the profile that was loaded got a snapshot")
	}
}

func TestRollBackBringsTheEarlierLoginBack(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	ada := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	bob := c.logIn(site, "bob", profiles.How{Load: ada.Profile, Save: profiles.SaveSame})
	r, err := c.Rollback(t.Context(), ada.Profile, ada.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	h := c.history(ada.Profile)
	if len(h) != 3 || h[0].ID != r.Snapshot || h[0].Parent != bob.Snapshot || h[0].Ended != "rolled back" {
		t.Errorf("the history is %+v", h)
	}
	if got := c.loggedIn(site, ada.Profile); got != "ada" {
		t.Errorf("rolled back, it is logged in as %q", got)
	}
	if _, err := c.Rollback(t.Context(), ada.Profile, bob.Snapshot); err != nil { // and forth
		t.Fatal(err)
	}
	if got := c.loggedIn(site, ada.Profile); got != "bob" {
		t.Errorf("rolled forth, it is logged in as %q", got)
	}
}

func TestAnEarlierSnapshotThatIsOpenedBecomesTheNewest(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	ada := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	bob := c.logIn(site, "bob", profiles.How{Load: ada.Profile, Save: profiles.SaveSame})
	s, _ := c.open(profiles.How{Load: ada.Profile, At: ada.Snapshot, Save: profiles.SaveSame})
	c.close(s)
	if h := c.history(ada.Profile); len(h) != 3 || h[0].Parent != bob.Snapshot || h[0].Branch || h[1].Branch {
		t.Errorf("the history is not a line: %+v", h)
	}
	if got := c.loggedIn(site, ada.Profile); got != "ada" {
		t.Errorf("it is logged in as %q", got)
	}
}

func TestAProfileIsOpenForSavingOnlyOnce(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	s, _ := c.open(profiles.How{Load: p.Profile, Save: profiles.SaveSame})

	other := c.process(profiles.Options{})
	_, err := other.Open(t.Context(), profiles.How{Load: p.Profile, Save: profiles.SaveSame, Headless: true})
	var inUse *profiles.InUseError
	if !errors.As(err, &inUse) || inUse.Name != "Shop" || inUse.Session != s.Info().ID || inUse.Since.IsZero() {
		t.Errorf("opened twice: %v", err)
	}
	if _, err := other.Rollback(t.Context(), p.Profile, p.Snapshot); !errors.As(err, &inUse) {
		t.Errorf("rolled back while it was open: %v", err)
	}
	if err := other.Trash(t.Context(), p.Profile); !errors.As(err, &inUse) {
		t.Errorf("thrown away while it was open: %v", err)
	}
	if got := c.loggedIn(site, p.Profile); got != "ada" {
		t.Errorf("a throwaway beside it is logged in as %q", got)
	}
	c.close(s)
	if err := other.Trash(t.Context(), p.Profile); err != nil {
		t.Errorf("the lock stayed: %v", err)
	}
}

func TestProcessesSeeAndStopEachOthersSessions(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	raised := make(chan struct{}, 1)
	other := c.process(profiles.Options{Raise: func() { raised <- struct{}{} }})
	if !profiles.Raise(t.Context(), c.home) {
		t.Error("nobody was raised")
	}
	<-raised

	s, browser := c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if err := testenv.LogIn(browser, site, "ada"); err != nil {
		t.Fatal(err)
	}
	theirs, err := other.Sessions(t.Context())
	if err != nil || len(theirs) != 1 || theirs[0].ID != s.Info().ID || theirs[0].Stage != profiles.StageRunning || theirs[0].Here {
		t.Fatalf("the other process sees %+v, %v", theirs, err)
	}
	list, err := other.Profiles(t.Context())
	if err != nil || len(list) != 1 || list[0].State != profiles.StateOpen || list[0].Name != "Shop" {
		t.Errorf("the other process lists %+v, %v", list, err)
	}
	if err := other.Show(t.Context(), s.Info().ID, site.URL+"/tab/1"); err != nil {
		t.Error(err)
	}
	testenv.Until(t, "the tab to be opened", func() bool { return site.Cookies("/tab/1") != "" })
	r, err := other.Stop(t.Context(), s.Info().ID)
	if err != nil || r.Outcome != profiles.Saved || r.Cookies == 0 || r.Tabs == 0 {
		t.Errorf("stopped: %+v, %v", r, err)
	}
	var missing *profiles.NotFoundError
	if _, err := other.Stop(t.Context(), s.Info().ID); !errors.As(err, &missing) {
		t.Errorf("stopped twice: %v", err)
	}
}

func TestEventsTellASessionsLife(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	var stages []profiles.Stage
	ended := make(chan *profiles.SessionEvent)
	stop := c.Watch(func(e profiles.Event) {
		if e.Session == nil {
			return
		}
		if n := len(stages); n == 0 || stages[n-1] != e.Session.Stage {
			stages = append(stages, e.Session.Stage)
		}
		if e.Session.Stage == profiles.StageEnded {
			ended <- e.Session
		}
	})
	defer stop()
	r := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	last := <-ended
	if last.Err != nil || last.Receipt == nil || last.Receipt.Snapshot != r.Snapshot {
		t.Errorf("the last event is %+v", last)
	}
	want := []profiles.Stage{profiles.StageRestoring, profiles.StageStarting, profiles.StageRunning, profiles.StageClosing, profiles.StageSaving, profiles.StageEnded}
	if len(stages) != len(want) {
		t.Fatalf("the stages were %v, want %v", stages, want)
	}
	for i := range want {
		if stages[i] != want[i] {
			t.Fatalf("the stages were %v, want %v", stages, want)
		}
	}
}

func TestASessionThatLostItsLoginsDoesNotBecomeTheNewest(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	good := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	s, browser := c.open(profiles.How{Load: good.Profile, Save: profiles.SaveSame})
	if _, err := chromedp.CallBrowser(browser, storage.ClearCookies, storage.ClearCookiesParams{}); err != nil {
		t.Fatal(err)
	}
	bad := c.close(s)
	if bad.Outcome != profiles.Saved || bad.Aside == "" || len(bad.Warnings) != 1 {
		t.Errorf("the receipt does not tell of the loss: %+v", bad)
	}
	p := c.find("Shop")
	if p.Newest != good.Snapshot || p.Aside == nil || p.Aside.Snapshot != bad.Snapshot {
		t.Errorf("the list has it as %+v", p)
	}
	if got := c.loggedIn(site, p.ID); got != "ada" {
		t.Errorf("the site takes the visitor for %q", got)
	}
	// The next saving leaves it behind.
	next := c.logIn(site, "bob", profiles.How{Load: p.ID, Save: profiles.SaveSame})
	if p := c.find("Shop"); p.Newest != next.Snapshot || p.Aside != nil {
		t.Errorf("after the next saving the list has it as %+v", p)
	}
	if h := c.history(p.ID); len(h) != 3 || h[0].Parent != good.Snapshot || h[1].Branch {
		t.Errorf("the history is %+v", h)
	}
}
