package cli

import (
	"cmp"

	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func vaultListCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the vaults of this computer",
		Long:    "List the vaults of this computer. One of them is used at a time.",
		Example: "  valise vault list",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			home, err := profiles.FindHome()
			if err != nil {
				return err
			}
			vaults, err := home.Vaults()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(t, vaults)
			}
			if len(vaults) == 0 {
				t.say("There is no vault yet. The first profile makes one.")
				return nil
			}
			short := beginningsOf(vaults, func(v profiles.KnownVault) uuid.UUID { return v.ID }, shortProfile)
			var rows [][]string
			for i, v := range vaults {
				used := ""
				if v.Used {
					used = "used"
				}
				rows = append(rows, []string{v.Name, short[i], cmp.Or(v.Place.String(), "in this computer only"), used})
			}
			t.table([]string{"NAME", "ID", "PLACE", ""}, rows)
			return nil
		},
	}
	addJSON(c, &asJSON)
	return c
}

func vaultNewCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "new NAME",
		Short: "Make another vault, and use it",
		Long: `Make another vault on this computer, with a key of its own, and use it from
then on. The one before stays as it is, with its key; ` + "`valise vault use`" + ` goes
back to it.`,
		Example: "  valise vault new 'QA team'",
		Args:    takes("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			home, err := profiles.FindHome()
			if err != nil {
				return err
			}
			if err := profiles.NewVault(c.Context(), home, args[0]); err != nil {
				return err
			}
			t.say("%q is used from now on, and holds nothing yet", args[0])
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

func vaultUseCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "use VAULT",
		Short: "Use another vault of this computer",
		Long: `Use another vault of this computer, by its name or the beginning of its id. All
browsers must be closed. A window that is open goes over to it as well.`,
		Example: "  valise vault use 'QA team'",
		Args:    takes("VAULT"),
		RunE: func(c *cobra.Command, args []string) error {
			home, v, err := findVault(args[0])
			if err != nil {
				return err
			}
			if err := profiles.UseVault(c.Context(), home, v.ID); err != nil {
				return err
			}
			t.say("%q is used from now on", v.Name)
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

func vaultRenameCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "rename VAULT NEW-NAME",
		Short:   "Give a vault another name on this computer",
		Long:    "Give a vault another name. Other computers have names of their own for it.",
		Example: "  valise vault rename 'Vault 1a2b' Personal",
		Args:    takes("VAULT", "NEW-NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			home, v, err := findVault(args[0])
			if err != nil {
				return err
			}
			if err := home.NameVault(v.ID, args[1]); err != nil {
				return err
			}
			t.say("renamed %q to %q", v.Name, args[1])
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

// findVault finds a vault of this computer, and the home that it is in.
func findVault(nameOrID string) (profiles.Home, profiles.KnownVault, error) {
	home, err := profiles.FindHome()
	if err != nil {
		return home, profiles.KnownVault{}, err
	}
	v, err := home.FindVault(nameOrID)
	return home, v, err
}
