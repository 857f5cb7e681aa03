package cli

import (
	"strconv"
	"time"

	"valise/profiles"

	"github.com/spf13/cobra"
)

func expireCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "expire PROFILE DAYS|never|default",
		Short: "Say when a profile expires",
		Long: `Say after how many days without an opening a profile moves to the trash, by
itself. There it is kept for 30 days. "default" is what the whole vault says
(valise vault expire), and that is never, until it says something else.`,
		Example: "  valise expire shop 90",
		Args:    takes("PROFILE", "DAYS|never|default"),
		RunE: func(c *cobra.Command, args []string) error {
			days, err := expiryDays(c, args[1], "default")
			if err != nil {
				return err
			}
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := lib.SetExpiry(ctx, p.ID, days); err != nil {
					return err
				}
				if p, err = lib.Find(ctx, p.ID.String()); err != nil {
					return err
				}
				if p.Expires.IsZero() {
					t.say("%q does not expire", p.Name)
				} else {
					t.say("%q expires on %s, unless it is opened before", p.Name, p.Expires.Local().Format(time.DateOnly))
				}
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, notInTrash),
	}
}

func vaultExpireCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "expire DAYS|never",
		Short: "Say when profiles of the vault expire",
		Long: `Say after how many days without an opening profiles move to the trash that say
nothing of their own (valise expire), on every device with this vault.`,
		Example: "  valise vault expire 365",
		Args:    takes("DAYS|never"),
		RunE: func(c *cobra.Command, args []string) error {
			days, err := expiryDays(c, args[0], "")
			if err != nil {
				return err
			}
			ctx := c.Context()
			return t.withVault(ctx, func(lib *profiles.Library) error {
				if err := lib.SetVaultExpiry(ctx, max(days, 0)); err != nil {
					return err
				}
				if days <= 0 {
					t.say("profiles do not expire, but for those that say so themselves")
				} else {
					t.say("profiles expire when they were not opened for %s", count(days, "day"))
				}
				t.settle(ctx, lib)
				return nil
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

// expiryDays understands a number of days, "never", and the word for what the vault says.
func expiryDays(c *cobra.Command, text, asVault string) (int, error) {
	switch {
	case text == "never":
		return profiles.ExpireNever, nil
	case text == asVault && asVault != "":
		return 0, nil
	}
	days, err := strconv.Atoi(text)
	if err != nil || days <= 0 {
		return 0, misuse(c, "%q is no number of days", text)
	}
	return days, nil
}
