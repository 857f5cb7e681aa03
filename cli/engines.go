package cli

import (
	"valise/engine/client"
	"valise/profiles"

	"github.com/spf13/cobra"
)

func enginesCommand(t *terminal) *cobra.Command {
	c := &cobra.Command{
		Use:   "engines",
		Short: "Add, list and remove the engines to open profiles on",
		Long: `An engine is a Valise on another machine that runs sessions for callers with a
key (` + "`valise serve`" + `). ` + "`valise open PROFILE --remote NAME`" + ` opens a profile there.`,
		Args: cobra.ArbitraryArgs,
		RunE: needsVerb,
	}
	c.AddCommand(enginesAddCommand(t), enginesListCommand(t), enginesRemoveCommand(t))
	return c
}

func enginesAddCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "add NAME URL",
		Short: "Add an engine; its API key is read from standard input",
		Long: `Try an engine out and remember it as NAME. Its API key is read from standard
input, or asked for on a terminal, and kept in the keyring.`,
		Example: "  valise engines add office https://valise.example.org < key",
		Args:    takes("NAME", "URL"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				key, err := t.secret(ctx, "API key")
				if err != nil {
					return err
				}
				at := profiles.KnownEngine{Name: args[0], URL: args[1]}
				found, err := client.Add(ctx, lib, at, key)
				if err != nil {
					return err
				}
				t.say("added %s, whose vault has %s", at.Name, count(len(found), "profile"))
				return nil
			})
		},
	}
}

func enginesListCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the engines",
		Example: "  valise engines list --json",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				all, err := lib.Engines()
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(t, all)
				}
				if len(all) == 0 {
					t.say("No engine is known. `valise engines add NAME URL` adds one.")
					return nil
				}
				var rows [][]string
				for _, e := range all {
					rows = append(rows, []string{e.Name, e.URL})
				}
				t.table([]string{"NAME", "ADDRESS"}, rows)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	return c
}

func enginesRemoveCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME",
		Short:   "Forget an engine and its key",
		Example: "  valise engines remove office",
		Args:    takes("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				return lib.RemoveEngine(c.Context(), args[0])
			})
		},
	}
}
