package cli

import (
	"strings"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func tagCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "tag PROFILE [TAG...]",
		Short:   "Give a profile tags",
		Long:    "Give a profile these tags, in place of those that it has. Without any it has\nnone.",
		Example: "  valise tag shop qa 'empty cart'",
		Args:    takesFrom(1, "PROFILE", "TAG..."),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := lib.SetTags(ctx, p.ID, args[1:]); err != nil {
					return err
				}
				if len(args) == 1 {
					t.say("%q has no tags now", p.Name)
				} else {
					t.say("%q has the tags %s", p.Name, strings.Join(args[1:], ", "))
				}
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}
