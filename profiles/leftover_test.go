package profiles_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// The environment with which this test program is, once more, another Valise process: it opens a session on the home in
// the first as the second says, prints the session as JSON, and waits to be killed.
const (
	otherHome = "VALISE_TEST_OTHER_HOME"
	otherHow  = "VALISE_TEST_OTHER_HOW"
)

func TestMain(m *testing.M) {
	if home := os.Getenv(otherHome); home != "" {
		if err := beOther(profiles.Home{Dir: home}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func beOther(home profiles.Home) error {
	var how profiles.How
	if err := json.Unmarshal([]byte(os.Getenv(otherHow)), &how); err != nil {
		return err
	}
	l, err := profiles.Open(context.Background(), home, profiles.Options{})
	if err != nil {
		return err
	}
	s, err := l.Open(context.Background(), how)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(s.Info()); err != nil {
		return err
	}
	select {}
}

// crash opens a session in another process, lets do drive its browser, and kills the process.
func (c *computer) crash(how profiles.How, do func(browser context.Context)) profiles.SessionInfo {
	c.t.Helper()
	how.Headless, how.Port = true, true
	asked, err := json.Marshal(how)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), otherHome+"="+c.home.Dir, otherHow+"="+string(asked))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var info profiles.SessionInfo
	if err == nil {
		err = json.Unmarshal(line, &info)
	}
	if err != nil {
		c.t.Fatalf("the other process: %v", err)
	}
	if do != nil {
		do(testenv.Attach(c.t, info.DevTools))
	}
	return info
}

func TestWhatACrashLeftBehindIsSavedAtTheNextStart(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	before := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	c.crash(profiles.How{Load: before.Profile, Save: profiles.SaveSame}, func(browser context.Context) {
		if err := testenv.LogIn(browser, site, "bob"); err != nil {
			t.Fatal(err)
		}
	})
	receipts, err := c.Recover(t.Context())
	if err != nil || len(receipts) != 1 || receipts[0].Name != "Shop" || receipts[0].Ended != "recovered" {
		t.Fatalf("recovered %+v, %v", receipts, err)
	}
	if h := c.history(before.Profile); len(h) != 2 || h[0].Ended != "recovered" || h[0].Parent != before.Snapshot {
		t.Errorf("the history is %+v", h)
	}
	if got := c.loggedIn(site, before.Profile); got != "bob" {
		t.Errorf("it is logged in as %q", got)
	}
	c.nothingPlain("ada", "bob", "Shop")
	if again, err := c.Recover(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("recovered once more: %+v, %v", again, err)
	}
}

func TestACrashedNewProfileIsRecoveredUnderItsName(t *testing.T) {
	c := newComputer(t)
	info := c.crash(profiles.How{Save: profiles.SaveNew, Name: "Fresh"}, nil)
	if _, err := c.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := c.find("Fresh"); p.ID != info.ID || p.Snapshots != 1 {
		t.Errorf("it is %+v", p)
	}
}

func TestACrashedThrowawayIsWiped(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	c.crash(profiles.How{Load: p.Profile}, nil)
	if receipts, err := c.Recover(t.Context()); err != nil || len(receipts) != 0 {
		t.Errorf("recovered %+v, %v", receipts, err)
	}
	c.nothingPlain("ada")
	if len(c.history(p.Profile)) != 1 {
		t.Error("a throwaway was saved")
	}
}

func TestOpeningSavesWhatACrashLeftFirst(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	c.crash(profiles.How{Load: p.Profile, Save: profiles.SaveSame}, func(browser context.Context) {
		if err := testenv.LogIn(browser, site, "bob"); err != nil {
			t.Fatal(err)
		}
	})
	s, browser := c.open(profiles.How{Load: p.Profile, Save: profiles.SaveSame})
	page, err := testenv.ReadPage(browser, site)
	if err != nil || page.Cookies()["lasting"] != "bob" {
		t.Errorf("opened, it is logged in as %q, %v", page.Cookies()["lasting"], err)
	}
	c.close(s)
	for _, snapshot := range c.history(p.Profile) {
		if snapshot.Branch {
			t.Errorf("the history has a branch: %+v", snapshot)
		}
	}
}

func TestASavingThatFailsLosesNothing(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	s, browser := c.open(profiles.How{Load: p.Profile, Save: profiles.SaveSame})
	if err := testenv.LogIn(browser, site, "bob"); err != nil {
		t.Fatal(err)
	}
	// A file in the place of the vault's folder: nothing can be written there, by root neither.
	settings, err := c.home.Settings()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(c.home.Dir, "vaults", settings.Vault.String())
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Close(t.Context()); !errors.Is(err, profiles.ErrKept) || strings.Contains(err.Error(), "bob") {
		t.Errorf("closing said %v", err)
	}
	os.Remove(folder)
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	if receipts, err := c.Recover(t.Context()); err != nil || len(receipts) != 1 {
		t.Fatalf("recovered %+v, %v", receipts, err)
	}
	if got := c.loggedIn(site, p.Profile); got != "bob" {
		t.Errorf("it is logged in as %q", got)
	}
}

func TestFoldersThatAreNotReadyAreLeftAlone(t *testing.T) {
	c := newComputer(t)
	s, _ := c.open(profiles.How{Save: profiles.SaveNew}) // running
	young := filepath.Join(c.home.Dir, "sessions", uuid.NewString())
	if err := os.Mkdir(young, 0o700); err != nil {
		t.Fatal(err)
	}
	making := flock.New(filepath.Join(c.home.Dir, "locks", "sessions")) // by the process that is about to write its record
	if ok, err := making.TryLock(); !ok {
		t.Fatal(err)
	}
	if receipts, err := c.process(profiles.Options{}).Recover(t.Context()); err != nil || len(receipts) != 0 {
		t.Errorf("recovered %+v, %v", receipts, err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Error(err)
	}
	making.Close() // that process has died
	if _, err := c.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(young); err == nil {
		t.Error("what was begun of a folder stays")
	}
	if r := c.close(s); r.Outcome != profiles.Saved {
		t.Errorf("the running session's receipt is %+v", r)
	}
}
