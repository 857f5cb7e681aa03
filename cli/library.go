package cli

import (
	"context"
	"fmt"
	"log/slog"

	"valise/profiles"

	"github.com/google/uuid"
)

// withVault opens the library for a verb, and closes it when the verb is done.
func (t *terminal) withVault(ctx context.Context, verb func(*profiles.Library) error) error {
	return t.withLibrary(ctx, false, func(lib *profiles.Library, _ *slog.Logger) error { return verb(lib) })
}

// withLibrary does the same for a verb that says whether vault and place are kept together meanwhile, and has a log to write.
func (t *terminal) withLibrary(ctx context.Context, background bool, verb func(*profiles.Library, *slog.Logger) error) (err error) {
	home, err := profiles.FindHome()
	if err != nil {
		return err
	}
	log, err := home.OpenLog()
	if err != nil {
		return err
	}
	defer log.Close()
	lib, err := profiles.Open(ctx, home, profiles.Options{Log: log.Logger, Background: background})
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := lib.Close(); err == nil {
			err = closeErr
		}
	}()
	defer lib.Watch(t.follow)()
	return verb(lib, log.Logger)
}

// withProfiles does the same for verbs that are about profiles: they first have the library save what crashed sessions
// left behind, so that they show and open the newest there is.
func (t *terminal) withProfiles(ctx context.Context, verb func(*profiles.Library) error) error {
	return t.withVault(ctx, func(lib *profiles.Library) error {
		t.recover(ctx, lib)
		return verb(lib)
	})
}

func (t *terminal) recover(ctx context.Context, lib *profiles.Library) {
	recovered, err := lib.Recover(ctx)
	for _, r := range recovered {
		t.say("recovered: %v", r)
	}
	if err != nil {
		t.warn(err)
	}
}

// withSnapshot does the same for verbs that change something about one snapshot of a profile, or one that it is copied
// from; the change goes to the vault's place at the end. No name of a snapshot: zero, the newest.
func (t *terminal) withSnapshot(ctx context.Context, profile, snapshot string, verb func(*profiles.Library, profiles.Profile, uuid.UUID) error) error {
	return t.withProfiles(ctx, func(lib *profiles.Library) error {
		p, id, err := find(ctx, lib, profile, snapshot)
		if err != nil {
			return err
		}
		if err := verb(lib, p, id); err != nil {
			return err
		}
		t.settle(ctx, lib)
		return nil
	})
}

// find finds a profile and, where one is named, a snapshot of it.
func find(ctx context.Context, lib *profiles.Library, profile, snapshot string) (p profiles.Profile, id uuid.UUID, err error) {
	if p, err = lib.Find(ctx, profile); err != nil || snapshot == "" {
		return p, uuid.Nil, err
	}
	s, err := lib.FindSnapshot(ctx, p.ID, snapshot)
	return p, s.ID, err
}

// settle brings a change to the vault's place, where it has one. That the place cannot be reached is worth a warning
// and no failure: the change is safe on this computer, and goes along with the next sync.
func (t *terminal) settle(ctx context.Context, lib *profiles.Library) {
	moved, err := lib.Sync(ctx)
	if moved.Sent > 0 {
		t.say("sent %s to the vault's place", amount(moved.Sent, moved.SentBytes))
	}
	if err != nil {
		t.warn(fmt.Errorf("saved on this computer, %s waiting to be sent: %w", count(lib.SyncStatus().Waiting, "object"), err))
		t.say("`valise sync` tries again, and so does the next saving.")
	}
}

// forEach does something to one profile after the other, and goes on after a failure. A change goes to the vault's place
// at the end.
func (t *terminal) forEach(ctx context.Context, lib *profiles.Library, names []string, do func(profiles.Profile) error) error {
	var failed failures
	for _, name := range names {
		p, err := lib.Find(ctx, name)
		if err == nil {
			err = do(p)
		}
		if err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) < len(names) {
		t.settle(ctx, lib)
	}
	return failed.orNil()
}
