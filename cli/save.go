package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func saveCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "save PROFILE",
		Short: "Checkpoint a running browser, which runs on",
		Long: `Save what the running browser of a profile holds now, as a checkpoint. The
browser runs on; whichever window or command opened it saves when it closes,
and the checkpoint goes then. Until then it can be opened with --at.`,
		Example: "  valise save shop",
		Args:    takes("PROFILE"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				sessions, err := lib.Sessions(ctx)
				if err != nil {
					return err
				}
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				for _, s := range sessions {
					if s.SavesTo == p.ID {
						receipt, err := lib.SaveNow(ctx, s.ID)
						if err == nil {
							t.receipt(receipt)
						}
						return err
					}
				}
				return &profiles.NotFoundError{What: "session that saves to", Name: p.Name}
			})
		},
		ValidArgsFunction: completeProfiles(1, running),
	}
}
