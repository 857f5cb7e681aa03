package cli

import (
	"valise/profiles"

	"github.com/spf13/cobra"
)

func openCommand(t *terminal) *cobra.Command {
	var f sessionFlags
	c := &cobra.Command{
		Use:   "open PROFILE",
		Short: "Open a profile in a browser, and save it when that closes",
		Long: `Open a profile in a browser, and save it when the browser closes.

The command waits for that, and ends with the receipt of the saving.
Interrupting it (Ctrl-C) closes the browser in order and saves; a second time
hurries it.`,
		Example: "  valise open shop --throwaway --url https://shop.example/cart",
		Args:    takes("PROFILE"),
		PreRunE: f.check,
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				how, err := f.how(ctx, t, lib, args[0])
				if err != nil {
					return err
				}
				return t.session(ctx, lib, how, func(s *profiles.Session) error { return t.wait(ctx, s) })
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
	f.addLoadAndSave(c)
	f.addBrowser(c, false)
	return c
}
