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
		Long: `An engine is what profiles can be opened on elsewhere, by
` + "`valise open PROFILE --remote NAME`" + `: a Valise on another machine that runs
sessions for callers with a key (` + "`valise serve`" + `), or any Chromium with a
DevTools port.`,
		Args: cobra.ArbitraryArgs,
		RunE: needsVerb,
	}
	c.AddCommand(enginesAddCommand(t), enginesListCommand(t), enginesRemoveCommand(t))
	return c
}

func enginesAddCommand(t *terminal) *cobra.Command {
	var insecure, service bool
	c := &cobra.Command{
		Use:   "add NAME URL",
		Short: "Add an engine; its API key is read from standard input",
		Long: `Try an engine out and remember it as NAME. Its API key is read from standard
input, or asked for on a terminal, and kept in the keyring.

URL may also be the DevTools of a Chromium, http://HOST:PORT or
ws://HOST:PORT/devtools/browser/ID. It has no key. What is carried there and
back are the logins themselves, so plain http and ws lead to this computer only,
unless --insecure says that nobody else is on the way.

With --service, URL is a service that speaks Hyperbeam's API and has profiles of
its own; Hyperbeam itself is ` + client.DefaultService + `.`,
		Example: "  valise engines add office https://valise.example.org < key\n  valise engines add lab http://127.0.0.1:9222",
		Args:    takes("NAME", "URL"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				at := profiles.KnownEngine{Name: args[0], URL: args[1], Plain: insecure}
				if service {
					at.Kind = profiles.Service
				}
				var err error
				if at.Kind, err = client.Tell(ctx, at); err != nil {
					return err
				}
				key := ""
				if at.Kind != profiles.Chromium {
					at.Plain = false
					if key, err = t.secret(ctx, "API key"); err != nil {
						return err
					}
				}
				found, err := client.Add(ctx, lib, at, key)
				switch {
				case err != nil:
					return err
				case at.Kind == profiles.Chromium:
					t.say("added %s, a Chromium that profiles are carried to and back", at.Name)
				case at.Kind == profiles.Service:
					t.say("added %s, a service with profiles of its own", at.Name)
				default:
					t.say("added %s, whose vault has %s", at.Name, count(len(found), "profile"))
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&service, "service", false, "it has profiles of its own, not those of this vault")
	c.Flags().BoolVar(&insecure, "insecure", false, "allow a Chromium elsewhere that is reached without TLS")
	return c
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
					rows = append(rows, []string{e.Name, kind(e), e.URL})
				}
				t.table([]string{"NAME", "KIND", "ADDRESS"}, rows)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	return c
}

// kind is what an engine is, in a word.
func kind(e profiles.KnownEngine) string {
	switch e.Kind {
	case profiles.Chromium:
		return "Chromium"
	case profiles.Service:
		return "service"
	}
	return "Valise"
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
