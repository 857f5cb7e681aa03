package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"valise/internal/testenv"
)

// death is what is to happen to a command: at a point of internal/fault somebody dies.
type death struct {
	point string // "saving: the snapshot is written#1"; empty: nobody dies
	who   victim
}

type victim string

const (
	app     victim = "app"
	browser victim = "browser" // and all of its processes
	both    victim = "both"    // as in a power cut
)

// A session is opened, a person logs in, it is closed, saved and sent. Whoever dies on the way, the next commands find
// either the person before or this one, and nothing has to be put in order by hand.
func TestDeathAtEveryStepOfASession(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop := newShop(t, server)
	dieEverywhere(t, everything, 8, func(t *testing.T, d death) []passing {
		return shop.in(t).session(d)
	})
	shop.isWhole()
	shop.arrives(server)
}

// Recovering what a death left behind is cut short itself.
func TestDeathAtEveryStepOfRecovering(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop := newShop(t, server)
	dieEverywhere(t, []string{"recovering:", "wiping:"}, 4, func(t *testing.T, d death) []passing {
		return shop.in(t).recovery(d)
	})
	shop.isWhole()
	shop.arrives(server)
}

// The first session of a new profile.
func TestDeathAtEveryStepOfANewProfile(t *testing.T) {
	t.Parallel()
	site, c, n := testenv.NewSite(t), newComputer(t), 0
	c.does("list")
	dieEverywhere(t, nil, 6, func(t *testing.T, d death) []passing {
		c := c.in(t)
		n++
		name := fmt.Sprintf("Profile %d", n)
		doomed := c.doomed(d)
		s := doomed.attempt(doomed.command("new", name, "--headless", "--cdp"))
		loggedIn := s.address != "" && s.visit(func(browser context.Context) error { return testenv.LogIn(browser, site, "ada") }) == nil
		s.end()
		c.isWhole()
		there := slices.ContainsFunc(c.profiles(), func(p profile) bool { return p.Name == name })
		if loggedIn && !there {
			t.Errorf("of %s nothing is left", name)
		}
		if there && loggedIn && d.who != both && d.who != browser {
			if who := c.loggedIn(site, name); who != "ada" {
				t.Errorf("%s is logged in as %q", name, who)
			}
		}
		if there {
			c.does("trash", name)
		}
		return doomed.passings()
	})
}

// Copying, renaming, rolling back, trashing: no browser is there, and either it is done or it is not.
func TestDeathAtEveryStepOfEditing(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop := newShop(t, server)
	shop.does("fork", "Shop", "Office")
	n := 0
	dieEverywhere(t, []string{"pruning:"}, 12, func(t *testing.T, d death) []passing {
		n++
		c := shop.computer.in(t)
		before := c.names()
		var passed []passing
		for _, command := range [][]string{
			{"fork", "Shop", fmt.Sprintf("Copy %d", n)},
			{"rename", before[0], fmt.Sprintf("Name %d", n)},
			{"rollback", "Shop", c.profile("Shop").Newest},
			{"trash", fmt.Sprintf("Copy %d", n)},
		} {
			doomed := c.doomed(d)
			doomed.valise(command...)
			passed = append(passed, doomed.passings()...)
		}
		c.isWhole()
		return passed
	})
	shop.isWhole()
	shop.arrives(server)
}

// A profile leaves in a file, and comes in from one: the file is whole or is not there, and so is the profile.
func TestDeathAtEveryStepOfExportingAndImporting(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop, n := newShop(t, server), 0
	const passphrase = "for the deaths"
	dieEverywhere(t, []string{"exporting:", "importing:"}, 4, func(t *testing.T, d death) []passing {
		n++
		c := shop.computer.in(t)
		dir := t.TempDir()
		file, name := filepath.Join(dir, "shop.valise"), fmt.Sprintf("Import %d", n)
		exporting := c.doomed(d)
		exporting.valiseReading(passphrase, "export", "Shop", file)
		passed := exporting.passings()
		if _, err := os.Stat(file); err != nil {
			c.well(c.valiseReading(passphrase, "export", "Shop", file), "export")
		}
		importing := c.doomed(d)
		importing.valiseReading(passphrase, "import", file, "--name", name)
		c.isWhole()
		if !slices.Contains(c.names(), name) {
			c.well(c.valiseReading(passphrase, "import", file, "--name", name), "import")
		}
		if who := c.loggedIn(shop.site, name); who != "person-0" {
			t.Errorf("%s is logged in as %q", name, who)
		}
		c.does("trash", name)
		return append(passed, importing.passings()...)
	})
	shop.isWhole()
	shop.arrives(server)
}

// What another computer has saved is fetched.
func TestDeathAtEveryStepOfFetching(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop, second, n := newShop(t, server), newComputer(t), 0
	second.join(server, shop.recoveryCode())
	dieEverywhere(t, everything, 4, func(t *testing.T, d death) []passing {
		n++
		first, second := shop.computer.in(t), second.in(t)
		first.does("fork", "Shop", fmt.Sprintf("Copy %d", n))
		first.does("sync")
		doomed := second.doomed(d)
		doomed.valise("sync")
		second.isWhole()
		second.does("sync")
		agree(t, first, second)
		return doomed.passings()
	})
}

// The very first start makes a key and a vault. However often it dies, one vault comes of it.
func TestDeathAtEveryStepOfTheFirstStart(t *testing.T) {
	t.Parallel()
	c, n := newComputer(t), 0
	dieEverywhere(t, everything, 4, func(t *testing.T, d death) []passing {
		n++
		c := c.in(t).fresh(fmt.Sprintf("first-%d", n))
		doomed := c.doomed(d)
		doomed.valise("list")
		c.isWhole()
		if vaults := files(t, c.home, "vaults", "*"); len(vaults) != 1 {
			t.Errorf("there are %d vaults", len(vaults))
		}
		return doomed.passings()
	})
}

// Joining a vault, and connecting one, are asked for once more after a death; nothing is in the way.
func TestDeathAtEveryStepOfJoiningAndConnecting(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop := newShop(t, server)
	code, n := shop.recoveryCode(), 0
	dieEverywhere(t, []string{"joining:", "noting:"}, 6, func(t *testing.T, d death) []passing {
		n++
		c := shop.computer.in(t).fresh(fmt.Sprintf("joined-%d", n))
		doomed := c.doomed(d).with(server.Env()...)
		doomed.valiseReading(code, "vault", "join", bucketURL(server), "--endpoint", server.Endpoint)
		passed := doomed.passings()
		c.does("list") // starts with a vault of its own, or with the one that it was about to join
		c.join(server, code)
		c.isWhole()
		agree(t, shop.computer.in(t), c)
		return passed
	})
	dieEverywhere(t, []string{"connecting:", "noting:"}, 4, func(t *testing.T, d death) []passing {
		n++
		c, place := shop.computer.in(t).fresh(fmt.Sprintf("connected-%d", n)), fmt.Sprintf("%s/%d", bucketURL(server), n)
		c.does("list")
		doomed := c.doomed(d).with(server.Env()...)
		doomed.valise("vault", "connect", place, "--endpoint", server.Endpoint)
		passed := doomed.passings()
		c.isWhole()
		c.with(server.Env()...).does("vault", "connect", place, "--endpoint", server.Endpoint)
		c.does("sync")
		return passed
	})
}

// A passphrase is set and taken away. Whoever dies on the way, doing it again does it, and nothing is left of one that was taken away.
func TestDeathAtEveryStepOfSettingAndRemovingAPassphrase(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop, n := newShop(t, server), 0
	shop.does("sync")
	dieEverywhere(t, []string{"passphrase:"}, 4, func(t *testing.T, d death) []passing {
		n++
		c := shop.computer.in(t)
		passphrase := fmt.Sprintf("for the deaths, number %d", n)
		setting := c.doomed(d)
		setting.valiseReading(passphrase, "vault", "passphrase")
		passed := setting.passings()
		c.isWhole()
		c.well(c.valiseReading(passphrase, "vault", "passphrase"), "vault", "passphrase")
		joined := c.fresh(fmt.Sprintf("let-in-%d", n))
		joined.join(server, passphrase)
		agree(t, c, joined)
		removing := c.doomed(d)
		removing.valise("vault", "passphrase", "--remove")
		c.isWhole()
		c.does("vault", "passphrase", "--remove")
		joined.does("sync")
		left := files(t, server.DataDir, server.Bucket, "of", "ours", "passphrase")
		for _, home := range []string{c.home, joined.home} {
			left = append(left, files(t, home, "vaults", "*", "passphrase")...)
		}
		if len(left) > 0 {
			t.Errorf("of a passphrase that was taken away there is %v", left)
		}
		return append(passed, removing.passings()...)
	})
	shop.isWhole()
	shop.arrives(server)
}

// shop is a computer with a profile of that name, at whose site one person after the other logs in.
type shop struct {
	*computer
	site   *testenv.Site
	people *people
}

// people are those who have logged in.
type people struct {
	n    int
	last []string // one of them the profile has to know; more than one after a death that may have cost the last login
}

func newShop(t *testing.T, server *testenv.S3Server) *shop {
	s := &shop{newComputer(t), testenv.NewSite(t), &people{last: []string{"person-0"}}}
	s.connect(server)
	s.logIn(s.site, "person-0", "new", "Shop")
	return s
}

func (s *shop) in(t *testing.T) *shop { return &shop{s.computer.in(t), s.site, s.people} }

// session is one in which the next person logs in, if it comes to that.
func (s *shop) session(d death) []passing {
	s.t.Helper()
	doomed := s.doomed(d)
	session := doomed.attempt(doomed.command("open", "Shop", "--headless", "--cdp"))
	s.enter(session, d.who == browser || d.who == both)
	session.end()
	s.isWhole()
	return doomed.passings()
}

// recovery is that of a session whose app was killed; its browser closes in order.
func (s *shop) recovery(d death) []passing {
	s.t.Helper()
	session := s.open("open", "Shop")
	s.enter(session, d.who == browser || d.who == both)
	session.kill()
	doomed := s.doomed(d)
	doomed.valise("list")
	s.isWhole()
	return doomed.passings()
}

// enter looks who is logged in, and has the next person log in. A death of the browser may come at any time, and may
// cost what the browser has not written.
func (s *shop) enter(session *session, mayFail bool) {
	s.t.Helper()
	if session.address == "" {
		return
	}
	p := s.people
	who, err := session.who(s.site)
	if err != nil {
		if !mayFail {
			s.t.Error(err)
		}
		return
	}
	if !slices.Contains(p.last, who) {
		s.t.Errorf("LOST: it is logged in as %q, want %q", who, p.last)
	}
	p.n++
	next := fmt.Sprintf("person-%d", p.n)
	err = session.visit(func(browser context.Context) error { return testenv.LogIn(browser, s.site, next) })
	switch {
	case mayFail:
		p.last = []string{who, next}
	case err != nil:
		s.t.Error(err)
		p.last = []string{who, next}
	default:
		p.last = []string{next}
	}
	if s.canCheckpoint() {
		s.valise("save", "Shop")
	}
}

// who is logged in at the site.
func (s *session) who(site *testenv.Site) (who string, err error) {
	err = s.visit(func(browser context.Context) (err error) {
		who, err = testenv.Cookie(browser, site, "lasting")
		return err
	})
	return who, err
}

// visit drives the browser, which may die meanwhile.
func (s *session) visit(do func(browser context.Context) error) error {
	browser, cancel := context.WithTimeout(s.browser(), time.Minute)
	defer cancel()
	return do(browser)
}

// end has the command end, if it has not.
func (s *session) end() {
	syscall.Kill(s.Pid(), syscall.SIGINT) // an error is that it has ended
	s.Wait()
}

// canCheckpoint says whether there is a command for it.
func (c *computer) canCheckpoint() bool { return c.valise("save", "--help").code == 0 }

// isWhole checks by ordinary commands that all is in order on the computer.
func (c *computer) isWhole() {
	c.t.Helper()
	all := c.profiles() // the first command: it saves what was left behind
	// What Valise had asked for the browser's version, or the like, has not noticed its death yet.
	for range 300 {
		if len(c.processes()) == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.leavesNothing()
	c.does("vault", "check")
	for _, p := range all {
		if p.State != "saved" && p.State != "in the trash" || p.Snapshots == 0 {
			c.t.Errorf("%s is %q, with %d snapshots", p.Name, p.State, p.Snapshots)
		}
		if p.State == "in the trash" {
			continue // it was looked at before it went there
		}
		h := c.history(p.ID)
		newest := slices.IndexFunc(h, func(s snapshot) bool { return s.Newest })
		for i, s := range h {
			if newest < 0 || s.Branch || s.Newest && i != newest || s.Ended != "checkpoint" && i < newest {
				c.t.Errorf("the history of %s is not one chain: %+v", p.Name, h)
				break
			}
		}
	}
	if left := files(c.t, c.home, "locks", "*holder*"); len(left) > 0 {
		c.t.Errorf("in the folder of locks, profiles are named: %v", left)
	}
	for _, dir := range []string{".", "locks", "vaults", "vaults/*"} {
		if left := files(c.t, c.home, dir, ".*.*-*"); len(left) > 0 {
			c.t.Errorf("half a file is left: %v", left)
		}
	}
}

// isWhole checks that all is in order, and that the last person is known.
func (s *shop) isWhole() {
	s.t.Helper()
	s.computer.isWhole()
	if strings.Contains(s.t.Name(), "/") {
		return // a part of the test: the next one looks who is logged in
	}
	if who := s.loggedIn(s.site, "Shop"); !slices.Contains(s.people.last, who) {
		s.t.Errorf("LOST: in the end it is logged in as %q, want %q", who, s.people.last)
	}
}

// arrives checks that another computer gets the same from the bucket.
func (s *shop) arrives(server *testenv.S3Server) {
	s.t.Helper()
	s.does("sync")
	if n := s.waiting(); n != 0 {
		s.t.Errorf("%d objects wait", n)
	}
	second := newComputer(s.t)
	second.join(server, s.recoveryCode())
	agree(s.t, s.computer, second)
	if who := second.loggedIn(s.site, "Shop"); !slices.Contains(s.people.last, who) {
		s.t.Errorf("LOST: another computer is logged in as %q, want %q", who, s.people.last)
	}
}

// agree checks that two computers have the same profiles with the same histories.
func agree(t testing.TB, first, second *computer) {
	t.Helper()
	all := func(c *computer) []string {
		var all []string
		for _, p := range c.profiles() {
			all = append(all, fmt.Sprintf("%s %s %s %d", p.ID, p.Name, p.Newest, p.Snapshots))
		}
		slices.Sort(all)
		return all
	}
	if a, b := all(first), all(second); !slices.Equal(a, b) {
		t.Errorf("the computers differ:\n%s\n\n%s", strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// names are those of the profiles but Shop.
func (c *computer) names() []string {
	var names []string
	for _, p := range c.profiles() {
		if p.Name != "Shop" && p.State != "in the trash" {
			names = append(names, p.Name)
		}
	}
	return names
}

// passing is a point that a command came by.
type passing struct {
	point   string
	browser bool // one was there
	died    bool
}

// doomed is the computer for commands in which the death comes.
func (c *computer) doomed(d death) *computer {
	c.t.Helper()
	doomed := c.with("VALISE_FAULT_LOG="+filepath.Join(c.t.TempDir(), "log"), "VALISE_FAULT="+d.point, "VALISE_FAULT_KILLS="+string(d.who))
	doomed.binary = testenv.FaultsBinary(c.t)
	return doomed
}

// passings are the points that the commands of a doomed computer came by.
func (c *computer) passings() []passing {
	c.t.Helper()
	var all []passing
	for _, entry := range slices.Backward(c.env) {
		path, ok := strings.CutPrefix(entry, "VALISE_FAULT_LOG=")
		if !ok {
			continue
		}
		text, _ := os.ReadFile(path) // none: it came by none
		for line := range strings.Lines(string(text)) {
			if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 {
				all = append(all, passing{fields[1], fields[2] == "browser", fields[0] == "died"})
			}
		}
		return all
	}
	return nil
}

// everything is all points of a story, by the beginnings of their names.
var everything = []string{""}

// dieEverywhere lives a story once without a death, to learn which points it comes by, and then with the deaths of everyone
// who can die there. Short of `make kills`, the app dies once at every point whose name begins as one of `always`, and of
// all the other deaths some come, by chance.
func dieEverywhere(t *testing.T, always []string, some int, live func(*testing.T, death) []passing) {
	t.Helper()
	var certain, others []death
	names, passings := map[string]bool{}, map[string]bool{}
	t.Run("nobody", func(t *testing.T) {
		for _, p := range live(t, death{}) {
			name, _, _ := strings.Cut(p.point, "#")
			if passings[p.point] {
				continue // several commands came by
			}
			if !names[name] && slices.ContainsFunc(always, func(begins string) bool { return strings.HasPrefix(name, begins) }) {
				certain = append(certain, death{p.point, app})
			} else {
				others = append(others, death{p.point, app})
			}
			names[name], passings[p.point] = true, true
			if p.browser {
				others = append(others, death{p.point, browser}, death{p.point, both})
			}
		}
	})
	if len(names) == 0 {
		t.Fatal("the program comes by no point at which somebody could die")
	}
	if _, all := rounds(); !all && some < len(others) {
		chance := chance(t)
		chance.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		others = others[:some]
	}
	died := 0
	all := append(certain, others...)
	for _, d := range all {
		t.Run(fmt.Sprintf("%s/%s", d.who, d.point), func(t *testing.T) {
			if slices.ContainsFunc(live(t, d), func(p passing) bool { return p.died }) {
				died++
			}
		})
	}
	t.Logf("%d points, passed %d times; %d deaths of %d came", len(names), len(passings), died, len(all))
	if died < len(all)*3/4 { // a few points depend on the timing
		t.Errorf("of %d deaths only %d came", len(all), died)
	}
}

// rounds is how many deaths at random moments are wanted, and whether it was asked for.
func rounds() (n int, asked bool) {
	n, err := strconv.Atoi(os.Getenv("VALISE_ROUNDS"))
	if err != nil {
		return 12, false
	}
	return n, true
}

// chance is what decides in this test; the same seed decides the same.
func chance(t *testing.T) *rand.Rand {
	seed, err := strconv.ParseUint(os.Getenv("VALISE_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano() % 1e6)
	}
	t.Logf("the seed is %d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}
