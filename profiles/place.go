package profiles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"valise/crypto"
	"valise/internal/fault"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// VaultStatus is how the vault stands.
type VaultStatus struct {
	Vault        uuid.UUID `json:"vault"`
	Folder       string    `json:"folder"`          // the local copy
	Place        string    `json:"place,omitempty"` // "s3://bucket/prefix", a folder; empty: in this computer only
	Keyring      string    `json:"keyring"`
	Profiles     int       `json:"profiles"` // without those in the trash
	Snapshots    int       `json:"snapshots"`
	Size         int64     `json:"size"` // bytes
	Waiting      int       `json:"waiting"`
	WaitingBytes int64     `json:"waiting_bytes"`
	LastSync     time.Time `json:"last_sync,omitzero"` // the last that went well, by any process
}

// VaultStatus counts what the vault has.
func (l *Library) VaultStatus(ctx context.Context) (VaultStatus, error) {
	d := l.vault.Description()
	s := VaultStatus{Vault: d.Vault, Folder: l.home.vault(d.Vault), Keyring: l.keyring.String(), LastSync: l.lastSync()}
	settings, err := l.home.Settings()
	if err != nil {
		return s, err
	}
	s.Place = settings.Place.String()
	all, err := l.Profiles(ctx)
	if err != nil {
		return s, err
	}
	for _, p := range all {
		s.Snapshots += p.Snapshots
		s.Size += p.Size
		if p.Trashed.IsZero() {
			s.Profiles++
		}
	}
	s.Waiting, s.WaitingBytes, err = l.vault.Waiting()
	return s, err
}

// Place is where else the vault is kept; zero: on this computer only.
func (l *Library) Place() vault.Location {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.place
}

// RecoveryCode is the vault's key, for a person to keep.
func (l *Library) RecoveryCode() string { return l.key.RecoveryCode() }

// usePlace makes the place that the settings name the vault's, unless it is that already.
func (l *Library) usePlace(ctx context.Context, at vault.Location) {
	l.mu.Lock()
	same := l.place == at
	l.place = at
	l.mu.Unlock()
	if !same {
		l.reachPlace(ctx)
	}
}

// reachPlace makes ready what is needed to send to the vault's place. Where that fails (a locked keyring, say) the vault
// works on without it; the sync status says why, and every sync tries again.
func (l *Library) reachPlace(ctx context.Context) error {
	l.mu.Lock()
	at := l.place
	l.mu.Unlock()
	err := func() error {
		if at == (vault.Location{}) {
			return l.vault.SetRemote(nil)
		}
		c, err := l.credentialsFor(ctx, at, vault.Credentials{})
		if err != nil {
			return err
		}
		place, err := at.Store(c)
		if err != nil {
			return err
		}
		return l.vault.SetRemote(place)
	}()
	if err != nil {
		l.log.Warn("the vault's place cannot be used", "place", at.String(), "error", err)
		err = fmt.Errorf("using the vault's place: %w", err)
	}
	waiting, _, _ := l.vault.Waiting()
	l.syncing.set(SyncEvent{Waiting: waiting, Err: err})
	return err
}

// credentialsFor are those given or, where none are, those remembered for this vault, else the environment's. A folder
// needs none.
func (l *Library) credentialsFor(ctx context.Context, at vault.Location, given vault.Credentials) (vault.Credentials, error) {
	if at.Folder != "" || given != (vault.Credentials{}) {
		return given, nil
	}
	return l.credentials(ctx)
}

// TestPlace tries a place out: whether it can be reached, written, and relied upon. Report.Vault is nil where no vault is yet.
// Zero credentials: those remembered for this vault, else the AWS_* of the environment.
func (l *Library) TestPlace(ctx context.Context, at vault.Location, c vault.Credentials) (vault.Report, error) {
	_, report, err := l.tryPlace(ctx, at, c)
	return report, err
}

func (l *Library) tryPlace(ctx context.Context, at vault.Location, c vault.Credentials) (vault.Store, vault.Report, error) {
	c, err := l.credentialsFor(ctx, at, c)
	if err != nil {
		return nil, vault.Report{}, err
	}
	place, err := at.Store(c)
	if err != nil {
		return nil, vault.Report{}, err
	}
	report, err := vault.Test(ctx, place)
	return place, report, err
}

// Connect makes the place this vault's, remembers it and its credentials (in the keyring), and puts everything that is
// not there into the outbox; it does not wait for the sync. vault.ErrOtherVault: another vault is there.
func (l *Library) Connect(ctx context.Context, at vault.Location, c vault.Credentials) (vault.Report, error) {
	place, report, err := l.tryPlace(ctx, at, c)
	if err != nil {
		return report, fmt.Errorf("connecting the vault: %w", err)
	}
	d := l.vault.Description()
	if report.Vault != nil && report.Vault.Vault != d.Vault {
		return report, fmt.Errorf("connecting the vault: %w", vault.ErrOtherVault)
	}
	if at.Folder == "" {
		if c, err = l.credentialsFor(ctx, at, c); err != nil {
			return report, err
		}
		if err := storeCredentials(ctx, l.keyring, d, c); err != nil {
			return report, fmt.Errorf("keeping the bucket's access key in %s: %w", l.keyring, err)
		}
	}
	fault.Point("connecting: the bucket's key is kept")
	if err := l.vault.SetRemote(place); err != nil {
		return report, err
	}
	fault.Point("connecting: the outbox is for the place")
	if err := l.remember(at); err != nil {
		return report, err
	}
	l.changed(uuid.Nil)
	l.syncing.soon()
	return report, nil
}

// Disconnect makes the vault one of this computer only. What is in its place stays there; the credentials are forgotten.
func (l *Library) Disconnect(ctx context.Context) error {
	if err := l.vault.SetRemote(nil); err != nil {
		return err
	}
	if err := l.remember(vault.Location{}); err != nil {
		return err
	}
	l.changed(uuid.Nil)
	if err := l.keyring.Delete(ctx, l.credentialsName()); err != nil && !errors.Is(err, crypto.ErrNoSuchKey) {
		return err
	}
	return nil
}

// remember notes the place that the vault was just given.
func (l *Library) remember(at vault.Location) error {
	if err := l.home.ChangeSettings(func(s *Settings) { s.Place = at }); err != nil {
		return err
	}
	l.mu.Lock()
	l.place = at
	l.mu.Unlock()
	waiting, _, _ := l.vault.Waiting()
	l.syncing.set(SyncEvent{Waiting: waiting})
	return nil
}
