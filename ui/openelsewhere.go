package ui

import (
	"fmt"
	"time"

	"valise/profiles"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"

	"github.com/google/uuid"
)

// askElsewhere asks what to do about a profile that another device has open: how was it to be opened?
func (c *sessionsControl) askElsewhere(other *profiles.InUseError, how profiles.How, name string) {
	d := c.desk
	now := time.Now()
	var dialog *parts.Dialog
	way := func(label string, open func()) *parts.Button {
		return parts.NewButton(label, func() { dialog.Hide(); open() })
	}
	throwaway := way("Open as a throwaway", func() {
		how.Save = profiles.SaveNowhere
		c.open(how, name)
	})
	asNew := way("Save as new…", func() {
		if p, ok := d.find(how.Load); ok {
			c.askAsNew(p, uuid.Nil)
		}
	})
	takeOver := way("Take over", func() {
		how.TakeOver = true
		c.open(how, name)
	})
	content := parts.Column(look.Gap,
		parts.NewParagraph(fmt.Sprintf("Since %s, last seen %s. What would you like to do here?",
			words.When(other.Since, now), words.Ago(other.Seen, now))),
		throwaway, parts.NewFinePrint("It is opened as it was saved last, and nothing of this session is saved."),
		asNew, parts.NewFinePrint("What you do here becomes a profile of its own."),
		takeOver, parts.NewFinePrint("It is opened here and saved as usual. If the other device saves too, its saving stays in the history as a branch."),
	)
	d.window.raise()
	dialog = parts.ShowDialog(d.window.Canvas(), fmt.Sprintf("“%s” is open on “%s”", other.Name, other.Device), content,
		parts.NewButton("Cancel", func() { dialog.Hide() }))
	dialog.OnEscape = func() { dialog.Hide() }
}
