package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func vaultKeyCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "key",
		Short: "Print the recovery code",
		Long: `Print the recovery code, alone, on standard output. It opens the vault on
another computer, and on this one when the keyring is lost. Whoever has it can
read all profiles; without it and without the keyring nobody can.`,
		Example: "  valise vault key | lp",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				if isTerminal(t.out) {
					t.say("The recovery code opens everything in the vault. Keep it on paper or in a password manager.")
				}
				t.print("%s", lib.RecoveryCode())
				return nil
			})
		},
	}
}
