package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func vaultDisconnectCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "disconnect",
		Short: "Keep the vault in this computer only",
		Long: `Forget the vault's place and its access key. What is there stays there, and
what is here stays here.`,
		Example: "  valise vault disconnect",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				status, err := lib.VaultStatus(ctx)
				if err != nil {
					return err
				}
				if err := lib.Disconnect(ctx); err != nil {
					return err
				}
				if status.Place == "" {
					t.say("the vault was in this computer only already")
				} else {
					t.say("disconnected from %s, where everything stays as it is", status.Place)
				}
				return nil
			})
		},
	}
}
