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
		PreRunE: func(c *cobra.Command, args []string) error {
			if f.engine != "" && f.cdp {
				return misuse(c, "--remote and --cdp contradict each other")
			}
			return f.check(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				how, err := f.how(ctx, t, lib, args[0])
				if err != nil {
					return err
				}
				if f.engine != "" {
					at, err := lib.FindEngine(f.engine)
					if err != nil {
						return err
					}
					if at.Kind == profiles.Chromium {
						how.Elsewhere = at.Name
						return t.session(ctx, lib, how, func(s *profiles.Session) error { return t.waitAway(ctx, s) })
					}
					if f.at != "" || f.saveAs != "" || len(f.urls) > 1 {
						return misuse(c, "there, --remote goes with --throwaway, --save-over, --headless and one --url only")
					}
					return t.remote(ctx, lib, at.Name, how)
				}
				return t.session(ctx, lib, how, func(s *profiles.Session) error { return t.wait(ctx, s) })
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
	f.addLoadAndSave(c)
	f.addBrowser(c, false)
	c.Flags().StringVar(&f.engine, "remote", "", "open it on this `ENGINE`, and show it here")
	c.RegisterFlagCompletionFunc("remote", cobra.NoFileCompletions)
	return c
}
