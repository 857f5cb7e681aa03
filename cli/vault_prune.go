package cli

import (
	"strings"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func vaultPruneCommand(t *terminal) *cobra.Command {
	var o profiles.PruneOptions
	var asJSON bool
	c := &cobra.Command{
		Use:   "prune",
		Short: "Remove snapshots that need not be kept",
		Long: `Take from every profile's history what need not be kept, and remove what no
other snapshot is made of. Kept are the newest snapshot, the last 20, the last
of each of the last 30 days, branches, and all that are labelled. The window's
settings can say other numbers, and --last and --days do for once. After a
session its profile is pruned by itself.`,
		Example: "  valise vault prune --dry-run",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				pruned, err := lib.Prune(ctx, o, func(p profiles.Progress) { t.progress("pruning", p) })
				t.progress("", profiles.Progress{})
				if err != nil {
					return err
				}
				if asJSON {
					err = printJSONValue(t, pruned)
				} else {
					t.printPruned(pruned, o.DryRun)
				}
				if err == nil && !o.DryRun && len(pruned.Snapshots) > 0 {
					t.settle(ctx, lib)
				}
				return err
			})
		},
	}
	c.Flags().BoolVarP(&o.DryRun, "dry-run", "n", false, "say what would go, and remove nothing")
	c.Flags().IntVar(&o.Keep.Last, "last", 0, "keep the last `N` snapshots")
	c.Flags().IntVar(&o.Keep.Days, "days", 0, "keep the last one of each of the last `N` days")
	addJSON(c, &asJSON)
	return c
}

func (t *terminal) printPruned(p profiles.Pruned, dryRun bool) {
	for _, s := range p.Snapshots {
		t.print("%s  %s  %s", printable(s.Name), s.Snapshot.String()[:shortSnapshot], s.When.Local().Format("2006-01-02 15:04"))
	}
	verb := "removed"
	if dryRun {
		verb = "would remove"
	}
	switch {
	case len(p.Snapshots)+p.Objects > 0:
		t.say("%s %s; %s freed", verb, count(len(p.Snapshots), "snapshot"), size(p.Freed))
	default:
		t.say("There is nothing to remove.")
	}
	if len(p.Open) > 0 {
		t.say("passed over, being open: %s", printable(strings.Join(p.Open, ", ")))
	}
	if len(p.Damaged) > 0 {
		t.say("passed over, since not all of it can be read: %s (`valise vault check` tells more)", printable(strings.Join(p.Damaged, ", ")))
	}
}
