package profiles

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"valise/crypto"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Library is the vault of this computer with its profiles and sessions. It may be used by several goroutines, and
// several processes may have it open.
type Library struct {
	home   Home
	log    *slog.Logger
	device string

	keyring crypto.Keyring
	key     crypto.Key
	vault   *vault.Vault
	indexes indexes

	watchers watchers
	peers    *peers
	syncing  syncing

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
	l.device, _ = os.Hostname() // shown to people; without one it is empty
	settings, err := h.Settings()
	if err != nil {
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

// makeVault makes this computer's first vault. The key is in the keyring before anything could be sealed with it, and
// the settings name the vault only when it is whole. Two first starts at once make one vault.
func (l *Library) makeVault(ctx context.Context) (Settings, error) {
	lock := flock.New(filepath.Join(l.home.locks(), "vault"))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return Settings{}, err
	}
	defer lock.Close()
	if s, err := l.home.Settings(); err != nil || s.Vault != uuid.Nil {
		return s, err
	}
	id, key := uuid.New(), crypto.NewKey()
	if err := crypto.StoreKey(ctx, l.keyring, id, key); err != nil {
		return Settings{}, err
	}
	if _, err := vault.Create(l.home.vault(id), vault.Description{Vault: id, KeyID: key.ID(), Made: time.Now().UTC()}); err != nil {
		return Settings{}, err
	}
	if err := l.home.ChangeSettings(func(s *Settings) { s.Vault = id }); err != nil {
		return Settings{}, err
	}
	return l.home.Settings()
}

func (l *Library) openVault(ctx context.Context, id uuid.UUID) error {
	v, err := vault.Open(l.home.vault(id))
	if err != nil {
		return fmt.Errorf("opening the vault: %w", err)
	}
	key, err := crypto.LoadKey(ctx, l.keyring, id)
	if err != nil {
		return err
	}
	if key.ID() != v.Description().KeyID {
		return fmt.Errorf("opening the vault: %w", crypto.ErrWrongKey)
	}
	l.vault, l.key = v, key
	return nil
}

// Close closes the library. Its sessions must have ended.
func (l *Library) Close() error {
	l.syncing.end()
	return l.peers.close()
}

// Home is the folder that the library is in.
func (l *Library) Home() Home { return l.home }

// Profiles are all profiles, those in the trash too: the running ones first, then the last opened.
func (l *Library) Profiles(ctx context.Context) ([]Profile, error) {
	shelves, err := l.shelves()
	if err != nil {
		return nil, fmt.Errorf("listing the profiles: %w", err)
	}
	running, err := l.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	savers := map[uuid.UUID]SessionInfo{}
	for _, s := range running {
		if !s.Throwaway() {
			savers[s.SavesTo] = s
		}
	}
	list := make([]Profile, 0, len(shelves)+len(savers))
	for id, shelf := range shelves {
		p := l.profile(ctx, id, shelf)
		if s, ok := savers[id]; ok {
			p.join(s)
			delete(savers, id)
		}
		list = append(list, p)
	}
	for id, s := range savers { // new ones, that nothing was saved of yet
		p := Profile{ID: id, Name: s.Name, Colour: colourOf(id), Where: InThisComputer}
		p.join(s)
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Profile) int {
		return cmp.Or(b.touched().Compare(a.touched()), strings.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return list, nil
}

// Find finds a profile by its name (in any case), its id, or an unambiguous beginning of it. One in the trash is found
// too, unless one outside has the name.
func (l *Library) Find(ctx context.Context, nameOrID string) (Profile, error) {
	all, err := l.Profiles(ctx)
	if err != nil {
		return Profile{}, err
	}
	for _, matches := range []func(Profile) bool{
		func(p Profile) bool { return p.ID.String() == strings.ToLower(nameOrID) },
		func(p Profile) bool { return p.Name == nameOrID && p.Trashed.IsZero() },
		func(p Profile) bool { return strings.EqualFold(p.Name, nameOrID) && p.Trashed.IsZero() },
		func(p Profile) bool { return strings.EqualFold(p.Name, nameOrID) },
		func(p Profile) bool {
			return len(nameOrID) >= 4 && strings.HasPrefix(p.ID.String(), strings.ToLower(nameOrID))
		},
	} {
		found := slices.DeleteFunc(slices.Clone(all), func(p Profile) bool { return !matches(p) })
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		ambiguous := &AmbiguousError{What: "profile", Name: nameOrID}
		for _, p := range found {
			ambiguous.IDs = append(ambiguous.IDs, p.ID)
		}
		return Profile{}, ambiguous
	}
	return Profile{}, &NotFoundError{"profile", nameOrID}
}

// profile reads what a list shows of a profile. What cannot be read makes it StateDamaged, never an error.
func (l *Library) profile(ctx context.Context, id uuid.UUID, shelf *shelf) Profile {
	p := Profile{
		ID: id, Name: "Profile " + id.String()[:8], Colour: colourOf(id), State: StateSaved,
		Snapshots: len(shelf.snapshots), Size: shelf.size, Newest: shelf.newest(), Where: shelf.where(l),
	}
	if shelf.card != uuid.Nil {
		c, err := l.readCard(ctx, id, shelf.card)
		if err != nil {
			p.State, p.Problem = StateDamaged, err
		} else {
			p.Name, p.Tags, p.Pinned, p.Trashed = c.Name, c.Tags, c.Pinned, c.Trashed
			p.Colour = cmp.Or(c.Colour, p.Colour)
		}
	}
	if p.Newest != uuid.Nil {
		index, err := l.index(ctx, id, p.Newest)
		if err != nil {
			p.State, p.Problem = StateDamaged, err
		} else {
			p.Summary, p.Sites = index.Summary, index.Summary.Sites
			p.LastOpened, p.LastSaved = index.Meta.Opened, index.Meta.When
		}
	}
	if !p.Trashed.IsZero() {
		p.State = StateTrashed
	}
	return p
}

// join shows the session that saves to the profile.
func (p *Profile) join(s SessionInfo) {
	p.Session, p.LastOpened = &s, s.Since
	switch s.Stage {
	case StageRestoring, StageStarting:
		p.State = StateOpening
	case StageRunning:
		p.State = StateOpen
	default:
		p.State = StateSaving
	}
}

// touched is when a person last had to do with the profile.
func (p *Profile) touched() time.Time {
	if p.LastOpened.After(p.LastSaved) {
		return p.LastOpened
	}
	return p.LastSaved
}

// palette is what profiles are coloured with until their owner chooses: distinct, and readable on light and dark.
var palette = []string{"#3b82f6", "#10b981", "#f59e0b", "#ef4444", "#8b5cf6", "#ec4899", "#14b8a6", "#f97316", "#6366f1", "#84cc16"}

func colourOf(id uuid.UUID) string { return palette[int(id[0])%len(palette)] }

// shelf is what the vault has of one profile.
type shelf struct {
	snapshots []uuid.UUID // oldest first
	sizes     map[uuid.UUID]int64
	card      uuid.UUID // the newest
	size      int64     // bytes, of all objects
	waiting   bool      // some of it is in the outbox
}

// newest is the head of the history: ids grow along a chain (snapshot.NewID), so the largest has no child.
func (s *shelf) newest() uuid.UUID {
	if len(s.snapshots) == 0 {
		return uuid.Nil
	}
	return s.snapshots[len(s.snapshots)-1]
}

func (s *shelf) where(l *Library) Where {
	switch {
	case l.vault.Remote() == nil:
		return InThisComputer
	case s.waiting:
		return Waiting
	}
	return InTheVault
}

func (l *Library) shelves() (map[uuid.UUID]*shelf, error) { return l.shelvesBelow("profiles/") }

func (l *Library) shelf(profile uuid.UUID) (*shelf, error) {
	all, err := l.shelvesBelow("profiles/" + profile.String() + "/")
	if err != nil {
		return nil, err
	}
	if s, ok := all[profile]; ok {
		return s, nil
	}
	return &shelf{}, nil
}

func (l *Library) shelvesBelow(prefix string) (map[uuid.UUID]*shelf, error) {
	queued, err := l.vault.Queued()
	if err != nil {
		return nil, err
	}
	all := map[uuid.UUID]*shelf{}
	for info, err := range l.vault.List(prefix) {
		if err != nil {
			return nil, err
		}
		profile, kind, id, ok := vault.ParseName(info.Name)
		if !ok {
			continue // not ours
		}
		s := all[profile]
		if s == nil {
			s = &shelf{sizes: map[uuid.UUID]int64{}}
			all[profile] = s
		}
		s.size += info.Size
		s.waiting = s.waiting || queued[info.Name]
		switch kind {
		case vault.KindSnapshot:
			s.snapshots = append(s.snapshots, id)
			s.sizes[id] = info.Size
		case vault.KindCard:
			if bytes.Compare(id[:], s.card[:]) > 0 {
				s.card = id
			}
		}
	}
	for _, s := range all {
		slices.SortFunc(s.snapshots, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	}
	return all, nil
}

// indexes keeps what was read: objects never change, so neither do these.
type indexes struct {
	mu   sync.Mutex
	read map[uuid.UUID]*snapshot.Index
}

func (l *Library) index(ctx context.Context, profile, id uuid.UUID) (*snapshot.Index, error) {
	l.indexes.mu.Lock()
	index := l.indexes.read[id]
	l.indexes.mu.Unlock()
	if index != nil {
		return index, nil
	}
	object, err := l.source(profile)(ctx, id)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	index, err = snapshot.ReadIndex(l.key, object)
	if err != nil {
		return nil, err
	}
	if index.Meta.ID != id || index.Meta.Profile != profile {
		return nil, crypto.ErrDamaged.Because(errors.New("the object is not the snapshot that it is named after"))
	}
	l.indexes.mu.Lock()
	defer l.indexes.mu.Unlock()
	if l.indexes.read == nil {
		l.indexes.read = map[uuid.UUID]*snapshot.Index{}
	}
	l.indexes.read[id] = index
	return index, nil
}

// source opens the snapshots of a profile.
func (l *Library) source(profile uuid.UUID) snapshot.Source {
	return func(ctx context.Context, id uuid.UUID) (snapshot.Object, error) {
		f, err := l.vault.Open(ctx, vault.SnapshotName(profile, id))
		if err != nil {
			return nil, err
		}
		return f, nil
	}
}
