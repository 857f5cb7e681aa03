package cli

import (
	"fmt"
	"maps"
	"slices"

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
		Long: `Open every object of the vault that this computer has, and verify every byte of
it. What is damaged is listed by profile, snapshot and file, and the exit code
is 5.`,
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
				if err == nil && slices.ContainsFunc(flaws, isDamage) {
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
	"Where another snapshot of the profile is whole, `valise rollback` makes it the newest. If the vault has a place, move the damaged objects away, and `valise sync` fetches them anew.")

func isDamage(f profiles.Flaw) bool { return f.Costs != profiles.IsStray }

func (t *terminal) printFlaws(flaws []profiles.Flaw) {
	if !slices.ContainsFunc(flaws, isDamage) {
		t.say("Everything in the vault is whole.")
	}
	objects := map[string]bool{}
	for len(flaws) > 0 {
		f := flaws[0]
		like := func(other profiles.Flaw) bool { // the same file, by the same damage, in another snapshot
			return other.Profile == f.Profile && other.Costs == f.Costs && other.File == f.File && other.Object == f.Object && f.File != ""
		}
		in := []uuid.UUID{f.Snapshot}
		for _, other := range flaws[1:] {
			if like(other) {
				in = append(in, other.Snapshot)
			}
		}
		flaws = slices.DeleteFunc(flaws[1:], like)
		if isDamage(f) {
			t.print("%s%s: %s", whose(f, in), printable(what(f)), printable(f.Problem))
			objects[f.Object] = true
		} else {
			t.say("note: %s: %s", printable(f.Object), f.Problem)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		t.print("damaged or missing: %s", printable(name))
	}
}

// whose says whose damage it is: "shop  0190f3a2-7c41  ", "shop  0190f3a2-7c41 and 3 more  ".
func whose(f profiles.Flaw, in []uuid.UUID) string {
	where := ""
	if f.Name != "" {
		where = printable(f.Name) + "  "
	}
	if f.Snapshot != uuid.Nil {
		where += f.Snapshot.String()[:shortSnapshot]
		if len(in) > 1 {
			where += fmt.Sprintf(" and %d more", len(in)-1)
		}
		where += "  "
	}
	return where
}

// what is lost by a flaw.
func what(f profiles.Flaw) string {
	switch f.Costs {
	case profiles.CostsFile:
		return f.File
	case profiles.CostsSnapshot:
		return "all of it"
	case profiles.CostsCard:
		return "its name and labels"
	case profiles.CostsVault:
		return "the vault"
	}
	return "nothing is lost"
}
