package cli

import (
	"valise/profiles"

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
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				snapshot, err := lib.FindSnapshot(ctx, p.ID, args[1])
				if err != nil {
					return err
				}
				receipt, err := lib.Rollback(ctx, p.ID, snapshot.ID)
				if err != nil {
					return err
				}
				t.receipt(receipt)
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}
