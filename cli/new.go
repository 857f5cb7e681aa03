package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func newCommand(t *terminal) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Open an empty browser, and save it as a new profile",
		Long: `Open a browser that loads nothing, and save it as a new profile when it
closes.

The command waits for that, and ends with the receipt of the saving.
Interrupting it (Ctrl-C) closes the browser in order and saves; a second time
hurries it.`,
		Example: "  valise new shop --url https://shop.example",
		Args:    takes("NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				how := f.browser()
				how.Save, how.Name = profiles.SaveNew, args[0]
				return t.session(ctx, lib, how, func(s *profiles.Session) error { return t.wait(ctx, s) })
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.addBrowser(c, false)
	return c
}
