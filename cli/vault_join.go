package cli

import (
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func vaultJoinCommand(t *terminal) *cobra.Command {
	var (
		place    placeFlags
		setAside bool
		qr       string
	)
	c := &cobra.Command{
		Use:   "join [s3://BUCKET/PREFIX | FOLDER]",
		Short: "Use an existing vault, by its recovery code or passphrase",
		Long: `Use the vault of another computer on this one too. Its recovery code or, if it
has one, its passphrase is read from standard input, and asked for on a
terminal; the bucket's access key is taken from AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY, and kept in the keyring.

With --qr the code and the place are read from a picture of the QR code that
another computer shows: a photo or a screenshot, PNG or JPEG. A place that is
given counts more than that in the picture.

Without a place, the vault that is on this computer gets its key back.`,
		Example: "  valise vault join s3://my-bucket/valise < recovery-code.txt\n  valise vault join --qr photo.jpg",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return takes("PLACE")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			var at vault.Location
			if len(args) > 0 {
				var err error
				if at, err = place.location(c, args[0]); err != nil {
					return err
				}
			}
			home, err := profiles.FindHome()
			if err != nil {
				return err
			}
			var code string
			if qr != "" {
				link, err := profiles.ReadJoinPicture(qr)
				if err != nil {
					return err
				}
				code = link.Code
				if len(args) == 0 && link.At != (vault.Location{}) {
					if at, err = place.onto(c, link.At); err != nil {
						return err
					}
				}
			} else if code, err = t.secret(ctx, "Recovery code or passphrase"); err != nil {
				return err
			}
			if err := profiles.Join(ctx, home, at, credentialsFor(at), code, setAside); err != nil {
				return err
			}
			return t.withVault(ctx, func(lib *profiles.Library) error {
				t.settle(ctx, lib)
				status, err := lib.VaultStatus(ctx)
				if err != nil {
					return err
				}
				t.printStatus(status)
				return nil
			})
		},
	}
	place.add(c)
	c.Flags().StringVar(&qr, "qr", "", "take code and place from a picture of the QR code, `FILE`")
	c.MarkFlagFilename("qr", "png", "jpg", "jpeg")
	c.Flags().BoolVar(&setAside, "set-aside", false, "put aside the vault that this computer has")
	return c
}
