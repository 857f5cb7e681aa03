package cli

import (
	"net/url"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func sessionsCommand(t *terminal) *cobra.Command {
	var asJSON, elsewhere bool
	c := &cobra.Command{
		Use:   "sessions",
		Short: "List the running browsers",
		Long: `List the browsers that Valise runs on this computer, whichever window or
command opened them. With --elsewhere, list the profiles that other devices
with this vault have open, as its place tells.`,
		Example: "  valise sessions --json\n  valise sessions --elsewhere",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
				if elsewhere {
					open, err := lib.OpenElsewhere(c.Context())
					if err != nil {
						return err
					}
					if asJSON {
						return printJSON(t, open)
					}
					t.printElsewhere(open)
					return nil
				}
				sessions, err := lib.Sessions(c.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(t, sessions)
				}
				t.printSessions(sessions)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	c.Flags().BoolVar(&elsewhere, "elsewhere", false, "those of other devices")
	return c
}

func (t *terminal) printSessions(sessions []profiles.SessionInfo) {
	if len(sessions) == 0 {
		t.say("No browser is running. `valise open PROFILE` opens one.")
		return
	}
	var rows [][]string
	for _, s := range sessions {
		kind := "saves"
		if s.Throwaway() {
			kind = "throwaway"
		}
		if s.Headless {
			kind += ", headless"
		}
		if s.Engine != "" {
			kind = "saves, on " + s.Engine
			if s.Throwaway() {
				kind = "throwaway, on " + s.Engine
			}
		}
		rows = append(rows, []string{s.Name, string(s.Stage), ago(s.Since), kind, port(s.DevTools)})
	}
	t.table([]string{"PROFILE", "STAGE", "OPENED", "KIND", "DEVTOOLS"}, rows)
}

func (t *terminal) printElsewhere(open []profiles.OpenProfile) {
	if len(open) == 0 {
		t.say("No other device has a profile open.")
		return
	}
	var rows [][]string
	for _, o := range open {
		rows = append(rows, []string{o.Name, o.Device, ago(o.Since), ago(o.Seen)})
	}
	t.table([]string{"PROFILE", "DEVICE", "OPENED", "LAST SEEN"}, rows)
}

// port is the host and port of a DevTools address, whose rest is long and random; --json has it.
func port(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
