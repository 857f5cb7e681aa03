package cli

import (
	"cmp"

	"valise/problem"
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func vaultCheckCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Read and verify everything in the vault",
		Long: `Open every snapshot that this computer has and verify every byte of it. What
is damaged is listed by profile, snapshot and file, and the exit code is 5.`,
		Example: "  valise vault check",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				flaws, err := lib.CheckVault(ctx, func(p profiles.Progress) { t.progress("checking", p) })
				t.progress("", profiles.Progress{})
				if err != nil {
					return err
				}
				if asJSON {
					err = printJSON(t, flaws)
				} else {
					t.printFlaws(flaws)
				}
				if err == nil && len(flaws) > 0 {
					err = errFlaws
				}
				return err
			})
		},
	}
	addJSON(c, &asJSON)
	return c
}

var errFlaws = problem.New("the vault has damaged data",
	"Where another snapshot of the profile is whole, `valise rollback` makes it the newest.")

func (t *terminal) printFlaws(flaws []profiles.Flaw) {
	if len(flaws) == 0 {
		t.say("Everything in the vault is whole.")
	}
	for _, f := range flaws {
		where := printable(f.Name)
		if f.Snapshot != uuid.Nil {
			where += "  " + f.Snapshot.String()[:shortSnapshot]
		}
		t.print("%s  %s: %s", where, printable(cmp.Or(f.File, "all of it")), f.Problem)
	}
}
