package ui

import (
	"context"
	"fmt"
	"strings"

	"valise/profiles"
	"valise/ui/parts"

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
