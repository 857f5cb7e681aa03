package cli

import (
	"valise/engine"
	"valise/profiles"

	"github.com/spf13/cobra"
)

func serveKeyCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Make, list and revoke the API keys of the engine",
		Long: `Callers of the engine show an API key. Whoever has one can start browsers on
this computer and open every profile of its vault.`,
		Args: cobra.ArbitraryArgs,
		RunE: needsVerb,
	}
	c.AddCommand(serveKeyNewCommand(t), serveKeyListCommand(t), serveKeyRevokeCommand(t))
	return c
}

func serveKeyNewCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "new [NAME]",
		Short: "Make a key, and print it",
		Long: `Make an API key and print it, alone, on standard output. It is shown this once:
only its hash is kept. NAME says what it is for.`,
		Example: "  valise serve key new ci > key",
		Args:    takesFrom(0, "NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := engineKeys()
			if err != nil {
				return err
			}
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			secret, key, err := keys.New(c.Context(), name)
			if err != nil {
				return err
			}
			t.print("%s", secret)
			t.say("This key is not shown again. `valise serve key revoke %s` takes its right away.", key.ID)
			return nil
		},
	}
}

func serveKeyListCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the keys: id, when made, name",
		Example: "  valise serve key list --json",
		Args:    takes(),
		RunE: func(*cobra.Command, []string) error {
			keys, err := engineKeys()
			if err != nil {
				return err
			}
			all, err := keys.List()
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(t, all)
			}
			if len(all) == 0 {
				t.say("There is no key yet. `valise serve key new` makes one.")
				return nil
			}
			var rows [][]string
			for _, key := range all {
				rows = append(rows, []string{key.ID, ago(key.Made), key.Name})
			}
			t.table([]string{"KEY", "MADE", "NAME"}, rows)
			return nil
		},
	}
	addJSON(c, &asJSON)
	return c
}

func serveKeyRevokeCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "revoke KEY",
		Short:   "Take a key's right away, by its id",
		Example: "  valise serve key revoke k3j5qa",
		Args:    takes("KEY"),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := engineKeys()
			if err != nil {
				return err
			}
			if err := keys.Revoke(c.Context(), args[0]); err != nil {
				return err
			}
			t.say("revoked %s", args[0])
			return nil
		},
	}
}

func engineKeys() (engine.Keys, error) {
	home, err := profiles.FindHome()
	return engine.KeysOf(home), err
}
