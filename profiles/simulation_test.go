package profiles

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"valise/browser"
	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// A simulation is some devices with one vault, which do at random what people and computers do, over lines that lose, repeat
// and delay requests, by clocks that differ. All code is the real one but the browser, whose session only changes files, and
// the place, which is in memory. A run is told by its seed.
type simulation struct {
	t       testing.TB
	seed    uint64
	random  *rand.Rand
	dir     string
	now     time.Time // at the place
	place   *simPlace
	real    *badServer // instead of it; nil: none
	devices []*simDevice
	steps   int
	did     map[string]int
	trace   []string
	wrong   []string // violations

	saved   map[uuid.UUID]simSaving      // what the devices said was saved
	mayGo   map[uuid.UUID]bool           // snapshots that a person, or the retention, let go
	tokens  map[string]uuid.UUID         // who held the token of a profile's lease
	trashed map[uuid.UUID]time.Time      // when profiles were moved to the trash last
	tags    map[uuid.UUID]map[int]string // what was said of profiles last, by device
	rolled  map[uuid.UUID]bool           // profiles of which an older snapshot was made the newest
	purged  map[uuid.UUID]bool           // snapshots that a person let go whatever label they had
	names   int
}

type simSaving struct {
	profile, parent uuid.UUID
	what            string
	when            time.Time // at the place
	token           uint32
}

// simDevice is a computer.
type simDevice struct {
	*Library
	sim      *simulation
	number   int
	home     Home
	line     *simLine
	clock    time.Duration // ahead of the place's
	kept     time.Time     // the last upkeep, by the place's clock
	sessions []*simSession
}

type simSession struct {
	*Session
	plan plan
	what string
}

// simFile is the file that sessions change. It looks like a database, whose blocks are small, and has some, of which a session
// changes two: snapshots refer to those of earlier ones.
const (
	simFile  = "notes"
	simSize  = 24 << 10 // bytes
	simMagic = "SQLite format 3\x00"
)

// runSimulation does so many steps; real is the place, if it is not to be simulated.
func runSimulation(t testing.TB, seed uint64, steps int, real *badServer) *simulation {
	s := &simulation{
		t: t, real: real, seed: seed, random: rand.New(rand.NewPCG(seed, 7)), dir: simDir(t),
		now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), did: map[string]int{},
		saved: map[uuid.UUID]simSaving{}, mayGo: map[uuid.UUID]bool{}, tokens: map[string]uuid.UUID{},
		trashed: map[uuid.UUID]time.Time{}, tags: map[uuid.UUID]map[int]string{}, rolled: map[uuid.UUID]bool{}, purged: map[uuid.UUID]bool{},
	}
	defer os.RemoveAll(s.dir)
	uuid.SetRand(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), byte(seed >> 32)}))
	defer uuid.SetRand(nil)
	s.place = newSimPlace(func() time.Time { return s.now })
	for n := range 2 + s.random.IntN(2) {
		s.devices = append(s.devices, s.newDevice(n))
	}
	defer func() {
		for _, d := range s.devices {
			d.die()
		}
	}()
	for range 2 { // something to begin with
		s.well(s.devices[0].make())
		s.well(s.devices[0].finishOne())
		s.devices[0].tidying.Wait()
	}
	s.devices[0].sync()
	for s.steps = 1; s.steps <= steps && len(s.wrong) == 0; s.steps++ {
		s.step()
	}
	s.settle()
	s.check()
	return s
}

// simDir is a folder in memory, where there is one: what is made durable there is so at once.
func simDir(t testing.TB) string {
	for _, within := range []string{"/dev/shm", ""} {
		if dir, err := os.MkdirTemp(within, "valise-simulation-"); err == nil {
			return dir
		}
	}
	t.Fatal("no folder can be made")
	return ""
}

func (s *simulation) newDevice(number int) *simDevice {
	d := &simDevice{sim: s, number: number, home: Home{filepath.Join(s.dir, fmt.Sprint(number))}}
	if s.real == nil {
		d.clock = time.Duration(s.random.IntN(3)-1) * time.Duration(s.random.IntN(72)) * time.Hour
	}
	d.line = &simLine{place: s.place, device: number, seed: s.seed, count: map[mishap]int{}, lives: -1}
	if s.real == nil {
		d.line.rate = s.random.Float64() * 0.1
	}
	d.line.begin(0)
	if number > 0 { // as joining does
		first := s.devices[0].vault.Description()
		s.well(d.home.make())
		_, err := vault.Create(d.home.vault(first.Vault), first)
		s.well(err)
		s.well(d.home.ChangeSettings(func(c *Settings) { c.Vault = first.Vault }))
	}
	d.start()
	return d
}

func (s *simulation) well(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("seed %d, step %d: %v\n%s", s.seed, s.steps, err, strings.Join(s.trace, "\n"))
	}
}

// start starts Valise on the device.
func (d *simDevice) start() {
	l, err := Open(context.Background(), d.home, Options{Clock: func() time.Time { return d.sim.now.Add(d.clock) }})
	d.sim.well(err)
	d.Library = l
	l.device = fmt.Sprint("device ", d.number)
	var place vault.Store = d.line
	if d.sim.real != nil {
		place = realLine{d.line, d.sim.real.store(d.sim.t, fmt.Sprint("seed-", d.sim.seed))}
	}
	d.sim.well(l.vault.SetRemote(place))
}

// die ends Valise on the device as a power cut does: whatever it has locked is free, and nothing is tidied up.
func (d *simDevice) die() {
	for _, s := range d.sessions {
		s.lock.Close()
		s.folder.lock.Close()
	}
	d.sessions = nil
	d.mu.Lock()
	clear(d.Library.sessions)
	d.mu.Unlock()
	d.Library.Close()
}

func (d *simDevice) say(format string, args ...any) {
	d.sim.trace = append(d.sim.trace, fmt.Sprintf("%4d %s device %d: %s", d.sim.steps, d.sim.now.Format("01-02 15:04"), d.number, fmt.Sprintf(format, args...)))
}

// step has one of the devices do something.
func (s *simulation) step() {
	s.pass(time.Duration(s.random.ExpFloat64() * float64(10*time.Minute)))
	d := s.devices[s.random.IntN(len(s.devices))]
	d.line.begin(s.steps)
	acts := []struct {
		weight int
		name   string
		do     func(*simDevice) error
	}{
		{6, "new", (*simDevice).make}, {14, "open", (*simDevice).reopen}, {20, "close", (*simDevice).finishOne},
		{25, "sync", (*simDevice).sync}, {3, "roll back", (*simDevice).rollBack}, {3, "fork", (*simDevice).fork},
		{4, "label", (*simDevice).label}, {5, "edit", (*simDevice).edit}, {3, "trash", (*simDevice).throwAway},
		{2, "untrash", (*simDevice).takeBack}, {2, "purge", (*simDevice).purge}, {2, "discard", (*simDevice).discard},
		{4, "prune", (*simDevice).prune}, {3, "crash", (*simDevice).crash}, {3, "crash while syncing", (*simDevice).crashSyncing},
		{4, "line", (*simDevice).unplug}, {3, "wait", (*simDevice).wait}, {3, "upkeep", (*simDevice).lookAfter},
	}
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	at := s.random.IntN(total)
	for _, a := range acts {
		if at -= a.weight; at >= 0 {
			continue
		}
		if err := a.do(d); errors.Is(err, errNothing) {
			return
		} else if err != nil {
			d.say("%s: %v", a.name, err)
		}
		s.did[a.name]++
		break
	}
	d.tidying.Wait()
}

// errNothing: there was nothing that it could have been done to.
var errNothing = errors.New("nothing to do")

// pass lets time pass: requests that were delayed arrive, and leases are renewed.
func (s *simulation) pass(t time.Duration) {
	s.now = s.now.Add(t)
	if s.random.IntN(3) == 0 {
		s.place.arrive()
	}
	if t > 40*time.Second {
		for _, d := range s.devices {
			d.line.begin(s.steps)
			d.leases.renew(context.Background())
			d.leases.takeLate(context.Background())
		}
	}
}

// one is one of the device's profiles, if there is one that is wanted.
func (d *simDevice) one(wanted func(Profile) bool) (Profile, error) {
	all, err := d.Profiles(context.Background())
	if err != nil {
		return Profile{}, err
	}
	all = slices.DeleteFunc(all, func(p Profile) bool { return !wanted(p) })
	if len(all) == 0 {
		return Profile{}, errNothing
	}
	return all[d.sim.random.IntN(len(all))], nil
}

func atHand(p Profile) bool { return p.Trashed.IsZero() && p.Newest != uuid.Nil }

func (d *simDevice) make() error {
	if all, err := d.Profiles(context.Background()); err != nil || len(all) > 5 {
		return cmp.Or(err, errNothing)
	}
	d.sim.names++
	return d.open(How{Save: SaveNew, Name: fmt.Sprint("profile ", d.sim.names)})
}

func (d *simDevice) reopen() error {
	p, err := d.one(func(p Profile) bool { return atHand(p) && !d.hasOpen(p.ID) })
	if err != nil {
		return err
	}
	how := How{Load: p.ID, Save: SaveSame, TakeOver: d.sim.random.IntN(4) == 0}
	if d.sim.random.IntN(6) == 0 {
		d.sim.names++
		how = How{Load: p.ID, Save: SaveNew, Name: fmt.Sprint("profile ", d.sim.names)}
	}
	return d.open(how)
}

func (d *simDevice) hasOpen(profile uuid.UUID) bool {
	return slices.ContainsFunc(d.sessions, func(s *simSession) bool { return s.info.SavesTo == profile })
}

// open does what Library.Open does, without a browser.
func (d *simDevice) open(how How) error {
	ctx := context.Background()
	held, age := d.heldElsewhere(how)
	session, p, err := d.reserve(ctx, how)
	if err != nil {
		return err
	}
	session.abandon = func() {}
	session.checkpoints.begin()
	d.mu.Lock()
	d.Library.sessions[session.info.ID] = session
	d.mu.Unlock()
	if err := session.restore(ctx, &p); err != nil {
		session.settle(Receipt{}, err)
		return err
	}
	d.sim.well(session.folder.note(func(r *record) { r.Started = true }))
	s := &simSession{Session: session, plan: p}
	d.sessions = append(d.sessions, s)
	session.advance(StageRunning)
	if h := session.hold; h != nil {
		if held != nil && !how.TakeOver {
			d.sim.violate("device %d was given profile %s, which %s has had since %v, renewed %v ago", d.number, how.Load, held.Name, held.Since, age)
		}
		key := fmt.Sprint(h.lease.Profile, h.lease.Token)
		if before, ok := d.sim.tokens[key]; ok && before != session.info.ID {
			d.sim.violate("sessions %s and %s both held token %d of profile %s", before, session.info.ID, h.lease.Token, h.lease.Profile)
		}
		d.sim.tokens[key] = session.info.ID
	}
	d.write(s)
	d.say("opened %s at %s, token %d", short(p.record.SavesTo), short(p.record.At), p.record.Token)
	return nil
}

// heldElsewhere is the lease of the profile to open if a session of another device has it.
func (d *simDevice) heldElsewhere(how How) (*lease, time.Duration) {
	o, ok := d.sim.place.get(vault.LeaseName(how.Load))
	if !ok || how.Save != SaveSame {
		return nil, 0
	}
	_, plaintext, err := d.key.OpenWhole(o.content)
	d.sim.well(err)
	var l lease
	d.sim.well(json.Unmarshal(plaintext, &l))
	age := d.sim.now.Sub(o.modified)
	for _, other := range d.sim.devices {
		for _, s := range other.sessions {
			if other != d && s.info.ID == l.Session && age < 5*time.Minute {
				return &l, age
			}
		}
	}
	return nil, 0
}

func short(id uuid.UUID) string { return id.String()[len(id.String())-6:] }

// write does what a browser would.
func (d *simDevice) write(s *simSession) {
	dir := browser.UserDataDir(s.folder.dir)
	path := filepath.Join(dir, simFile)
	content, err := os.ReadFile(path)
	if err != nil {
		content = make([]byte, simSize)
		copy(content, simMagic)
	}
	s.what = fmt.Sprintf("step %d, device %d", d.sim.steps, d.number)
	copy(content[200+d.sim.random.IntN(simSize-300):], s.what)
	copy(content[len(simMagic):], fmt.Sprintf("%-60s", s.what))
	d.sim.well(os.WriteFile(path, content, 0o600))
}

// finishOne closes one of the device's sessions.
func (d *simDevice) finishOne() error {
	if len(d.sessions) == 0 {
		return errNothing
	}
	i := d.sim.random.IntN(len(d.sessions))
	s := d.sessions[i]
	d.sessions = slices.Delete(d.sessions, i, i+1)
	s.checkpoints.end()
	r, err := d.keep(s.folder, snapshot.Clean, nil)
	s.settle(r, err)
	if err != nil {
		return err
	}
	d.acknowledge(r, s.what)
	return nil
}

func (d *simDevice) acknowledge(r Receipt, what string) {
	if r.Outcome == Saved {
		index, err := d.index(context.Background(), r.Profile, r.Snapshot)
		d.sim.well(err)
		shelf, err := d.shelf(r.Profile)
		d.sim.well(err)
		if newest := d.newest(context.Background(), r.Profile, shelf); newest == index.Meta.Parent && newest != uuid.Nil {
			d.sim.violate("%s was saved upon %s, and that is the newest still", r.Snapshot, newest)
		}
		d.sim.saved[r.Snapshot] = simSaving{r.Profile, index.Meta.Parent, what, d.sim.now, index.Meta.Token}
		d.say("saved %s of %s: %s", short(r.Snapshot), short(r.Profile), what)
	}
}

func (d *simDevice) sync() error {
	moved, err := d.Sync(context.Background())
	d.say("synced: sent %d, fetched %d, removed %d, waiting %d", moved.Sent, moved.Fetched, moved.Removed, moved.Waiting)
	return err
}

// some is a snapshot of a profile.
func (d *simDevice) some(p Profile, wanted func(Snapshot) bool) (Snapshot, error) {
	history, err := d.History(context.Background(), p.ID)
	if err != nil {
		return Snapshot{}, err
	}
	history = slices.DeleteFunc(history, func(s Snapshot) bool { return s.Problem != nil || !wanted(s) })
	if len(history) == 0 {
		return Snapshot{}, errNothing
	}
	return history[d.sim.random.IntN(len(history))], nil
}

func (d *simDevice) rollBack() error {
	p, err := d.one(func(p Profile) bool { return atHand(p) && !d.hasOpen(p.ID) })
	if err != nil {
		return err
	}
	to, err := d.some(p, func(s Snapshot) bool { return !s.Newest })
	if err != nil {
		return err
	}
	r, err := d.Rollback(context.Background(), p.ID, to.ID)
	if err != nil {
		return err
	}
	d.sim.rolled[p.ID] = true
	d.acknowledge(r, d.sim.saved[to.ID].what)
	return nil
}

func (d *simDevice) fork() error {
	p, err := d.one(atHand)
	if err != nil {
		return err
	}
	d.sim.names++
	r, err := d.Fork(context.Background(), p.ID, uuid.Nil, fmt.Sprint("profile ", d.sim.names))
	if err != nil {
		return err
	}
	d.acknowledge(r, d.sim.saved[p.Newest].what)
	return nil
}

func (d *simDevice) label() error {
	p, err := d.one(atHand)
	if err != nil {
		return err
	}
	s, err := d.some(p, func(Snapshot) bool { return true })
	if err != nil {
		return err
	}
	label := fmt.Sprint("label ", d.sim.steps)
	if s.Label != "" {
		label = ""
	}
	d.say("labels %s of %s %q", short(s.ID), short(p.ID), label)
	return d.Label(context.Background(), p.ID, s.ID, label)
}

func (d *simDevice) edit() error {
	p, err := d.one(atHand)
	if err != nil {
		return err
	}
	ctx := context.Background()
	tag, name, days := fmt.Sprint("tag ", d.sim.steps), p.Name, p.ExpiryDays
	switch d.sim.random.IntN(4) {
	case 0:
		d.sim.names++
		name = fmt.Sprint("profile ", d.sim.names)
		err = d.Rename(ctx, p.ID, name)
	case 1:
		if err = d.SetTags(ctx, p.ID, []string{tag}); err == nil {
			if d.sim.tags[p.ID] == nil {
				d.sim.tags[p.ID] = map[int]string{}
			}
			d.sim.tags[p.ID][d.number] = tag
			p.Tags = []string{tag}
		}
	case 2:
		days = 1 + d.sim.random.IntN(100)
		err = d.SetExpiry(ctx, p.ID, days)
	default:
		p.Pinned = !p.Pinned
		err = d.SetPinned(ctx, p.ID, p.Pinned)
	}
	if err != nil {
		return err
	}
	now, err := d.Find(ctx, p.ID.String())
	if err != nil {
		return err
	}
	if now.Name != name || now.ExpiryDays != days || now.Pinned != p.Pinned || !slices.Equal(now.Tags, p.Tags) {
		d.sim.violate("%s was changed, and that cannot be seen: %q %v %v %v", p.ID, now.Name, now.ExpiryDays, now.Pinned, now.Tags)
	}
	return nil
}

func (d *simDevice) throwAway() error {
	p, err := d.one(atHand)
	if err != nil {
		return err
	}
	if err := d.Trash(context.Background(), p.ID); err != nil {
		return err
	}
	d.sim.trashed[p.ID] = d.sim.now
	d.say("trashed %s", short(p.ID))
	return nil
}

func inTrash(p Profile) bool { return !p.Trashed.IsZero() }

func (d *simDevice) takeBack() error {
	p, err := d.one(inTrash)
	if err != nil {
		return err
	}
	d.say("takes %s out of the trash", short(p.ID))
	return d.Untrash(context.Background(), p.ID)
}

func (d *simDevice) purge() error {
	p, err := d.one(inTrash)
	if err != nil {
		return err
	}
	return d.letGo(p.ID, "purge", func() error { return d.Purge(context.Background(), p.ID) })
}

// letGo notes which snapshots of a profile are not there any more after a person's deed; zero: of all profiles.
func (d *simDevice) letGo(profile uuid.UUID, deed string, do func() error) error {
	before := d.snapshots(profile)
	err := do()
	after := d.snapshots(profile)
	for id := range before {
		if !after[id] {
			d.sim.mayGo[id] = true
			d.sim.purged[id] = d.sim.purged[id] || deed != "prune"
			d.say("%s: %s goes", deed, short(id))
		}
	}
	return err
}

func (d *simDevice) snapshots(profile uuid.UUID) map[uuid.UUID]bool {
	shelves, err := d.shelves()
	d.sim.well(err)
	all := map[uuid.UUID]bool{}
	for id, shelf := range shelves {
		for _, s := range shelf.snapshots {
			if profile == uuid.Nil || profile == id {
				all[s] = true
			}
		}
	}
	return all
}

func (d *simDevice) discard() error {
	p, err := d.one(func(p Profile) bool { return atHand(p) && !d.hasOpen(p.ID) })
	if err != nil {
		return err
	}
	s, err := d.some(p, func(s Snapshot) bool { return !s.Newest })
	if err != nil {
		return err
	}
	return d.letGo(p.ID, "discard", func() error { return d.Discard(context.Background(), p.ID, s.ID) })
}

func (d *simDevice) prune() error {
	return d.letGo(uuid.Nil, "prune", func() error {
		_, err := d.Prune(context.Background(), PruneOptions{Keep: Retention{Last: 1 + d.sim.random.IntN(3), Days: -1}}, nil)
		return err
	})
}

// crash has the device die and start again: what its sessions had is recovered.
func (d *simDevice) crash() error {
	whats := map[uuid.UUID]string{}
	for _, s := range d.sessions {
		whats[s.info.ID] = s.what
	}
	d.say("dies, with %d sessions", len(d.sessions))
	d.die()
	d.start()
	receipts, err := d.Recover(context.Background())
	for _, r := range receipts {
		d.acknowledge(r, whats[r.Session])
	}
	return err
}

// crashSyncing has it die after some requests.
func (d *simDevice) crashSyncing() error {
	d.line.mu.Lock()
	d.line.lives = d.sim.random.IntN(12)
	d.line.mu.Unlock()
	d.Sync(context.Background())
	err := d.crash()
	d.line.mu.Lock()
	d.line.lives = -1
	d.line.mu.Unlock()
	return err
}

func (d *simDevice) unplug() error {
	d.line.mu.Lock()
	d.line.offline = !d.line.offline
	d.line.mu.Unlock()
	d.say("offline: %v", d.line.offline)
	return nil
}

// wait lets days pass, on which the devices are switched on now and then; or a year, on which they are not.
func (d *simDevice) wait() error {
	s := d.sim
	if s.random.IntN(10) == 0 {
		s.pass(365 * 24 * time.Hour)
		return nil
	}
	for range s.random.IntN(12) {
		s.pass(4 * 24 * time.Hour)
		for _, other := range s.devices {
			if s.random.IntN(4) > 0 {
				other.line.begin(s.steps)
				other.lookAfter() // what keeps it from that is a mishap
				other.tidying.Wait()
			}
		}
	}
	return nil
}

func (d *simDevice) lookAfter() error {
	if _, err := d.Sync(context.Background()); err != nil {
		return err
	}
	before, away := d.snapshots(uuid.Nil), d.sim.now.Sub(d.kept)
	return d.letGo(uuid.Nil, "upkeep", func() error {
		did, err := d.keepUp(context.Background())
		if len(did.Expired)+len(did.Purged) > 0 {
			d.say("upkeep: expired %v, purged %v", did.Expired, did.Purged)
			if away > awayFor {
				d.sim.violate("device %d was away for %v, and expired %v and purged %v at once", d.number, away, did.Expired, did.Purged)
			}
		}
		after := d.snapshots(uuid.Nil)
		for id := range before {
			saving := d.sim.saved[id]
			since, known := d.sim.trashed[saving.profile]
			if after[id] || !known { // it expired, else
				continue
			}
			if days30 := 30 * 24 * time.Hour; d.sim.now.Sub(since) < days30 || d.sim.now.Sub(saving.when) < days30 {
				d.sim.violate("%s was purged %v after its profile was moved to the trash, and %v after it was saved", id,
					d.sim.now.Sub(since), d.sim.now.Sub(saving.when))
			}
		}
		d.kept = d.sim.now
		return err
	})
}

func (s *simulation) violate(format string, args ...any) {
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

// settle ends all sessions, plugs everything in, and syncs until nothing moves any more.
func (s *simulation) settle() {
	s.place.arrive()
	if s.real != nil {
		s.real.rate.Store(0)
	}
	for _, d := range s.devices {
		d.line.mu.Lock()
		d.line.offline, d.line.rate = false, 0
		d.line.mu.Unlock()
		for len(d.sessions) > 0 {
			s.well(d.finishOne())
			d.tidying.Wait()
		}
	}
	quiet := 0
	for round := 0; ; round++ {
		s.now = s.now.Add(9 * time.Hour) // so that places are listed as a whole now and then
		moves := 0
		for _, d := range s.devices {
			moved, err := d.Sync(context.Background())
			if err != nil {
				s.violate("with nothing in its way, device %d cannot sync: %v", d.number, err)
				return
			}
			moves += moved.Sent + moved.Fetched + moved.Removed
		}
		if quiet++; moves > 0 {
			quiet = 0
		}
		if quiet == 4 {
			return
		}
		if round == 20 {
			s.violate("after %d rounds of syncing, there are still %d moves", round, moves)
			return
		}
	}
}

// check looks whether what must always be so is so.
func (s *simulation) check() {
	if len(s.wrong) > 0 {
		return
	}
	// A new device has nothing but what the place has.
	fresh := s.newDevice(len(s.devices))
	fresh.line.rate = 0
	s.devices = append(s.devices, fresh)
	_, err := fresh.Sync(context.Background())
	if err != nil {
		s.violate("a new device cannot sync: %v", err)
		return
	}
	want := s.state(s.devices[0])
	for _, d := range s.devices[1:] {
		if got := s.state(d); got != want {
			s.violate("devices 0 and %d do not agree:\n%s\n---\n%s", d.number, want, got)
		}
	}
	there := fresh.snapshots(uuid.Nil)
	for id, saving := range s.saved {
		if !there[id] {
			if !s.mayGo[id] {
				s.violate("%s of %s (%s) was saved, and is gone", id, short(saving.profile), saving.what)
			}
			continue
		}
		s.checkContent(fresh, id, saving)
	}
	all, err := fresh.Profiles(context.Background())
	s.well(err)
	for _, p := range all {
		s.checkProfile(fresh, p, there)
	}
}

func (s *simulation) checkProfile(d *simDevice, p Profile, there map[uuid.UUID]bool) {
	if !strings.HasPrefix(p.Name, "profile ") {
		s.violate("profile %s has lost its name: it is called %q", p.ID, p.Name)
	}
	for id, saving := range s.saved {
		if saving.profile == p.ID && there[id] && saving.token > s.saved[p.Newest].token && !s.rolled[p.ID] {
			s.violate("of profile %s the newest is %s, of token %d, and not %s, of token %d", p.ID, p.Newest, s.saved[p.Newest].token, id, saving.token)
		}
	}
	shelf, err := d.shelf(p.ID)
	s.well(err)
	c, err := d.card(context.Background(), p.ID, shelf)
	s.well(err)
	for id, label := range c.Labels {
		if !there[id] && !s.purged[id] {
			s.violate("%s of %s is labelled %q, and is gone", id, p.ID, label)
		}
	}
	if said := s.tags[p.ID]; len(said) == 1 && !s.wasPurged(p.ID) {
		for device, tag := range said {
			if !slices.Equal(p.Tags, []string{tag}) {
				s.violate("only device %d has tagged profile %s, as %q, and its tags are %q", device, p.ID, tag, p.Tags)
			}
		}
	}
	if p.Trashed.IsZero() && s.random.IntN(3) == 0 {
		if err := d.open(How{Load: p.ID, Save: SaveSame, TakeOver: s.real != nil}); err != nil {
			s.violate("with nobody at it, profile %s cannot be opened: %v", p.ID, err)
		}
	}
}

// wasPurged says whether some of a profile was purged: what only the device knew that did so is gone.
func (s *simulation) wasPurged(profile uuid.UUID) bool {
	for id := range s.purged {
		if s.saved[id].profile == profile {
			return true
		}
	}
	return false
}

func (s *simulation) checkContent(d *simDevice, id uuid.UUID, saving simSaving) {
	dir := filepath.Join(s.dir, "restored")
	defer os.RemoveAll(dir)
	s.well(os.MkdirAll(dir, 0o700))
	if _, _, err := snapshot.Restore(context.Background(), d.key, d.source(saving.profile), id, dir, snapshot.Restoring{}); err != nil {
		s.violate("%s of %s (%s) cannot be restored: %v", id, short(saving.profile), saving.what, err)
		return
	}
	content, _ := os.ReadFile(filepath.Join(dir, simFile))
	what := content[min(len(simMagic), len(content)):]
	if got := strings.TrimSpace(string(what[:min(60, len(what))])); got != saving.what {
		s.violate("%s of %s holds %q, and was saved as %q", id, short(saving.profile), got, saving.what)
	}
}

// state is all that a person sees of the vault on a device.
func (s *simulation) state(d *simDevice) string {
	all, err := d.Profiles(context.Background())
	s.well(err)
	var lines []string
	for _, p := range all {
		history, err := d.History(context.Background(), p.ID)
		s.well(err)
		line := fmt.Sprintf("%s %q %v trashed %v pinned %v expires %v %v:", p.ID, p.Name, p.Tags, p.Trashed, p.Pinned, p.ExpiryDays, p.Where)
		for _, h := range history {
			line += fmt.Sprintf("\n    %s newest %v branch %v label %q problem %v", h.ID, h.Newest, h.Branch, h.Label, h.Problem)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// number is one that the environment gives.
func number(variable string, otherwise uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv(variable), 10, 64); err == nil {
		return n
	}
	return otherwise
}

// simSteps are those of a run.
const simSteps = 50

func TestDevicesWithOneVaultLoseNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(crypto.KeyFileVariable, filepath.Join(dir, "key"))
	began := time.Now()
	total := map[string]int{}
	mishaps, steps, savings := 0, 0, 0
	first, many := number("VALISE_SEED", 0), number("VALISE_SEEDS", 500)
	for seed := first; seed < first+many; seed++ {
		s := runSimulation(t, seed, simSteps, nil)
		for what, n := range s.did {
			total[what] += n
		}
		for _, d := range s.devices {
			for _, n := range d.line.count {
				mishaps += n
			}
		}
		steps += s.steps
		savings += len(s.saved)
		if len(s.wrong) > 0 {
			t.Fatalf("seed %d:\n%s\nviolations:\n%s", seed, strings.Join(s.trace, "\n"), strings.Join(s.wrong, "\n"))
		}
	}
	t.Logf("%d steps, %d savings, %d mishaps in %v: %v", steps, savings, mishaps, time.Since(began).Round(time.Millisecond), total)
}
