package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"valise/profiles/vault"

	"github.com/spf13/cobra"
)

func vaultCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "vault",
		Short: "Look after the vault: its key, its place, its health",
		Long: `The vault is where your profiles are kept, sealed: on this computer and, once
it is connected, in a bucket or a folder of yours. Its key is in this
computer's keyring; the recovery code is the same key, printed for you to
keep.`,
		Example: "  valise vault connect s3://my-bucket/valise",
		Args:    cobra.ArbitraryArgs,
		RunE:    needsVerb,
	}
	c.AddCommand(vaultStatusCommand(t), vaultKeyCommand(t), vaultPassphraseCommand(t), vaultJoinCommand(t), vaultConnectCommand(t),
		vaultDisconnectCommand(t), vaultCheckCommand(t), vaultPruneCommand(t), vaultExpireCommand(t), vaultDevicesCommand(t),
		vaultListCommand(t), vaultNewCommand(t), vaultUseCommand(t), vaultRenameCommand(t))
	return c
}

// placeFlags say where the server of a bucket is, and how to speak to it.
type placeFlags struct{ endpoint, region, style, caFile string }

func (f *placeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.endpoint, "endpoint", "", "the `URL` of an S3 server other than AWS's")
	c.Flags().StringVar(&f.region, "region", "", "its `REGION`")
	c.Flags().StringVar(&f.style, "style", "", "the `STYLE` of its addresses: path or virtual")
	c.Flags().StringVar(&f.caFile, "ca-file", "", "a `FILE` with the certificate of your own authority")
	c.RegisterFlagCompletionFunc("endpoint", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("region", cobra.NoFileCompletions)
	c.RegisterFlagCompletionFunc("style", cobra.FixedCompletions([]string{vault.StylePath, vault.StyleVirtual}, cobra.ShellCompDirectiveNoFileComp))
}

// location reads a place as a person writes it, where a folder may be relative to the one they are in.
func (f *placeFlags) location(c *cobra.Command, place string) (vault.Location, error) {
	if !strings.Contains(place, "://") {
		absolute, err := filepath.Abs(place)
		if err != nil {
			return vault.Location{}, err
		}
		place = absolute
	}
	at, err := vault.ParseLocation(place)
	if err != nil {
		return at, misuse(c, "%v", err)
	}
	return f.onto(c, at)
}

// onto is a place with what the flags say of its server.
func (f *placeFlags) onto(c *cobra.Command, at vault.Location) (vault.Location, error) {
	if at.Folder != "" && *f != (placeFlags{}) {
		return at, misuse(c, "--endpoint, --region, --style and --ca-file are for buckets, and this is a folder")
	}
	at.Endpoint, at.Region, at.Style = cmp.Or(f.endpoint, at.Endpoint), cmp.Or(f.region, at.Region), cmp.Or(f.style, at.Style)
	if f.caFile != "" {
		file, err := os.ReadFile(f.caFile)
		if err != nil {
			return at, misuse(c, "--ca-file: %v", err)
		}
		if at.CA, err = vault.ParseAuthority(file); err != nil {
			return at, misuse(c, "--ca-file: %v", err)
		}
	}
	if err := at.Check(); err != nil {
		return at, misuse(c, "%v", err)
	}
	return at, nil
}

// credentialsFor are those of the environment. Where it has none, the library knows where else to look.
func credentialsFor(at vault.Location) vault.Credentials {
	if at.Folder != "" {
		return vault.Credentials{}
	}
	credentials, _ := vault.CredentialsFromEnv()
	return credentials
}
