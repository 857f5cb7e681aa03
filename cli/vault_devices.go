package cli

import (
	"strings"

	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func vaultDevicesCommand(t *terminal) *cobra.Command {
	var asJSON bool
	var forget string
	c := &cobra.Command{
		Use:   "devices",
		Short: "List the computers that use the vault",
		Long: `List the computers that use the vault, the last used first. Each says so once
a day. One that is no more can be taken off the list; that takes no key away
from anybody.`,
		Example: "  valise vault devices",
		Args:    takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				devices, err := lib.Devices(ctx)
				if err != nil {
					return err
				}
				if forget != "" {
					return t.forgetDevice(c, lib, devices, forget)
				}
				if asJSON {
					return printJSON(t, devices)
				}
				short := beginningsOf(devices, func(d profiles.Device) uuid.UUID { return d.ID }, shortProfile)
				var rows [][]string
				for i, d := range devices {
					here := ""
					if d.Here {
						here = "this one"
					}
					rows = append(rows, []string{d.Name, short[i], d.OS, ago(d.Used), here})
				}
				t.table([]string{"NAME", "ID", "SYSTEM", "USED", ""}, rows)
				return nil
			})
		},
	}
	addJSON(c, &asJSON)
	c.Flags().StringVar(&forget, "forget", "", "take this `DEVICE` off the list, by its id")
	c.RegisterFlagCompletionFunc("forget", cobra.NoFileCompletions)
	return c
}

func (t *terminal) forgetDevice(c *cobra.Command, lib *profiles.Library, devices []profiles.Device, begins string) error {
	var found []profiles.Device
	for _, d := range devices {
		if strings.HasPrefix(d.ID.String(), strings.ToLower(begins)) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return &profiles.NotFoundError{What: "device", Name: begins}
	case 1:
		if err := lib.ForgetDevice(c.Context(), found[0].ID); err != nil {
			return err
		}
		t.say("%q is off the list", found[0].Name)
		return nil
	}
	return misuse(c, "%q are %s", begins, count(len(found), "device"))
}
