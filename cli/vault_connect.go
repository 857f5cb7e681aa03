package cli

import (
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func vaultConnectCommand(t *terminal) *cobra.Command {
	var place placeFlags
	c := &cobra.Command{
		Use:   "connect s3://BUCKET/PREFIX | FOLDER",
		Short: "Keep the vault in a bucket or a folder too",
		Long: `Try the place out, make it the vault's, and send everything there. All that
leaves this computer is sealed. The bucket's access key is taken from
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and kept in the keyring.`,
		Example: "  valise vault connect s3://my-bucket/valise --endpoint https://s3.example",
		Args:    takes("PLACE"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			at, err := place.location(c, args[0])
			if err != nil {
				return err
			}
			return t.withVault(ctx, func(lib *profiles.Library) error {
				report, err := lib.Connect(ctx, at, credentialsFor(at))
				if err != nil {
					return err
				}
				t.printReport(at, report)
				return t.sync(ctx, lib)
			})
		},
	}
	place.add(c)
	return c
}

// printReport says what was found out about the place.
func (t *terminal) printReport(at vault.Location, r vault.Report) {
	t.print("connected to %v", at)
	if r.Objects > 0 {
		t.print("it has %s of this vault already", count(r.Objects, "object"))
	}
	for _, warning := range r.Warnings {
		t.warn(warning)
	}
}
