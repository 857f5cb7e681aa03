package cli

import (
	"errors"
	"io/fs"
	"os"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func importCommand(t *terminal) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a new profile of a file that was exported",
		Long: `Make a new profile of a file that another Valise has exported. It has the name
that it had there, numbered if that is taken, and a history of its own.

The passphrase is read from standard input, and asked for on a terminal.`,
		Example: "  valise import shop.valise --name 'shop, as Ada sees it' < passphrase",
		Args:    takes("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			if c.Flags().Changed("name") && name == "" {
				return misuse(c, "--name is empty")
			}
			file, err := os.Open(args[0])
			if errors.Is(err, fs.ErrNotExist) {
				return &profiles.NotFoundError{What: "file", Name: args[0]}
			}
			if err != nil {
				return err
			}
			defer file.Close()
			info, err := file.Stat()
			if err != nil {
				return err
			}
			if !info.Mode().IsRegular() {
				return profiles.ErrNotPortable.Because(errors.New("it is no ordinary file"))
			}
			if err := profiles.LookAtPortable(file, info.Size()); err != nil { // before anybody looks for its passphrase
				return err
			}
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				passphrase, err := t.passphrase(ctx, "Passphrase")
				if err != nil {
					return err
				}
				receipt, err := lib.Import(ctx, file, info.Size(), passphrase, name, func(p profiles.Progress) { t.progress("importing", p) })
				t.progress("", profiles.Progress{})
				if err != nil {
					return err
				}
				t.receipt(receipt)
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return []cobra.Completion{"valise"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	c.Flags().StringVar(&name, "name", "", "call the profile this `NAME`")
	c.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	return c
}
