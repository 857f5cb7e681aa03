package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"valise/internal/fault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Moved is what a Sync did.
type Moved struct {
	Sent, Fetched           int
	SentBytes, FetchedBytes int64
	Removed                 int // pruned objects that were removed, here or there
	Refused                 int // pruned objects that the place does not let anyone remove
	Lost                    int // objects that the place had, has no more, and that nobody has pruned: they are sent again
	Waiting                 int // objects that are in the outbox still
	Took                    time.Duration
}

const (
	atOnce   = 4 // transfers
	lockFile = "lock"
	lockPoll = 50 * time.Millisecond
)

// Sync sends what the remote place lacks and fetches what is missing here, several at a time: cards first, then older
// snapshots are sent before those that refer to them, and the newest are fetched before those that only history needs. At
// the end, what was pruned anywhere is removed on both sides (Graves).
// One process at a time syncs; another's call waits for it. progress may be nil; it is called by one goroutine at a time.
//
// The error is the first thing that failed for good; what could be moved was, also when ctx ends. ErrNoRemote;
// ErrOtherVault: nothing was moved; ErrVaultGone: the place is empty, and was not before; crypto.ErrDamaged: an object
// is not what it should be, here or there, and stays where it is.
func (v *Vault) Sync(ctx context.Context, progress func(Progress)) (Moved, error) {
	return v.sync(ctx, progress, true)
}

// SyncNews is Sync by what others have announced since the last one: it lists the place as a whole once a day only. What
// somebody else does to the place behind Valise's back it does not see.
func (v *Vault) SyncNews(ctx context.Context, progress func(Progress)) (Moved, error) {
	return v.sync(ctx, progress, false)
}

func (v *Vault) sync(ctx context.Context, progress func(Progress), whole bool) (Moved, error) {
	began := time.Now()
	remote := v.Remote()
	if remote == nil {
		return Moved{}, ErrNoRemote
	}
	run := &syncRun{vault: v, remote: remote, whole: whole, meter: meter{report: progress}, halted: map[direction]bool{}, unsent: map[uuid.UUID]bool{}, sent: map[string]bool{}}
	err := v.exclusively(ctx, func() error { return run.sync(ctx) })
	var outbox error
	run.moved.Waiting, _, outbox = v.Waiting()
	run.moved.Took = time.Since(began)
	if err == nil {
		err = outbox
	}
	return run.moved, err
}

// exclusively calls f while no other process or goroutine syncs this vault.
func (v *Vault) exclusively(ctx context.Context, f func() error) error {
	if err := v.local.makeDirectory(syncDir); err != nil {
		return err
	}
	lock := flock.New(v.syncPath(lockFile), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("lock the vault for syncing: %w", v.local.problem(err))
	}
	defer lock.Close()
	return f()
}

// syncRun is one Sync, under the lock.
type syncRun struct {
	vault  *Vault
	remote Store
	meter  meter
	whole  bool // the place is to be listed as a whole

	mu        sync.Mutex
	moved     Moved
	failed    error              // the first failure
	halted    map[direction]bool // what need not be tried any more
	news      readNews
	announced []announcement     // by others, and not dealt with before
	outdated  []string           // news that nobody needs any more
	removed   []string           // from the place, by others or by this Sync
	sent      map[string]bool    // by this Sync
	unsent    map[uuid.UUID]bool // profiles of which a card or a list could not be sent: their snapshots wait for it
}

type direction string

const (
	sending  direction = "send"
	fetching direction = "fetch"
)

// move is one transfer.
type move struct {
	direction
	Info
}

func (r *syncRun) sync(ctx context.Context) error {
	if err := r.meet(ctx); err != nil {
		return err
	}
	fault.Point("syncing: the place is the vault's")
	gone, err := r.gone(ctx) // as far as is known here
	if err != nil {
		return err
	}
	seen, ok, err := r.hear(ctx, gone)
	if err == nil && !ok {
		seen, err = r.compare(ctx)
	}
	if err != nil {
		return err
	}
	fault.Point("syncing: it is known what to move")
	small, snapshots := seen.missing()
	isGone := func(m move) bool { return gone[m.Name] }
	small = slices.DeleteFunc(small, isGone)
	// What a list is on its way of may be gone already: that is not announced before the list is read.
	later := slices.ContainsFunc(small, func(m move) bool {
		_, kind, _, _ := ParseName(m.Name)
		return kind == KindGone && m.direction == fetching
	})
	comes := slices.Clone(small)
	if !later {
		comes = append(comes, snapshots...)
	}
	r.tell(ctx, slices.DeleteFunc(comes, isGone), nil)
	fault.Point("syncing: it is announced what comes")
	r.announce(1, slices.Concat(small, snapshots))
	r.transfer(ctx, small)
	fault.Point("syncing: what is small is moved")
	if len(small) > 0 { // a list among them, that was fetched or that another process has just written
		if gone, err = r.gone(ctx); err != nil {
			return err
		}
	}
	for _, name := range seen.lost {
		if !gone[name] {
			r.moved.Lost++
		}
	}
	living := slices.DeleteFunc(slices.Clone(snapshots), isGone)
	if later {
		r.tell(ctx, living, nil)
	}
	pruned := slices.DeleteFunc(snapshots, func(m move) bool { return !gone[m.Name] })
	r.announce(-1, pruned)
	r.transfer(ctx, living)
	fault.Point("syncing: all is moved")
	if seen.any(gone) && ctx.Err() == nil && r.failure() == nil {
		r.bury(ctx, seen, pruned)
	}
	r.vault.tidyUploads(ctx, r.remote)
	if whole := !ok; whole && (ctx.Err() != nil || r.failure() != nil) {
		r.news.Listed = time.Time{} // what could not be fetched is found by another listing only
	} else if whole {
		r.tidyNews(ctx)
	}
	if err := r.heard(gone); err != nil {
		return err
	}
	if ctx.Err() == nil && r.failure() == nil {
		if err := r.vault.followPassphrase(ctx, r.remote); err != nil {
			r.fail(err)
		}
	}
	return cmp.Or(ctx.Err(), r.failure())
}

// announce says that moves are to come (1), or are not after all (-1).
func (r *syncRun) announce(sign int, moves []move) {
	change := Progress{Total: sign * len(moves)}
	for _, m := range moves {
		change.TotalBytes += int64(sign) * m.Size
	}
	r.meter.add(change)
}

// transfer carries out moves, as many as it can.
func (r *syncRun) transfer(ctx context.Context, moves []move) {
	var transfers errgroup.Group
	transfers.SetLimit(atOnce)
	for _, m := range moves {
		transfers.Go(func() error {
			if ctx.Err() == nil && !r.isHalted(m) {
				r.carryOut(ctx, m)
			}
			return nil
		})
	}
	transfers.Wait()
}

// meet makes sure that the remote place is this vault's, and makes it so if it is empty.
func (r *syncRun) meet(ctx context.Context) error {
	v := r.vault
	held, err := v.readLedger(ledgerName(r.remote))
	if err != nil {
		return err
	}
	there, err := ReadDescription(ctx, r.remote)
	if errors.Is(err, ErrNoVault) {
		// An empty folder where a drive should be mounted looks like this too.
		if _, disconnected := os.Stat(v.syncPath(freshFile)); disconnected != nil && held[descriptionName] {
			return ErrVaultGone.Because(errors.New(r.remote.String()))
		}
		if err := v.bringPassphrase(ctx, r.remote); err != nil {
			return err
		}
		if err := writeDescription(ctx, r.remote, v.description); err != nil && !errors.Is(err, ErrExists) {
			return fmt.Errorf("make the vault there: %w", err)
		}
		there, err = ReadDescription(ctx, r.remote) // another computer may have been faster
	}
	if err != nil {
		return fmt.Errorf("read %s there: %w", descriptionName, err)
	}
	if there.Vault != v.description.Vault || there.KeyID != v.description.KeyID {
		return ErrOtherVault.Because(fmt.Errorf("%s holds %s", r.remote, there.Vault))
	}
	if !held[descriptionName] {
		if err := v.addToLedger(ledgerName(r.remote), descriptionName); err != nil {
			return err
		}
	}
	if err := os.Remove(v.syncPath(freshFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return v.local.problem(err)
	}
	return nil
}

// sides is what both sides were seen to have.
type sides struct {
	here, there map[string]Info
	lost        []string // is here, and was there once
}

// any says whether there is one of the names on either side.
func (s sides) any(names map[string]bool) bool {
	for name := range names {
		_, here := s.here[name]
		_, there := s.there[name]
		if here || there {
			return true
		}
	}
	return false
}

// missing says what is to be moved for both to have all: cards and lists, and snapshots.
func (s sides) missing() (small, snapshots []move) {
	var send, fetch []Info
	for name, info := range s.here {
		if _, ok := s.there[name]; !ok {
			send = append(send, info)
		}
	}
	for name, info := range s.there {
		if _, ok := s.here[name]; !ok {
			fetch = append(fetch, info)
		}
	}
	for _, m := range inOrder(send, fetch) {
		if _, kind, _, _ := ParseName(m.Name); kind == KindSnapshot {
			snapshots = append(snapshots, m)
		} else {
			small = append(small, m)
		}
	}
	return small, snapshots
}

// compare lists both sides, and brings the ledger up to what was seen.
func (r *syncRun) compare(ctx context.Context) (sides, error) {
	v := r.vault
	there, err := listed(r.remote.List(ctx, profilesPrefix))
	if err != nil {
		return sides{}, fmt.Errorf("list the place: %w", err)
	}
	here, err := listed(v.local.List(ctx, profilesPrefix))
	if err != nil {
		return sides{}, fmt.Errorf("list the vault: %w", err)
	}
	before, err := v.readLedger(ledgerName(r.remote))
	if err != nil {
		return sides{}, err
	}
	var lost []string
	held := map[string]bool{descriptionName: true}
	for name, info := range here {
		switch other, ok := there[name]; {
		case !ok && before[name]:
			lost = append(lost, name)
		case ok && other.Size != info.Size:
			r.fail(sizesDiffer(name, info.Size, other.Size))
		case ok:
			held[name] = true
		}
	}
	return sides{here, there, lost}, v.settleLedger(ledgerName(r.remote), held)
}

func listed(all iter.Seq2[Info, error]) (map[string]Info, error) {
	found := map[string]Info{}
	for info, err := range objects(all) {
		if err != nil {
			return nil, err
		}
		found[info.Name] = info
	}
	return found, nil
}

// carryOut moves one object and counts it.
func (r *syncRun) carryOut(ctx context.Context, m move) {
	var counted atomic.Int64
	transfer := withMoved(ctx, func(bytes int64) {
		counted.Add(bytes)
		r.meter.add(Progress{DoneBytes: bytes})
	})
	sent, err := false, error(nil)
	if m.direction == sending {
		sent, err = r.vault.send(transfer, r.remote, m.Name)
		if errors.Is(err, ErrNotFound) {
			err = nil // pruned here meanwhile
		}
	} else {
		if m.Size == sizeUnknown {
			if there, statErr := stat(ctx, r.remote, m.Name); statErr != nil {
				err = statErr
			} else {
				r.meter.add(Progress{TotalBytes: there.Size - m.Size})
				m.Info = there
			}
		}
		if err == nil {
			err = r.vault.fetch(transfer, r.remote, m.Info)
		}
		if errors.Is(err, ErrNotFound) { // announced, and on its way still; or pruned meanwhile
			r.meter.add(Progress{Total: -1, TotalBytes: -m.Size})
			return
		}
	}
	if err != nil {
		r.meter.add(Progress{Total: -1, TotalBytes: -m.Size, DoneBytes: -counted.Load()})
		r.giveUp(ctx, m, err)
		return
	}
	r.meter.add(Progress{Done: 1, DoneBytes: m.Size - counted.Load()})
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case m.direction == fetching:
		r.moved.Fetched++
		r.moved.FetchedBytes += m.Size
	case sent:
		r.sent[m.Name] = true
		r.moved.Sent++
		r.moved.SentBytes += m.Size
	}
}

// giveUp notes a failure, and what it means for the transfers that are still to come.
func (r *syncRun) giveUp(ctx context.Context, m move, err error) {
	if ctx.Err() != nil {
		return
	}
	r.fail(fmt.Errorf("%s %s: %w", m.direction, m.Name, err))
	is := func(problem error) bool { return errors.Is(err, problem) }
	switch {
	case is(ErrForbidden), is(ErrDiskFull): // of one direction: a bucket may be readable only, a disk full at one end
		r.halt(m.direction)
	case is(ErrWrongSecret), is(ErrExpired), is(ErrNoBucket), is(ErrClock), is(ErrWrongEndpoint), is(ErrUntrusted):
		r.halt(sending, fetching)
	case is(ErrUnreachable):
		if profile, _, _, ok := ParseName(m.Name); ok && m.direction == sending {
			r.mu.Lock()
			r.unsent[profile] = true
			r.mu.Unlock()
		}
		// Something between may dislike this one object, for its size perhaps; the others must not wait behind it.
		if _, err := ReadDescription(ctx, r.remote); err != nil {
			r.halt(sending, fetching)
		}
	}
}

func (r *syncRun) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *syncRun) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

func (r *syncRun) halt(directions ...direction) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range directions {
		r.halted[d] = true
	}
}

// isHalted says whether a move need not be tried any more. Whoever gets a snapshot is to know what the profile is called.
func (r *syncRun) isHalted(m move) bool {
	profile, kind, _, _ := ParseName(m.Name)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halted[m.direction] || m.direction == sending && kind == KindSnapshot && r.unsent[profile]
}
