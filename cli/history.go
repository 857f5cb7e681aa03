package cli

import (
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func historyCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "history PROFILE",
		Short:   "List a profile's snapshots",
		Long:    "List what was saved of a profile, newest first. `open --at`, `rollback` and\n`fork --at` take the ids.",
		Example: "  valise history shop",
		Args:    takes("PROFILE"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				history, err := lib.History(ctx, p.ID)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(t, snapshotsForJSON(history))
				}
				t.printHistory(history)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, anyProfile),
	}
	addJSON(c, &asJSON)
	return c
}

func (t *terminal) printHistory(history []profiles.Snapshot) {
	if len(history) == 0 {
		t.say("Nothing was saved yet. Closing the browser saves.")
		return
	}
	short := beginningsOf(history, func(s profiles.Snapshot) uuid.UUID { return s.ID }, shortSnapshot)
	var rows [][]string
	for i, s := range history {
		when := ""
		if !s.When.IsZero() {
			when = s.When.Local().Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{short[i], when, s.Device, size(s.Size), s.Label, remark(s)})
	}
	t.table([]string{"ID", "WHEN", "DEVICE", "SIZE", "LABEL", ""}, rows)
	for i, s := range history {
		if s.Problem != nil {
			t.say("warning: %s: %v", short[i], s.Problem)
		}
		if s.Aside != "" && s.Branch {
			t.say("%s was set aside: %s. If all is well, `valise rollback` makes it the newest.", short[i], s.Aside)
		}
	}
}

// remark is what sets a snapshot apart from the others.
func remark(s profiles.Snapshot) string {
	switch {
	case s.Problem != nil:
		return "unreadable"
	case s.Newest && s.Where == profiles.Waiting:
		return "newest, waiting"
	case s.Newest:
		return "newest"
	case s.Aside != "":
		return "set aside"
	case s.Ended == "checkpoint":
		return "checkpoint"
	case s.Branch:
		return "branch"
	}
	return ""
}

// snapshotForJSON adds to a snapshot why it cannot be read.
type snapshotForJSON struct {
	profiles.Snapshot
	Problem string `json:"problem,omitempty"`
}

func snapshotsForJSON(history []profiles.Snapshot) []snapshotForJSON {
	var out []snapshotForJSON
	for _, s := range history {
		out = append(out, snapshotForJSON{s, message(s.Problem)})
	}
	return out
}
