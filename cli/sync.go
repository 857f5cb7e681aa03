package cli

import (
	"context"
	"fmt"
	"time"

	"valise/profiles"
	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func syncCommand(t *terminal) *cobra.Command {
	var watch bool
	c := &cobra.Command{
		Use:   "sync",
		Short: "Bring the vault and its place together",
		Long: `Send what waits on this computer to the vault's bucket or folder, fetch what
other computers saved there, and print what moved.`,
		Example: "  valise sync\n  valise sync --watch",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				status, err := lib.VaultStatus(ctx)
				if err != nil {
					return err
				}
				if status.Place == "" {
					return vault.ErrNoRemote
				}
				if watch {
					return t.keepSyncing(ctx, lib)
				}
				return t.sync(ctx, lib)
			})
		},
	}
	c.Flags().BoolVar(&watch, "watch", false, "go on until interrupted")
	return c
}

// sync syncs once, and prints what moved.
func (t *terminal) sync(ctx context.Context, lib *profiles.Library) error {
	moved, err := lib.SyncWhole(ctx)
	if err == nil || moved.Sent+moved.Fetched+moved.Removed > 0 {
		t.printMoved(moved)
	}
	return err
}

// watchEvery is how soon sync --watch notices what other computers saved.
const watchEvery = 10 * time.Second

// keepSyncing syncs until it is interrupted. It prints what moves, and each trouble once.
func (t *terminal) keepSyncing(ctx context.Context, lib *profiles.Library) error {
	var trouble string
	for ctx.Err() == nil {
		moved, err := lib.Sync(ctx)
		if moved.Sent+moved.Fetched+moved.Removed > 0 {
			t.printMoved(moved)
		}
		if ctx.Err() == nil && err != nil && err.Error() != trouble {
			t.explain(err)
		}
		trouble = message(err)
		select {
		case <-ctx.Done():
		case <-time.After(watchEvery):
		}
	}
	return nil
}

func (t *terminal) printMoved(m vault.Moved) {
	removed := ""
	if m.Removed > 0 {
		removed = fmt.Sprintf(", removed %s that were pruned", count(m.Removed, "object"))
	}
	t.print("sent %s, fetched %s%s, %s waiting",
		amount(m.Sent, m.SentBytes), amount(m.Fetched, m.FetchedBytes), removed, count(m.Waiting, "object"))
	if m.Refused > 0 {
		t.say("warning: the place does not let %s be removed that were pruned; they take up room there", count(m.Refused, "object"))
	}
}

func amount(objects int, bytes int64) string {
	if objects == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%s (%s)", count(objects, "object"), size(bytes))
}
