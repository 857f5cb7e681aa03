package ui

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"valise/profiles"
	"valise/ui/parts"
	"valise/ui/words"

	"github.com/google/uuid"
)

func equalFold(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// askRename gives a profile another name.
func (d *desk) askRename(p profiles.Profile) {
	parts.AskName(d.window.Canvas(), "Rename profile", p.Name, "Rename", func(name string) string {
		if complaint := d.nameTaken(name, p.ID); complaint != "" || name == p.Name {
			return complaint
		}
		d.change("rename “"+p.Name+"”", func(ctx context.Context) error { return d.lib.Rename(ctx, p.ID, name) }, nil)
		return ""
	})
}

// askColour gives a profile another colour.
func (d *desk) askColour(p profiles.Profile) {
	parts.AskColour(d.window.Canvas(), "Colour of “"+p.Name+"”", p.Colour, func(colour string) {
		d.change("colour “"+p.Name+"”", func(ctx context.Context) error { return d.lib.SetColour(ctx, p.ID, colour) }, nil)
	})
}

// askFork makes a new profile of one, or of an earlier snapshot of it (at), without opening it.
func (d *desk) askFork(p profiles.Profile, at uuid.UUID) {
	parts.AskName(d.window.Canvas(), "Fork “"+p.Name+"”", d.freeName(p.Name+" copy"), "Fork", func(name string) string {
		if complaint := d.nameTaken(name, uuid.Nil); complaint != "" {
			return complaint
		}
		later(d.main, func(ctx context.Context) (profiles.Receipt, error) { return d.lib.Fork(ctx, p.ID, at, name) },
			func(r profiles.Receipt, err error) {
				if err != nil {
					d.window.fail("“"+p.Name+"” could not be forked", err, d.waysOn(err, p.ID, nil)...)
					return
				}
				d.window.tell(parts.Notice{
					Tone: parts.Good, Details: receiptDetails(r),
					Text:   fmt.Sprintf("“%s” is a profile of its own now. “%s” stays as it was.", name, p.Name),
					Action: parts.Action{Label: "Open it", Do: func() { d.sessions.open(profiles.How{Load: r.Profile, Save: profiles.SaveSame}, name) }},
				})
				d.reload()
			})
		return ""
	})
}

// askTags gives a profile other tags.
func (d *desk) askTags(p profiles.Profile) {
	parts.AskText(d.window.Canvas(), "Tags of “"+p.Name+"”", "The search finds profiles by their tags.", "Tags, with commas between them",
		strings.Join(p.Tags, ", "), "Set", func(text string) string {
			tags := strings.Split(text, ",")
			d.change("tag “"+p.Name+"”", func(ctx context.Context) error { return d.lib.SetTags(ctx, p.ID, tags) }, nil)
			return ""
		})
}

// pin pins a profile, or takes the pin away.
func (d *desk) pin(p profiles.Profile) {
	d.change("pin “"+p.Name+"”", func(ctx context.Context) error { return d.lib.SetPinned(ctx, p.ID, !p.Pinned) }, nil)
}

// askExpiry says when a profile expires.
func (d *desk) askExpiry(p profiles.Profile) {
	suggested := ""
	switch {
	case p.ExpiryDays > 0:
		suggested = strconv.Itoa(p.ExpiryDays)
	case p.ExpiryDays < 0:
		suggested = "never"
	}
	about := "After so many days without an opening it moves to the trash by itself. “never” keeps it; nothing leaves it to what was said of the whole vault."
	if p.Pinned {
		about += " It is pinned now, and does not expire."
	}
	parts.AskText(d.window.Canvas(), "When does “"+p.Name+"” expire?", about, "Days", suggested, "Set", func(text string) string {
		days, err := 0, error(nil)
		switch text {
		case "":
		case "never":
			days = profiles.ExpireNever
		default:
			if days, err = strconv.Atoi(text); err != nil || days <= 0 {
				return "Please enter a number of days, or “never”."
			}
		}
		d.change("change “"+p.Name+"”", func(ctx context.Context) error { return d.lib.SetExpiry(ctx, p.ID, days) }, nil)
		return ""
	})
}

// askPurge removes a profile in the trash for good.
func (d *desk) askPurge(p profiles.Profile) {
	var dialog *parts.Dialog
	text := fmt.Sprintf("Its %s will be gone for good, on every device with this vault.", words.Count(p.Snapshots, "snapshot"))
	dialog = parts.ShowDialog(d.window.Canvas(), "Delete “"+p.Name+"” for good?", parts.NewParagraph(text),
		parts.NewButton("Delete for good", func() {
			dialog.Hide()
			d.change("delete “"+p.Name+"”", func(ctx context.Context) error { return d.lib.Purge(ctx, p.ID) }, func() {
				if d.window.shows(d.profile.screen) {
					d.showList()
				}
				d.window.tell(parts.Notice{Text: "“" + p.Name + "” is gone."})
			})
		}),
		parts.NewPrimary("Keep it", func() { dialog.Hide() }))
	dialog.OnEscape = func() { dialog.Hide() }
}

// upkept tells what time has done.
func (d *desk) upkept(did profiles.Upkept) {
	if len(did.Expired) > 0 {
		text := "“" + did.Expired[0] + "” was not opened for long, and is in the trash now."
		if len(did.Expired) > 1 {
			text = words.Count(len(did.Expired), "profile") + " were not opened for long, and are in the trash now."
		}
		d.window.tell(parts.Notice{Text: text, Details: strings.Join(did.Expired, "\n"), Stays: true, Action: parts.Action{Label: "Show the trash", Do: func() {
			d.showList()
			d.list.screen.ShowTrash(true)
		}}})
	}
	if len(did.Purged) > 0 {
		d.window.tell(parts.Notice{
			Text:    words.Count(len(did.Purged), "profile") + " that had been in the trash for 30 days went for good.",
			Details: strings.Join(did.Purged, "\n"),
		})
	}
	d.reload()
}

// branched tells that a profile was saved on two devices.
func (d *desk) branched(b profiles.Branched) {
	d.window.tell(parts.Notice{
		Tone: parts.Warn, Stays: true,
		Text:   fmt.Sprintf("“%s” was saved on “%s” too. Both savings are kept, one of them as a branch.", b.Name, b.Device),
		Action: d.history(b.Profile),
	})
	d.reload()
}

// trash moves a profile to the trash, and offers to undo that.
func (d *desk) trash(p profiles.Profile) {
	d.change("move “"+p.Name+"” to the trash", func(ctx context.Context) error { return d.lib.Trash(ctx, p.ID) }, func() {
		if d.window.shows(d.profile.screen) {
			d.showList()
		}
		d.window.tell(parts.Notice{
			Text:   "“" + p.Name + "” was moved to the trash.",
			Action: parts.Action{Label: "Undo", Do: func() { d.putBack(p) }},
		})
	})
}

// putBack takes a profile out of the trash.
func (d *desk) putBack(p profiles.Profile) {
	d.change("put “"+p.Name+"” back", func(ctx context.Context) error { return d.lib.Untrash(ctx, p.ID) }, nil)
}

// change has something changed in the library and shows the result.
func (d *desk) change(what string, work func(context.Context) error, then func()) {
	laterDo(d.main, work, func(err error) {
		if err != nil {
			d.window.fail("Could not "+what, err, d.waysOn(err, uuid.Nil, func() { d.change(what, work, then) })...)
			return
		}
		d.reload()
		if then != nil {
			then()
		}
	})
}

// freeName is a name that no profile has: the wanted one, numbered where it is taken.
func (d *desk) freeName(wanted string) string {
	name := wanted
	for n := 2; d.nameTaken(name, uuid.Nil) != ""; n++ {
		name = fmt.Sprintf("%s %d", wanted, n)
	}
	return name
}
