package cli

import (
	"path/filepath"
	"strings"

	"valise/profiles"
	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func vaultKeyCommand(t *terminal) *cobra.Command {
	var qr string
	c := &cobra.Command{
		Use:   "key",
		Short: "Print the recovery code",
		Long: `Print the recovery code, alone, on standard output. It opens the vault on
another computer, and on this one when the keyring is lost. Whoever has it can
read all profiles; without it, without a passphrase and without the keyring
nobody can.

With --qr it goes into a picture instead: a QR code of it and of the vault's
place, which ` + "`valise vault join --qr`" + ` reads.`,
		Example: "  valise vault key | lp\n  valise vault key --qr vault.png",
		Args: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("qr") && !strings.EqualFold(filepath.Ext(qr), ".png") {
				return misuse(c, "%q does not end in .png", qr)
			}
			return takes()(c, args)
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				if qr != "" {
					if err := lib.JoinLink().WritePicture(qr); err != nil {
						return err
					}
					t.say("the recovery code is in %s: whoever has the picture has the code. Remove it when the other computer has joined.", qr)
					if lib.Place() == (vault.Location{}) {
						t.say("The vault is in this computer only: `valise vault connect` gives it a place where others find it, which a new picture then has.")
					}
					return nil
				}
				if isTerminal(t.out) {
					t.say("The recovery code opens everything in the vault. Keep it on paper or in a password manager.")
				}
				t.print("%s", lib.RecoveryCode())
				return nil
			})
		},
	}
	c.Flags().StringVar(&qr, "qr", "", "write a picture of a QR code into a new `FILE.png` instead")
	c.MarkFlagFilename("qr", "png")
	return c
}
