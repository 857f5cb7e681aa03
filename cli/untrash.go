package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func untrashCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "untrash PROFILE...",
		Short: "Take profiles out of the trash",
		Long: `Take profiles out of the trash. One whose name was taken meanwhile gets a
number.`,
		Example: "  valise untrash shop",
		Args:    takes("PROFILE..."),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				return t.forEach(ctx, lib, args, func(p profiles.Profile) error {
					if err := lib.Untrash(ctx, p.ID); err != nil {
						return err
					}
					p, err := lib.Find(ctx, p.ID.String())
					if err != nil {
						return err
					}
					t.say("%q is out of the trash", p.Name)
					return nil
				})
			})
		},
		ValidArgsFunction: completeProfiles(anyNumber, inTrash),
	}
}
