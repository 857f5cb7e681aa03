package cli

import (
	"fmt"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func purgeCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "purge PROFILE...",
		Short: "Remove profiles in the trash for good",
		Long: `Remove profiles that are in the trash for good, with all of their snapshots,
on every device and at the vault's place. On a terminal it asks first. What
another device has saved and not sent yet is not lost: the profile comes back
with it.`,
		Example: "  valise purge shop",
		Args:    takes("PROFILE..."),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				return t.forEach(ctx, lib, args, func(p profiles.Profile) error {
					if p.Trashed.IsZero() {
						return fmt.Errorf("purging %q: %w", p.Name, profiles.ErrNotTrashed)
					}
					if !t.agrees(ctx, fmt.Sprintf("%q and its %s will be gone for good. Go on?", p.Name, count(p.Snapshots, "snapshot"))) {
						return errNotPurged
					}
					if err := lib.Purge(ctx, p.ID); err != nil {
						return err
					}
					t.say("%q is gone", p.Name)
					return nil
				})
			})
		},
		ValidArgsFunction: completeProfiles(anyNumber, inTrash),
	}
}

var errNotPurged = fmt.Errorf("nothing was purged")
