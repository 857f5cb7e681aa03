package cli

import (
	"context"
	"fmt"
	"time"

	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// withVault opens the library for a verb, and closes it when the verb is done.
func (t *terminal) withVault(ctx context.Context, verb func(*profiles.Library) error) error {
	return t.withLibrary(ctx, profiles.Options{}, verb)
}

// withProfiles does the same for verbs that are about profiles: they first have the library save what crashed sessions
// left behind, so that they show and open the newest there is.
func (t *terminal) withProfiles(ctx context.Context, verb func(*profiles.Library) error) error {
	return t.withVault(ctx, func(lib *profiles.Library) error {
		recovered, err := lib.Recover(ctx)
		for _, r := range recovered {
			t.say("recovered: %v", r)
		}
		if err != nil {
			t.warn(err)
		}
		return verb(lib)
	})
}

func (t *terminal) withLibrary(ctx context.Context, o profiles.Options, verb func(*profiles.Library) error) (err error) {
	home, err := profiles.FindHome()
	if err != nil {
		return err
	}
	log, err := home.OpenLog()
	if err != nil {
		return err
	}
	defer log.Close()
	o.Log = log.Logger
	lib, err := profiles.Open(ctx, home, o)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := lib.Close(); err == nil {
			err = closeErr
		}
	}()
	defer lib.Watch(t.follow)()
	return verb(lib)
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

// completeProfiles offers the shell the names of profiles for the first so many arguments. A keyring that wants to be
// unlocked must not hold up the prompt, and pressing Tab makes no vault.
func completeProfiles(arguments int, offered func(profiles.Profile) bool) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(c.Context(), 2*time.Second)
		defer cancel()
		home, err := profiles.FindHome()
		if err != nil || len(args) >= arguments {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if settings, err := home.Settings(); err != nil || settings.Vault == uuid.Nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		lib, err := profiles.Open(ctx, home, profiles.Options{})
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer lib.Close()
		all, _ := lib.Profiles(ctx)
		var names []cobra.Completion
		for _, p := range all {
			if offered(p) {
				names = append(names, p.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func inTrash(p profiles.Profile) bool    { return p.State == profiles.StateTrashed }
func notInTrash(p profiles.Profile) bool { return !inTrash(p) }

// anyNumber of arguments is for verbs that take several profiles.
const anyNumber = 1 << 30

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
