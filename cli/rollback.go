package cli

import (
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func rollbackCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "rollback PROFILE SNAPSHOT|LABEL",
		Short: "Make an earlier snapshot the newest again",
		Long: `Make an earlier snapshot the newest again. This adds a snapshot that is like
it and removes none, so it can be undone in the same way.`,
		Example: "  valise history shop\n  valise rollback shop 0190f3a2-7c41",
		Args:    takes("PROFILE", "SNAPSHOT"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withSnapshot(ctx, args[0], args[1], func(lib *profiles.Library, p profiles.Profile, snapshot uuid.UUID) error {
				receipt, err := lib.Rollback(ctx, p.ID, snapshot)
				if err != nil {
					return err
				}
				t.receipt(receipt)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}
