package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func pinCommand(t *terminal) *cobra.Command {
	var off bool
	c := &cobra.Command{
		Use:   "pin PROFILE...",
		Short: "Keep profiles from expiring",
		Long: `Pin profiles: they never expire, and nothing of them is purged without being
asked for.`,
		Example: "  valise pin shop",
		Args:    takes("PROFILE..."),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				return t.forEach(ctx, lib, args, func(p profiles.Profile) error {
					if err := lib.SetPinned(ctx, p.ID, !off); err != nil {
						return err
					}
					if off {
						t.say("%q is not pinned any more", p.Name)
					} else {
						t.say("%q is pinned", p.Name)
					}
					return nil
				})
			})
		},
		ValidArgsFunction: completeProfiles(anyNumber, anyProfile),
	}
	c.Flags().BoolVar(&off, "off", false, "pin them no more")
	return c
}
