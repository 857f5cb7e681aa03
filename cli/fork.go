package cli

import (
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func forkCommand(t *terminal) *cobra.Command {
	var at string
	c := &cobra.Command{
		Use:   "fork PROFILE NEW-NAME",
		Short: "Copy a profile as a new one",
		Long: `Copy the newest snapshot of a profile, or an earlier one, as a new profile
with a history of its own. The original stays as it is.`,
		Example: "  valise fork shop 'shop, full cart'",
		Args:    takes("PROFILE", "NEW-NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			if c.Flags().Changed("at") && at == "" {
				return misuse(c, "--at is empty")
			}
			return t.withSnapshot(ctx, args[0], at, func(lib *profiles.Library, p profiles.Profile, from uuid.UUID) error {
				receipt, err := lib.Fork(ctx, p.ID, from, args[1])
				if err != nil {
					return err
				}
				t.receipt(receipt)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
	c.Flags().StringVar(&at, "at", "", "copy an earlier `SNAPSHOT`, by its id or label")
	c.RegisterFlagCompletionFunc("at", cobra.NoFileCompletions)
	return c
}
