package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func renameCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "rename PROFILE NEW-NAME",
		Short:   "Give a profile another name",
		Long:    "Give a profile another name. Its id and its history stay.",
		Example: "  valise rename shop 'old shop'",
		Args:    takes("PROFILE", "NEW-NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := lib.Rename(ctx, p.ID, args[1]); err != nil {
					return err
				}
				t.say("renamed %q to %q", p.Name, args[1])
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}
