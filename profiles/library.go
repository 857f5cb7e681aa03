package profiles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Library is the vault of this computer with its profiles and sessions. It may be used by several goroutines, and
// several processes may have it open.
type Library struct {
	home Home
	log  *slog.Logger
	now  func() time.Time

	device   string // its name
	deviceID uuid.UUID

	keyring crypto.Keyring
	key     crypto.Key
	vault   *vault.Vault
	indexes remembered[*snapshot.Index]
	tokens  remembered[uint32]
	cards   remembered[card]
	graves  graves
	savings savings
	leases  leases
	tidying sync.WaitGroup // prunings after sessions

	watchers watchers
	peers    *peers
	syncing  syncing

	sleepWatch    sync.Once
	endSleepWatch atomic.Pointer[context.CancelFunc]

	mu       sync.Mutex
	sessions map[uuid.UUID]*Session
	place    vault.Location // as the settings had it last
}

// Options of opening the library.
type Options struct {
	Log *slog.Logger // nil: none
	// Background keeps the vault and its place together from now on, without being asked: at the start, after each
	// saving, at intervals.
	Background bool
	// Clock is the time of this computer; nil: time.Now.
	Clock func() time.Time
	// Raise is called when another start of the app asks this process to show its window; nil: it has none.
	Raise func()
}

// Open opens the library of this computer. At the very first start it makes a vault and its key. The errors of crypto
// (no keyring, locked, no such key, wrong key), of vault, and ErrSettings each say what to do.
func Open(ctx context.Context, h Home, o Options) (*Library, error) {
	if err := h.make(); err != nil {
		return nil, err
	}
	l := &Library{home: h, log: o.Log, keyring: crypto.OpenKeyring(), sessions: map[uuid.UUID]*Session{}}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.now = o.Clock; l.now == nil {
		l.now = time.Now
	}
	l.device, _ = os.Hostname() // shown to people; without one it is empty
	l.leases.init(l)
	h.sweepSettings()
	settings, err := h.Settings()
	if err != nil {
		return nil, err
	}
	if l.deviceID, err = h.deviceID(settings); err != nil {
		return nil, err
	}
	if settings.Vault == uuid.Nil {
		if settings, err = l.makeVault(ctx); err != nil {
			return nil, fmt.Errorf("making a vault: %w", err)
		}
	}
	if err := l.openVault(ctx, settings.Vault); err != nil {
		return nil, err
	}
	l.syncing.init(l)
	l.usePlace(ctx, settings.Place)
	if l.peers, err = listen(l, o.Raise); err != nil {
		return nil, fmt.Errorf("listening for other starts of Valise: %w", err)
	}
	if o.Background {
		l.syncing.start()
	}
	return l, nil
}

// makeVault makes this computer's first vault: its folder, then its key in the keyring, and only then the settings name it, so
// that nothing is sealed with a key that is not kept. A first start that was cut short is taken up where it was. Two first
// starts at once make one vault.
func (l *Library) makeVault(ctx context.Context) (Settings, error) {
	lock, err := l.home.lockVault(ctx)
	if err != nil {
		return Settings{}, err
	}
	defer lock.Close()
	if s, err := l.home.Settings(); err != nil || s.Vault != uuid.Nil {
		return s, err
	}
	id, err := l.begunVault(ctx)
	if err != nil {
		return Settings{}, err
	}
	if id == uuid.Nil {
		if id, err = newVault(ctx, l.home, l.keyring); err != nil {
			return Settings{}, err
		}
	}
	if err := l.home.ChangeSettings(func(s *Settings) { s.use(id, vault.Location{}) }); err != nil {
		return Settings{}, err
	}
	return l.home.Settings()
}

// newVault makes a vault with a new key, which it keeps in the keyring.
func newVault(ctx context.Context, h Home, keyring crypto.Keyring) (uuid.UUID, error) {
	id, key := uuid.New(), crypto.NewKey()
	d := vault.NewDescription(id, key.ID())
	d.Proof = key.Vouch(d.Vouched())
	if _, err := vault.Create(h.vault(id), d); err != nil {
		return uuid.Nil, err
	}
	fault.Point("first start: the vault is made")
	if err := crypto.StoreKey(ctx, keyring, id, key); err != nil {
		vault.RemoveUnused(h.vault(id))
		return uuid.Nil, err
	}
	fault.Point("first start: its key is kept")
	return id, nil
}

// begunVault finds the vault of a first start, or of a joining, that was cut short when only the settings were missing, and
// removes what came less far. Zero: there is none.
func (l *Library) begunVault(ctx context.Context) (uuid.UUID, error) {
	entries, err := os.ReadDir(filepath.Join(l.home.Dir, "vaults"))
	if err != nil {
		return uuid.Nil, err
	}
	for _, e := range entries {
		id, err := uuid.Parse(e.Name())
		if err != nil {
			continue
		}
		v, err := vault.Open(l.home.vault(id))
		if errors.Is(err, vault.ErrNoVault) {
			vault.RemoveUnused(l.home.vault(id))
		}
		if err != nil || v.Used() {
			continue // it was left, or set aside, on purpose
		}
		key, err := crypto.LoadKey(ctx, l.keyring, id)
		switch {
		case errors.Is(err, crypto.ErrNoSuchKey):
			vault.RemoveUnused(l.home.vault(id))
		case err != nil:
			return uuid.Nil, err
		case key.ID() == v.Description().KeyID:
			return id, nil
		}
	}
	return uuid.Nil, nil
}

// lockVault is held while the computer's vault is chosen.
func (h Home) lockVault(ctx context.Context) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(h.locks(), "vault"), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, err
	}
	return lock, nil
}

func (l *Library) openVault(ctx context.Context, id uuid.UUID) (err error) {
	if l.vault, l.key, err = l.home.openVault(ctx, l.keyring, id); err != nil {
		return err
	}
	l.graves.library = l
	l.vault.SetGraves(&l.graves)
	return nil
}

// openVault opens a vault of this computer, whose key is at hand.
func (h Home) openVault(ctx context.Context, keyring crypto.Keyring, id uuid.UUID) (*vault.Vault, crypto.Key, error) {
	v, err := vault.Open(h.vault(id))
	if err != nil {
		return nil, crypto.Key{}, fmt.Errorf("opening the vault: %w", err)
	}
	key, err := crypto.LoadKey(ctx, keyring, id)
	if err != nil {
		return nil, crypto.Key{}, err
	}
	if key.ID() != v.Description().KeyID {
		return nil, crypto.Key{}, fmt.Errorf("opening the vault: %w", crypto.ErrWrongKey)
	}
	return v, key, nil
}

// Close closes the library. Its sessions must have ended.
func (l *Library) Close() error {
	l.tidying.Wait()
	if end := l.endSleepWatch.Load(); end != nil {
		(*end)()
	}
	l.syncing.end()
	l.leases.close()
	return l.peers.close()
}

// Home is the folder that the library is in.
func (l *Library) Home() Home { return l.home }
