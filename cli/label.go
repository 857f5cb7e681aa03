package cli

import (
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func labelCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "label PROFILE SNAPSHOT LABEL",
		Short: "Put a name on a snapshot",
		Long: `Put a name on a snapshot: it can be opened by it, and is kept whatever becomes
of the rest of the history. An empty LABEL takes the name away.`,
		Example: "  valise label shop 0190f3a2-7c41 'empty cart'\n  valise open shop --at 'empty cart' --throwaway",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 3 && args[2] == "" { // which takes the label away
				args = args[:2]
				return takes("PROFILE", "SNAPSHOT")(c, args)
			}
			return takes("PROFILE", "SNAPSHOT", "LABEL")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withSnapshot(ctx, args[0], args[1], func(lib *profiles.Library, p profiles.Profile, snapshot uuid.UUID) error {
				if err := lib.Label(ctx, p.ID, snapshot, args[2]); err != nil {
					return err
				}
				short := snapshot.String()[:shortSnapshot]
				if args[2] == "" {
					t.say("the snapshot %s of %q has no label now", short, p.Name)
				} else {
					t.say("the snapshot %s of %q is now called %q", short, p.Name, args[2])
				}
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}
