package cli

import (
	"errors"

	"valise/profiles"
	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func vaultPassphraseCommand(t *terminal) *cobra.Command {
	var remove bool
	c := &cobra.Command{
		Use:   "passphrase",
		Short: "Set, change or remove the vault's passphrase",
		Long: `Set a passphrase with which other computers join the vault, beside the recovery
code; it takes the place of one that there may be. It is one line of standard
input, and asked for twice on a terminal. Where it is left empty, a good one is
made and printed, alone, on standard output. It has at least 12 characters or 4
words: whoever gets into the vault's place can try passphrases on it.

The vault must have a place, and the place must be within reach.`,
		Example: "  valise vault passphrase\n  valise vault passphrase --remove",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				if remove {
					if err := lib.RemovePassphrase(ctx); err != nil {
						return err
					}
					t.say("the vault has no passphrase; its recovery code opens it")
					return nil
				}
				had, err := lib.HasPassphrase(ctx) // before anybody thinks of one
				if err != nil {
					return err
				}
				passphrase, made, err := t.newPassphrase(ctx, "Passphrase for the vault")
				if err != nil {
					return err
				}
				err = lib.SetPassphrase(ctx, passphrase)
				if err != nil && !errors.Is(err, vault.ErrVersionsKept) {
					return err
				}
				if had {
					t.say("the vault's passphrase is another one from now on")
				} else {
					t.say("the vault has a passphrase: `valise vault join` takes it on another computer")
				}
				if made {
					t.say("The passphrase is not shown again. Who has it and gets into the vault's place can read everything.")
					t.print("%s", passphrase)
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&remove, "remove", false, "take the passphrase away")
	return c
}
