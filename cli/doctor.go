package cli

import (
	"errors"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func doctorCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what works, what does not, and what to do",
		Long: `Look at the browser, the keyring, the vault and its place. Where something
does not work, say what to do, and end with code 1.`,
		Example: "  valise doctor",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			home, err := profiles.FindHome()
			if err != nil {
				return err
			}
			findings := profiles.Examine(c.Context(), home)
			if asJSON {
				err = printJSON(t, findings)
			} else {
				t.printFindings(findings)
			}
			if err != nil {
				return err
			}
			for _, f := range findings {
				if !f.OK {
					return errAiling
				}
			}
			return nil
		},
	}
	addJSON(c, &asJSON)
	return c
}

var errAiling = errors.New("not everything works")

func (t *terminal) printFindings(findings []profiles.Finding) {
	for _, f := range findings {
		sign := "OK"
		if !f.OK {
			sign = "✗ "
		}
		t.print("%s  %-8s %s", sign, f.Topic, f.Text)
		if f.Next != "" {
			t.print("    %-8s %s", "", f.Next)
		}
	}
}
