package profiles_test

import (
	"context"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/google/uuid"
)

// save makes a checkpoint.
func (c *computer) save(s *profiles.Session) profiles.Receipt {
	c.t.Helper()
	r, err := c.SaveNow(c.t.Context(), s.Info().ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// loggedInAt is loggedIn for a snapshot that is not the newest.
func (c *computer) loggedInAt(site *testenv.Site, profile, at uuid.UUID) string {
	c.t.Helper()
	s, browser := c.open(profiles.How{Load: profile, At: at})
	page, err := testenv.ReadPage(browser, site)
	if err != nil {
		c.t.Fatal(err)
	}
	c.close(s)
	return page.Cookies()["lasting"]
}

func TestACheckpointOpensWithWhatWasThereWhenItWasMade(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	before := c.logIn(site, "ada-4711", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	s, browser := c.open(profiles.How{Load: before.Profile, Save: profiles.SaveSame, URLs: []string{site.URL + "/tab/7"}})
	if err := testenv.LogIn(browser, site, "bob-4711"); err != nil {
		t.Fatal(err)
	}
	r := c.save(s)
	if r.Outcome != profiles.Saved || r.Ended != "checkpoint" || r.Where != profiles.InThisComputer || r.Cookies == 0 || r.Sites != 1 {
		t.Errorf("the receipt is %+v", r)
	}
	h := c.history(before.Profile)
	if len(h) != 2 || h[0].ID != r.Snapshot || h[0].Ended != "checkpoint" || h[0].Parent != before.Snapshot || h[0].Newest || h[0].Branch || !h[1].Newest || h[1].Branch {
		t.Errorf("the history is %+v", h)
	}
	p := c.find("Shop")
	if p.State != profiles.StateOpen || p.Newest != before.Snapshot || p.Snapshots != 1 {
		t.Errorf("the list has %+v", p)
	}
	if err := testenv.LogIn(browser, site, "eve-4711"); err != nil {
		t.Fatal(err)
	}
	if got := c.loggedInAt(site, before.Profile, r.Snapshot); got != "bob-4711" {
		t.Errorf("the checkpoint is logged in as %q", got)
	}

	// It can be forked, and the fork does not need it.
	found, err := c.FindSnapshot(t.Context(), before.Profile, r.Snapshot.String()[:13])
	if err != nil {
		t.Fatal(err)
	}
	fork, err := c.Fork(t.Context(), before.Profile, found.ID, "Fork")
	if err != nil {
		t.Fatal(err)
	}

	second := c.save(s)
	if h := c.history(before.Profile); len(h) != 2 || h[0].ID != second.Snapshot || second.Snapshot == r.Snapshot {
		t.Errorf("the second took not the first one's place: %+v", h)
	}
	end := c.close(s)
	if h := c.history(before.Profile); len(h) != 2 || h[0].ID != end.Snapshot || h[1].ID != before.Snapshot {
		t.Errorf("after a session that ended well the history is %+v", h)
	}
	if got := c.loggedIn(site, fork.Profile); got != "bob-4711" {
		t.Errorf("the fork is logged in as %q", got)
	}
	c.nothingPlain("ada-4711", "bob-4711", "eve-4711")
}

// The first session of a profile is listed as soon as there is a checkpoint, also where its process is not known.
func TestTheFirstCheckpointOfANewProfile(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	s, browser := c.open(profiles.How{Save: profiles.SaveNew, Name: "Fresh"})
	if err := testenv.LogIn(browser, site, "ada-4711"); err != nil {
		t.Fatal(err)
	}
	r := c.save(s)
	if p := c.find("Fresh"); p.State != profiles.StateOpen || p.Newest != uuid.Nil || p.Snapshots != 0 || p.ID != r.Profile {
		t.Errorf("the list has %+v", p)
	}
	if h := c.history(r.Profile); len(h) != 1 || h[0].Newest || h[0].Branch || h[0].Ended != "checkpoint" || h[0].Parent != uuid.Nil {
		t.Errorf("the history is %+v", h)
	}
	if got := c.loggedInAt(site, r.Profile, r.Snapshot); got != "ada-4711" {
		t.Errorf("it is logged in as %q", got)
	}
	c.close(s)
	if p := c.find("Fresh"); p.Snapshots != 1 || p.State != profiles.StateSaved {
		t.Errorf("closed, it is %+v", p)
	}
}

// Killed with everything, a session leaves its last checkpoint beside what was recovered; it can be rolled back to. The
// next session that ends well takes it away.
func TestTheLastCheckpointOutlivesACrash(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	before := c.logIn(site, "ada-4711", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	info := c.crash(profiles.How{Load: before.Profile, Save: profiles.SaveSame}, func(browser context.Context) {
		if err := testenv.LogIn(browser, site, "bob-4711"); err != nil {
			t.Fatal(err)
		}
		sessions, err := c.Sessions(t.Context())
		if err != nil || len(sessions) != 1 {
			t.Fatalf("%+v, %v", sessions, err)
		}
		r, err := c.SaveNow(t.Context(), sessions[0].ID) // by the socket of the other process
		if err != nil || r.Outcome != profiles.Saved {
			t.Fatalf("%+v, %v", r, err)
		}
		if err := testenv.LogIn(browser, site, "eve-4711"); err != nil {
			t.Fatal(err)
		}
	})
	receipts, err := c.Recover(t.Context())
	if err != nil || len(receipts) != 1 || receipts[0].Session != info.ID {
		t.Fatalf("recovered %+v, %v", receipts, err)
	}
	h := c.history(before.Profile)
	if len(h) != 3 || h[0].Ended != "recovered" || !h[0].Newest || h[1].Ended != "checkpoint" || h[2].ID != before.Snapshot {
		t.Fatalf("the history is %+v", h)
	}
	back, err := c.Rollback(t.Context(), before.Profile, h[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := c.open(profiles.How{Load: before.Profile, At: h[1].ID, Save: profiles.SaveSame})
	end := c.close(s)
	if end.Outcome != profiles.Saved {
		t.Errorf("a checkpoint that was opened to go on from: %+v", end)
	}
	for _, snapshot := range c.history(before.Profile) {
		if snapshot.Ended == "checkpoint" {
			t.Errorf("it is still there after a session that ended well: %+v", snapshot)
		}
	}
	for _, id := range []uuid.UUID{back.Snapshot, end.Snapshot} {
		if got := c.loggedInAt(site, before.Profile, id); got != "bob-4711" {
			t.Errorf("%s is logged in as %q", id, got)
		}
	}
}

func TestNoCheckpointWhereThereIsNothingToSave(t *testing.T) {
	c := newComputer(t)
	p := c.close(first(c.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})))
	throwaway, _ := c.open(profiles.How{Load: p.Profile})
	if r, err := c.SaveNow(t.Context(), throwaway.Info().ID); err == nil {
		t.Errorf("a throwaway was saved: %+v", r)
	}
	c.close(throwaway)
	if _, err := throwaway.SaveNow(t.Context()); err == nil {
		t.Error("a session that is over was saved")
	}
	if h := c.history(p.Profile); len(h) != 1 {
		t.Errorf("the history is %+v", h)
	}
}

func first(s *profiles.Session, _ context.Context) *profiles.Session { return s }
