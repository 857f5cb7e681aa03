package cli

import (
	"net/url"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func sessionsCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "sessions",
		Short: "List the running browsers",
		Long: `List the browsers that Valise runs on this computer, whichever window or
command opened them.`,
		Example: "  valise sessions --json",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			return t.withVault(c.Context(), func(lib *profiles.Library) error {
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

// port is the host and port of a DevTools address, whose rest is long and random; --json has it.
func port(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
