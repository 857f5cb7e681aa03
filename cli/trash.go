package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func trashCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "trash PROFILE...",
		Short:   "Put profiles into the trash",
		Long:    "Put profiles into the trash. Nothing of them is lost: `valise untrash` takes\nthem out again.",
		Example: "  valise trash shop 'old shop'",
		Args:    takes("PROFILE..."),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				return t.forEach(ctx, lib, args, func(p profiles.Profile) error {
					if err := lib.Trash(ctx, p.ID); err != nil {
						return err
					}
					t.say("%q is in the trash; `valise untrash %s` takes it out", p.Name, p.ID.String()[:shortProfile])
					return nil
				})
			})
		},
		ValidArgsFunction: completeProfiles(anyNumber, notInTrash),
	}
}
