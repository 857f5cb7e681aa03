package cli

import (
	"cmp"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"valise/browser"
	"valise/profiles"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func diffCommand(t *terminal) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff PROFILE [SNAPSHOT [SNAPSHOT]]",
		Short: "Say what changed between two snapshots",
		Long: `Say by site what changed from one snapshot of a profile to another: cookies,
storage, permissions, passwords, tabs and history. A plus is for what came, a
minus for what went, a tilde for what is different. Values are never shown.

Without a second snapshot it is the newest, and without any the newest is
compared with the one before it.`,
		Example: "  valise diff shop 0190f3a2-7c41 0190f3a9-02d5\n  valise diff shop 'before the sale'\n  valise diff shop",
		Args:    takesFrom(1, "PROFILE", "SNAPSHOT", "SNAPSHOT"),
		RunE: func(c *cobra.Command, args []string) error {
			ctx := c.Context()
			return t.withProfiles(ctx, func(lib *profiles.Library) error {
				p, err := lib.Find(ctx, args[0])
				if err != nil {
					return err
				}
				var ids [2]uuid.UUID
				for i, name := range args[1:] {
					s, err := lib.FindSnapshot(ctx, p.ID, name)
					if err != nil {
						return err
					}
					ids[i] = s.ID
				}
				comparison, err := lib.Compare(ctx, p.ID, ids[0], ids[1])
				if err != nil {
					return err
				}
				if asJSON {
					return printJSONValue(t, comparison)
				}
				t.printComparison(comparison)
				return nil
			})
		},
		ValidArgsFunction: completeProfiles(1, anyProfile),
	}
	addJSON(c, &asJSON)
	return c
}

func (t *terminal) printComparison(c profiles.Comparison) {
	short := beginnings([]uuid.UUID{c.From.ID, c.To.ID}, shortSnapshot)
	if c.From.ID == c.To.ID {
		short[0] = short[1]
	}
	named := func(short string, s profiles.Snapshot) string {
		return fmt.Sprintf("%s (%s)", short, printable(cmp.Or(s.Label, s.When.Local().Format("2006-01-02 15:04"))))
	}
	t.say("%s: from %s to %s", printable(c.Name), named(short[0], c.From), named(short[1], c.To))
	width := 0
	for _, s := range c.Sites {
		width = max(width, utf8.RuneCountInString(printable(s.Site)))
	}
	for _, s := range c.Sites {
		t.print("%-*s  %s", width, printable(s.Site), printable(strings.Join(s.Phrases(), "  ")))
	}
	t.printLinks("tab", c.Tabs)
	t.printLinks("bookmark", c.Bookmarks)
	for sign, list := range signed(c.Extensions.Added, c.Extensions.Removed, c.Extensions.Changed) {
		for _, x := range list {
			t.print("%sextension  %s", sign, printable(strings.TrimSpace(x.Name+" "+x.Version)))
		}
	}
	if c.Empty() {
		t.say("Nothing changed that can be compared.")
	} else if all := c.Phrases(); len(all) > 0 {
		t.say("in all: %s", strings.Join(all, "  "))
	}
	if len(c.Unread) > 0 {
		t.say("warning: not compared, since it could not be read: %s", strings.Join(c.Unread, ", "))
	}
}

func (t *terminal) printLinks(what string, links browser.Links) {
	for sign, list := range signed(links.Added, links.Removed, nil) {
		for _, link := range list {
			t.print("%s%s  %s", sign, what, strings.TrimSpace(printable(link.URL)+"  "+printable(link.Title)))
		}
	}
}

// signed yields what came, went and changed with its sign.
func signed[T any](added, removed, changed []T) iter.Seq2[string, []T] {
	return func(yield func(string, []T) bool) {
		_ = yield("+", added) && yield("-", removed) && yield("~", changed)
	}
}
