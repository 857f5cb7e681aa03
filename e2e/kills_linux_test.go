package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"valise/internal/testenv"
)

// App, browser or both are killed at any moment of a session, from its command's start to its end, again and again. After
// each death ordinary commands find all in order, and one of the persons logged in whom the profile has to know.
func TestDeathAtAnyMoment(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop := newShop(t, server)
	chance := chance(t)
	n, _ := rounds()

	length := shop.live(t, nil) // of a session that nobody dies in; it changes with what else the machine does
	losses, struck := 0, map[victim]int{}
	for round := 1; round <= n; round++ {
		k := &kill{
			after: time.Duration(chance.Float64() * 1.1 * float64(length)),
			who:   []victim{app, browser, both}[chance.IntN(3)],
		}
		well := t.Run(fmt.Sprintf("%d: %s after %v", round, k.who, k.after.Round(time.Millisecond)), func(t *testing.T) {
			if took := shop.in(t).live(t, k); !k.struck {
				length = took
			}
		})
		if !well {
			losses++
		}
		if k.struck {
			struck[k.who]++
		}
	}
	t.Logf("%d rounds, %d losses; %d deaths came before the end: %d of the app, %d of the browser, %d of both",
		n, losses, struck[app]+struck[browser]+struck[both], struck[app], struck[browser], struck[both])
	shop.isWhole()
	shop.arrives(server)
}

// Without a browser there are other steps: copying, renaming, rolling back, trashing, pruning and syncing, on two computers
// with one vault. Each command may be killed at any moment; in the end both have the same, and it is whole.
func TestDeathAtAnyMomentOfEditing(t *testing.T) {
	t.Parallel()
	server := testenv.S3(t)
	shop, second := newShop(t, server), newComputer(t)
	second.join(server, shop.recoveryCode())
	chance := chance(t)
	n, _ := rounds()
	n *= 3

	length, losses, struck := time.Second, 0, 0
	for round := 1; round <= n; round++ {
		c := []*computer{shop.computer, second}[chance.IntN(2)]
		after := time.Duration(chance.Float64() * float64(length))
		well := t.Run(fmt.Sprintf("%d after %v", round, after.Round(time.Millisecond)), func(t *testing.T) {
			c := c.in(t)
			names := append(c.names(), "Shop")
			some, free := names[chance.IntN(len(names))], fmt.Sprintf("Name %d", round)
			commands := [][]string{{"sync"}, {"vault", "prune"}, {"fork", "Shop", free}}
			if some != "Shop" {
				commands = append(commands, []string{"rename", some, free}, []string{"trash", some})
			}
			if c.home == shop.home { // two computers at once would make branches
				commands = append(commands, []string{"rollback", "Shop", c.profile("Shop").Newest})
			}
			began := time.Now()
			command := testenv.Start(t, c.command(commands[chance.IntN(len(commands))]...))
			death := time.AfterFunc(after, func() { syscall.Kill(command.Pid(), syscall.SIGKILL) })
			command.Wait()
			// Commands take long and less long: where some live to their end, others die everywhere before it.
			if death.Stop() {
				length = time.Since(began)
			} else {
				struck++
				length = min(length*3/2, 10*time.Second)
			}
			if round%5 == 0 {
				c.isWhole()
			}
		})
		if !well {
			losses++
		}
	}
	t.Logf("%d rounds, %d losses; %d deaths came before the end", n, losses, struck)
	for _, c := range []*computer{shop.computer, second, shop.computer} {
		c.does("sync")
	}
	agree(t, shop.computer, second)
	second.isWhole()
	shop.isWhole()
	shop.arrives(server)
}

// kill is a death at a moment that nothing but time decides.
type kill struct {
	after time.Duration
	who   victim

	struck bool      // somebody was there to die
	when   time.Time // then
	late   bool      // the session was saved already
}

// live is a session in which the next person logs in, and how long it took. It checks what it finds and what it leaves.
func (s *shop) live(t *testing.T, k *kill) time.Duration {
	t.Helper()
	p := s.people
	s = s.in(t)
	began := time.Now()
	cmd := s.command("open", "Shop", "--headless", "--cdp")
	session := s.begin(cmd)
	struck, done := (*time.Timer)(nil), make(chan struct{})
	if k != nil {
		struck = time.AfterFunc(k.after, func() {
			defer close(done)
			k.strike(session)
		})
	}

	who, next, entered := "", "", time.Time{}
	if session.awaitBrowser() {
		var err error
		if who, err = session.who(s.site); err == nil {
			p.n++
			next = fmt.Sprintf("person-%d", p.n)
			if session.visit(func(browser context.Context) error { return testenv.LogIn(browser, s.site, next) }) == nil {
				entered = time.Now()
			}
			if s.canCheckpoint() {
				s.valise("save", "Shop")
			}
		}
	}
	session.end()
	took := time.Since(began)
	if k == nil && entered.IsZero() {
		t.Fatalf("a session without a death fails: %s", session.Output())
	}
	if k != nil && !struck.Stop() {
		<-done
	}

	if who != "" && !slices.Contains(p.last, who) {
		t.Errorf("LOST: it was logged in as %q, want %q", who, p.last)
	}
	orderly := k == nil || !k.struck || k.late || k.who == app && k.when.After(entered)
	switch {
	case next == "":
	case !entered.IsZero() && orderly: // without Valise, the browser ends in order too
		p.last = []string{next}
	default:
		p.last = []string{who, next}
	}
	s.isWhole()
	return took
}

// strike kills whoever is there.
func (k *kill) strike(s *session) {
	k.late = strings.Contains(s.Output(), "Shop: saved")
	k.when = time.Now()
	if k.who != app {
		for pid, line := range s.computer.processes() {
			if strings.Contains(line, "="+s.computer.home) { // an argument of the browser
				k.struck = syscall.Kill(pid, syscall.SIGKILL) == nil || k.struck
			}
		}
	}
	if k.who != browser && s.running() {
		k.struck = syscall.Kill(s.Pid(), syscall.SIGKILL) == nil || k.struck
	}
}
