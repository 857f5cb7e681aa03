package cli

import (
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func listCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the profiles",
		Long: `List the profiles, those in the trash too: the running ones first, then the
last opened.`,
		Example: "  valise list\n  valise list --json | jq -r '.[].name'",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withProfiles(c.Context(), func(lib *profiles.Library) error {
				list, err := lib.Profiles(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(t, profilesForJSON(list))
				}
				t.printProfiles(list)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	return c
}

func (t *terminal) printProfiles(list []profiles.Profile) {
	if len(list) == 0 {
		t.say("There is no profile yet. `valise new NAME` opens a browser, and makes one of it.")
		return
	}
	short := beginningsOf(list, func(p profiles.Profile) uuid.UUID { return p.ID }, shortProfile)
	var rows [][]string
	for i, p := range list {
		rows = append(rows, []string{p.Name, short[i], ago(p.LastOpened), size(p.Size), state(p)})
	}
	t.table([]string{"NAME", "ID", "OPENED", "SIZE", "STATE"}, rows)
	for i, p := range list {
		if p.Problem != nil {
			t.say("warning: %q: %v", p.Name, p.Problem)
		}
		if p.Aside != nil {
			t.say("%q: the last saving was set aside, since %s. `valise history %s` shows it.", p.Name, p.Aside.Why, short[i])
		}
	}
}

// state is what a profile is doing, and whether its saving is still on the way to the vault's place.
func state(p profiles.Profile) string {
	if p.State == profiles.StateSaved && p.Where == profiles.Waiting {
		return "saved, waiting"
	}
	if p.State == profiles.StateElsewhere {
		return "open on " + p.Elsewhere.Device
	}
	return string(p.State)
}

// profileForJSON adds to a profile what is wrong with it.
type profileForJSON struct {
	profiles.Profile
	Problem string `json:"problem,omitempty"`
}

func profilesForJSON(list []profiles.Profile) []profileForJSON {
	var out []profileForJSON
	for _, p := range list {
		out = append(out, profileForJSON{p, message(p.Problem)})
	}
	return out
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
