package profiles_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// twoComputers have one vault, in the folder; the first has saved the profile, and both know it.
func twoComputers(t *testing.T) (a, b *computer, folder string, profile uuid.UUID) {
	t.Helper()
	a = newComputer(t)
	profile = a.fresh("Shop").ID
	folder = filepath.Join(t.TempDir(), "stick")
	place := vault.Location{Folder: folder}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	a.sync()
	home := secondComputer(t)
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, a.RecoveryCode(), false); err != nil {
		t.Fatal(err)
	}
	b = &computer{t: t, home: home}
	b.Library = b.process(profiles.Options{})
	b.sync()
	return a, b, folder, profile
}

func (c *computer) sync() {
	c.t.Helper()
	if _, err := c.Sync(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// newestIs says whether the computer takes the snapshot for the newest, and which others are branches.
func (c *computer) newestIs(profile, snapshot uuid.UUID, branches ...uuid.UUID) {
	c.t.Helper()
	var found []uuid.UUID
	for _, s := range c.history(profile) {
		if s.Newest != (s.ID == snapshot) {
			c.t.Errorf("of %s it says that newest is %v", s.ID, s.Newest)
		}
		if s.Branch {
			found = append(found, s.ID)
		}
	}
	if !slices.Equal(found, branches) {
		c.t.Errorf("the branches are %v, want %v", found, branches)
	}
}

func same(profile uuid.UUID) profiles.How {
	return profiles.How{Load: profile, Save: profiles.SaveSame}
}

func TestAProfileThatIsOpenOnAnotherDeviceIsSaidToBe(t *testing.T) {
	a, b, _, p := twoComputers(t)
	site := testenv.NewSite(t)
	s, browser := a.open(same(p))
	if err := testenv.LogIn(browser, site, "ada"); err != nil {
		t.Fatal(err)
	}

	_, err := b.Open(t.Context(), same(p))
	var inUse *profiles.InUseError
	if !errors.As(err, &inUse) || !inUse.Elsewhere || inUse.Name != "Shop" || inUse.Device == "" || time.Since(inUse.Seen) > time.Minute {
		t.Fatalf("it was opened: %v", err)
	}
	if _, err := b.Rollback(t.Context(), p, b.find("Shop").Newest); !errors.As(err, &inUse) || !inUse.Elsewhere {
		t.Errorf("it was rolled back: %v", err)
	}
	if err := b.Trash(t.Context(), p); !errors.As(err, &inUse) || !inUse.Elsewhere {
		t.Errorf("it was moved to the trash: %v", err)
	}
	if got := b.find("Shop"); got.Elsewhere != nil {
		t.Errorf("before a sync it is known to be %+v", got.Elsewhere)
	}
	b.sync()
	if got := b.find("Shop"); got.State != profiles.StateElsewhere || got.Elsewhere == nil || !got.Elsewhere.Since.Equal(inUse.Since) {
		t.Errorf("the list says %q, %+v", got.State, got.Elsewhere)
	}
	if open, err := b.OpenElsewhere(t.Context()); err != nil || len(open) != 1 || open[0].Name != "Shop" || open[0].Device == "" {
		t.Errorf("open elsewhere are %+v, %v", open, err)
	}
	throwaway, _ := b.open(profiles.How{Load: p})
	b.close(throwaway)
	fork, _ := b.open(profiles.How{Load: p, Save: profiles.SaveNew, Name: "Copy"})
	b.close(fork)

	saved := a.close(s)
	if _, err := b.Open(t.Context(), same(p)); !errors.As(err, &inUse) {
		t.Errorf("it was opened before the saving has arrived: %v", err)
	}
	a.sync() // gives it back
	s, browser = b.open(same(p))
	page, err := testenv.ReadPage(browser, site)
	if err != nil || page.Cookies()["lasting"] != "ada" {
		t.Errorf("there it is logged in as %v, %v", page.Cookies(), err)
	}
	r := b.close(s)
	if len(r.Warnings) > 0 {
		t.Errorf("it warns: %q", r.Warnings)
	}
	b.sync()
	a.sync()
	a.newestIs(p, r.Snapshot)
	if h := a.history(p); h[0].Parent != saved.Snapshot {
		t.Errorf("it was saved upon %s, not %s", h[0].Parent, saved.Snapshot)
	}
}

func TestWhatWasTakenOverBecomesABranch(t *testing.T) {
	a, b, _, p := twoComputers(t)
	site := testenv.NewSite(t)
	first, _ := a.open(same(p))
	how := same(p)
	how.TakeOver = true
	second, browser := b.open(how)
	if err := testenv.LogIn(browser, site, "bob"); err != nil {
		t.Fatal(err)
	}
	told := make(chan error, 10)
	defer a.Watch(func(e profiles.Event) {
		if e.Trouble != nil {
			told <- e.Trouble
		}
	})()
	a.RenewLeases(t.Context())
	select {
	case err := <-told:
		if !strings.Contains(err.Error(), "taken over") {
			t.Errorf("it was told: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was told")
	}
	if info := first.Info(); info.TakenOver == "" {
		t.Errorf("its session says %+v", info)
	}
	taken := b.close(second)
	b.sync()
	if err := testenv.LogIn(testenv.Attach(t, first.Info().DevTools), site, "ada"); err != nil {
		t.Fatal(err)
	}
	late := a.close(first) // after the other, and with a larger id
	if len(late.Warnings) == 0 || !strings.Contains(late.Warnings[0], "taken over") {
		t.Errorf("the late saving warns: %q", late.Warnings)
	}
	for range 2 {
		a.sync()
		b.sync()
	}
	a.newestIs(p, taken.Snapshot, late.Snapshot)
	b.newestIs(p, taken.Snapshot, late.Snapshot)
	if got := a.loggedIn(site, p); got != "bob" {
		t.Errorf("the newest is logged in as %q", got)
	}

	// Either can be made the newest.
	r, err := a.Rollback(t.Context(), p, late.Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	a.sync()
	b.sync()
	b.newestIs(p, r.Snapshot, late.Snapshot)
	if got := b.loggedIn(site, p); got != "ada" {
		t.Errorf("rolled back to the branch, it is logged in as %q", got)
	}
}

func TestTheLeaseOfADeviceThatIsGoneRunsOut(t *testing.T) {
	a, b, folder, p := twoComputers(t)
	s, _ := a.open(same(p))
	lease := filepath.Join(folder, vault.LeaseName(p))
	long := time.Now().Add(-10 * time.Minute)
	if err := os.Chtimes(lease, long, long); err != nil {
		t.Fatal(err)
	}
	b.sync()
	if got := b.find("Shop"); got.Elsewhere != nil {
		t.Errorf("it is said to be open: %+v", got.Elsewhere)
	}
	second, _ := b.open(same(p))
	b.close(second)
	a.close(s)
}

func TestOfflineAProfileIsOpenedAllTheSame(t *testing.T) {
	a, b, folder, p := twoComputers(t)
	site := testenv.NewSite(t)
	held, _ := b.open(same(p))
	if err := os.Rename(folder, folder+"-unplugged"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // nor can it be made anew
		t.Fatal(err)
	}
	s, browser := a.open(same(p))
	if err := testenv.LogIn(browser, site, "ada"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(folder), os.Rename(folder+"-unplugged", folder)); err != nil {
		t.Fatal(err)
	}
	a.RenewLeases(t.Context())
	if info := s.Info(); info.TakenOver == "" {
		t.Errorf("it has not noticed that the other has it: %+v", info)
	}
	offline := a.close(s)
	if len(offline.Warnings) != 2 || !strings.Contains(offline.Warnings[0], "could not be asked") {
		t.Errorf("it warns %q", offline.Warnings)
	}
	if err := testenv.LogIn(testenv.Attach(t, held.Info().DevTools), site, "bob"); err != nil {
		t.Fatal(err)
	}
	online := b.close(held)
	for range 2 {
		a.sync()
		b.sync()
	}
	a.newestIs(p, online.Snapshot, offline.Snapshot)
	b.newestIs(p, online.Snapshot, offline.Snapshot)
}

func TestALeaseIsTakenWhenThePlaceComesBack(t *testing.T) {
	a, b, folder, p := twoComputers(t)
	if err := errors.Join(os.Rename(folder, folder+"-unplugged"), os.WriteFile(folder, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	s, _ := a.open(same(p))
	if err := errors.Join(os.Remove(folder), os.Rename(folder+"-unplugged", folder)); err != nil {
		t.Fatal(err)
	}
	a.RenewLeases(t.Context())
	var inUse *profiles.InUseError
	if _, err := b.Open(t.Context(), same(p)); !errors.As(err, &inUse) {
		t.Errorf("the other device was let in: %v", err)
	}
	a.close(s)
	a.sync()
	other, _ := b.open(same(p))
	b.close(other)
}

func TestADeviceThatCrashedTakesItsOwnLeaseAgain(t *testing.T) {
	a, _, _, p := twoComputers(t)
	s, _ := a.open(same(p))
	a.close(s) // not synced: the lease is held still, as it is by a process that died
	again, _ := a.open(same(p))
	if r := a.close(again); len(r.Warnings) > 0 {
		t.Errorf("it warns %q", r.Warnings)
	}
}
