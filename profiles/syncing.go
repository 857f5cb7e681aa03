package profiles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"valise/crypto"
	"valise/profiles/vault"
)

const (
	syncEvery    = 2 * time.Minute // in the background, where nothing else asks
	freshFor     = time.Minute     // opening looks for newer snapshots when the last sync is older
	freshWithin  = 4 * time.Second // but does not keep a person waiting longer
	firstRetry   = 5 * time.Second // at most, after a failure in the background; doubled up to
	longestRetry = 5 * time.Minute
)

// syncing keeps the vault and its place together.
type syncing struct {
	library *Library
	wake    chan struct{}
	cancel  context.CancelFunc // nil: nothing runs in the background
	done    chan struct{}

	mu   sync.Mutex
	last SyncEvent
	good time.Time // when the last sync of this process went well
}

func (s *syncing) init(l *Library) { s.library, s.wake = l, make(chan struct{}, 1) }

// start begins to sync in the background.
func (s *syncing) start() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.done = cancel, make(chan struct{})
	s.soon()
	go func() {
		defer close(s.done)
		sync, retry := s.library.SyncWhole, time.Duration(0)
		for {
			wait := syncEvery
			if retry > 0 { // by chance, so that those whom one failure has stopped do not come back all at once
				wait = retry/2 + rand.N(retry/2)
			}
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-time.After(wait):
			}
			if _, err := sync(ctx); err == nil {
				sync, retry = s.library.Sync, 0
				s.library.upkeep(ctx)
			} else {
				retry = min(max(2*retry, firstRetry), longestRetry)
			}
		}
	}()
}

func (s *syncing) end() {
	if s.cancel != nil {
		s.cancel()
		<-s.done
	}
}

// soon asks the background for a sync; without one it does nothing.
func (s *syncing) soon() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// freshen fetches what other devices saved, before a profile is opened. Offline is normal: then it is opened as it is here.
func (s *syncing) freshen(ctx context.Context) {
	s.mu.Lock()
	fresh := time.Since(s.good) < freshFor || s.last.Err != nil && s.cancel != nil // the background is at it already
	s.mu.Unlock()
	if fresh || s.library.vault.Remote() == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, freshWithin)
	defer cancel()
	s.library.Sync(ctx)
}

func (s *syncing) set(e SyncEvent) {
	s.mu.Lock()
	s.last = e
	s.mu.Unlock()
	s.library.watchers.emit(Event{Sync: &e})
}

// SyncStatus is how vault and place stand, as the last SyncEvent had it.
func (l *Library) SyncStatus() SyncEvent {
	l.syncing.mu.Lock()
	defer l.syncing.mu.Unlock()
	e := l.syncing.last
	e.Waiting, _, _ = l.vault.Waiting()
	return e
}

// Sync brings the vault and its place together: sends what waits, and fetches what others say they have saved. Without a place
// there is nothing to do.
func (l *Library) Sync(ctx context.Context) (vault.Moved, error) {
	return l.sync(ctx, l.vault.SyncNews)
}

// SyncWhole is Sync that looks through the whole place, as Sync does once a day. It finds what was done to the place behind
// Valise's back, too.
func (l *Library) SyncWhole(ctx context.Context) (vault.Moved, error) {
	return l.sync(ctx, l.vault.Sync)
}

func (l *Library) sync(ctx context.Context, move func(context.Context, func(vault.Progress)) (vault.Moved, error)) (vault.Moved, error) {
	if l.vault.Remote() == nil {
		if err := l.reachPlace(ctx); err != nil || l.vault.Remote() == nil {
			return vault.Moved{}, err
		}
	}
	report := paced(func(p Progress) { l.syncing.set(SyncEvent{Syncing: true, Progress: p}) })
	l.syncing.set(SyncEvent{Syncing: true})
	moved, err := move(ctx, func(p vault.Progress) { report(int64(p.Done), int64(p.Total)) })
	if err == nil {
		l.syncing.mu.Lock()
		l.syncing.good = time.Now()
		l.syncing.mu.Unlock()
		if stampErr := l.stampSync(); stampErr != nil {
			l.log.Warn("the time of the sync could not be noted", "error", stampErr)
		}
	} else {
		l.log.Warn("sync failed", "error", err)
		err = fmt.Errorf("syncing: %w", err)
	}
	if moved.Lost > 0 {
		l.watchers.emit(Event{Trouble: errOlderState.Because(fmt.Errorf("it lacks %s that it had", count(moved.Lost, "object")))})
	}
	l.leases.giveBack(ctx)
	if moved.Fetched > 0 {
		l.tellBranches(ctx)
	}
	if err == nil {
		if err := l.leases.look(ctx); err != nil {
			l.log.Warn("what other devices have open is not known", "error", err)
		}
		if err := l.signIn(ctx); err != nil {
			l.log.Warn("this device could not sign in", "error", err)
		}
	}
	l.syncing.set(SyncEvent{Waiting: moved.Waiting, Err: err})
	if moved.Sent+moved.Fetched+moved.Removed > 0 {
		l.changed([16]byte{})
	}
	return moved, err
}

// syncStamp is an empty file whose time is that of the last good sync, of any process.
func (l *Library) syncStamp() string {
	return filepath.Join(l.home.vault(l.vault.Description().Vault), "synced")
}

func (l *Library) stampSync() error { return stampFile(l.syncStamp()) }

// stampFile gives an empty file, which it makes if need be, the time of now.
func stampFile(path string) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, time.Now()) // writing nothing to an empty file need not
}

func (l *Library) lastSync() time.Time {
	info, err := os.Stat(l.syncStamp())
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// credentialsName is the keyring's entry for the bucket's access key.
func (l *Library) credentialsName() string { return credentialsName(l.vault.Description()) }

func credentialsName(d vault.Description) string { return "s3 " + d.Vault.String() }

func storeCredentials(ctx context.Context, k crypto.Keyring, d vault.Description, c vault.Credentials) error {
	secret, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return k.Set(ctx, credentialsName(d), string(secret))
}

func (l *Library) credentials(ctx context.Context) (vault.Credentials, error) {
	var c vault.Credentials
	secret, err := l.keyring.Get(ctx, l.credentialsName())
	if errors.Is(err, crypto.ErrNoSuchKey) {
		if c, ok := vault.CredentialsFromEnv(); ok {
			return c, nil
		}
		return c, ErrNoCredentials
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(secret), &c); err != nil {
		return c, ErrNoCredentials // never the JSON error: it may quote the secret
	}
	if c.SessionToken != "" { // they were temporary: the environment may have newer ones
		if newer, ok := vault.CredentialsFromEnv(); ok {
			return newer, nil
		}
	}
	return c, nil
}
