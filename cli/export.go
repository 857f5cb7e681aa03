package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"valise/profiles"

	"github.com/spf13/cobra"
)

// standardOutput is the FILE that stands for it.
const standardOutput = "-"

func exportCommand(t *terminal) *cobra.Command {
	var at string
	var force bool
	c := &cobra.Command{
		Use:   "export PROFILE FILE",
		Short: "Write a profile into a file, sealed with a passphrase",
		Long: `Write the newest snapshot of a profile, or an earlier one, into a file that
another Valise imports. All that is in the profile is in the file: logins,
passwords, history. It is sealed with a passphrase, and with nothing else.

FILE ends in ` + profiles.PortableSuffix + `, or is - for standard output. The passphrase is read
from standard input, and asked for on a terminal; where it is left empty, one
is made, and printed on standard output, alone.`,
		Example: "  valise export shop shop.valise > passphrase < /dev/null",
		Args: func(c *cobra.Command, args []string) error {
			if err := takes("PROFILE", "FILE")(c, args); err != nil {
				return err
			}
			switch file := args[1]; {
			case file == standardOutput && isTerminal(t.out):
				return misuse(c, "a profile cannot be shown on a terminal")
			case file != standardOutput && !strings.EqualFold(filepath.Ext(file), profiles.PortableSuffix):
				return misuse(c, "%q does not end in %s", file, profiles.PortableSuffix)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			ctx, file := c.Context(), args[1]
			if c.Flags().Changed("at") && at == "" {
				return misuse(c, "--at is empty")
			}
			if _, err := os.Lstat(file); err == nil && !force && file != standardOutput { // before anybody thinks of a passphrase
				return profiles.ErrFileThere.Because(errors.New(filepath.Base(file)))
			}
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, from, err := find(ctx, lib, args[0], at)
				if err != nil {
					return err
				}
				passphrase, made, err := t.newPassphrase(ctx, "Passphrase for the file")
				if err != nil {
					return err
				}
				if made && file == standardOutput {
					return misuse(c, "no passphrase was entered, and one that is made could not be told: standard output is the file")
				}
				progress := func(p profiles.Progress) { t.progress("exporting", p) }
				var x profiles.Exported
				if file == standardOutput {
					x, err = lib.Export(ctx, p.ID, from, t.out, passphrase, progress)
				} else {
					x, err = lib.ExportFile(ctx, p.ID, from, file, force, passphrase, progress)
				}
				t.progress("", profiles.Progress{})
				if err != nil {
					return err
				}
				t.say("%v", x)
				if made {
					t.say("The passphrase is not kept anywhere, and not shown again. Who has it and the file has all that is in it.")
					t.print("%s", passphrase)
				}
				return nil
			})
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return []cobra.Completion{"valise"}, cobra.ShellCompDirectiveFilterFileExt
			}
			return completeProfiles(1, notInTrash)(c, args, typed)
		},
	}
	c.Flags().StringVar(&at, "at", "", "export an earlier `SNAPSHOT`, by its id or label")
	c.Flags().BoolVar(&force, "force", false, "replace FILE if there is one")
	c.RegisterFlagCompletionFunc("at", cobra.NoFileCompletions)
	return c
}
