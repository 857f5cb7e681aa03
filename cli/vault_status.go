package cli

import (
	"cmp"
	"fmt"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func vaultStatusCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Say where the vault is and how it stands",
		Long: `Say where the vault and its key are, what it holds, and what still waits to be
sent to its place.`,
		Example: "  valise vault status",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				status, err := lib.VaultStatus(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSONValue(t, status)
				}
				t.printStatus(status)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	return c
}

func (t *terminal) printStatus(s profiles.VaultStatus) {
	waiting := "nothing"
	if s.Waiting > 0 {
		waiting = amount(s.Waiting, s.WaitingBytes)
	}
	line := func(name, value string) { t.print("%-10s %s", name, value) }
	line("vault", s.Vault.String())
	line("folder", s.Folder)
	line("place", cmp.Or(s.Place, "in this computer only"))
	line("key", "in "+s.Keyring)
	line("holds", fmt.Sprintf("%s, %s, %s", count(s.Profiles, "profile"), count(s.Snapshots, "snapshot"), size(s.Size)))
	if s.Place != "" {
		line("waiting", waiting)
		line("last sync", ago(s.LastSync))
	}
}
