package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valise/profiles"
	"valise/ui/parts"
	"valise/ui/words"
)

// noticeTime is how long a notice stays that the person does not have to act on.
const noticeTime = 12 * time.Second

// tell shows a notice; it goes by itself unless it stays or its details are being read.
func (w *window) tell(n parts.Notice) *parts.NoticeBar {
	bar := w.notices.Add(n)
	if !n.Stays {
		w.program.main.after(noticeTime, func() {
			if !bar.Reading() {
				bar.Dismiss()
			}
		})
	}
	return bar
}

// receipt says what a saving did; actions may offer what to do about it.
func (w *window) receipt(r profiles.Receipt, actions ...parts.Action) {
	n := parts.Notice{Tone: parts.Good, Text: receiptText(r), Details: receiptDetails(r)}
	if len(actions) > 0 {
		n.Action = actions[0]
	}
	if r.Outcome != profiles.Saved {
		n.Tone = parts.Quiet
	}
	if len(r.Warnings) > 0 {
		n.Tone, n.Stays = parts.Warn, true
	}
	w.tell(n)
}

// receiptText is the receipt in one line.
func receiptText(r profiles.Receipt) string {
	switch {
	case r.Aside != "":
		return fmt.Sprintf("“%s” is saved, but it looks as if logins were lost: %s. The saving before still counts.", r.Name, r.Aside)
	case r.Outcome == profiles.Discarded:
		return fmt.Sprintf("The throwaway of “%s” is closed. Nothing of it was saved.", r.Name)
	case r.Outcome == profiles.KeptThere:
		return fmt.Sprintf("“%s” is closed, and kept over there.", r.Name)
	case r.Outcome == profiles.Unchanged:
		return fmt.Sprintf("“%s” is closed. Nothing had changed.", r.Name)
	default:
		return fmt.Sprintf("“%s” is saved: %s, %s, %s.", r.Name,
			words.Count(r.Sites, "site"), words.Count(r.Cookies, "cookie"), words.Count(r.Tabs, "tab"))
	}
}

// receiptDetails is the rest of it, a line for each.
func receiptDetails(r profiles.Receipt) string {
	if r.Outcome == profiles.Discarded || r.Outcome == profiles.KeptThere {
		return strings.Join(slices.Concat(r.Warnings, r.Carried), "\n")
	}
	lines := slices.Concat(r.Warnings, r.Carried)
	if r.Ended != "" && r.Ended != "clean" {
		lines = append(lines, "How it ended: "+r.Ended+".")
	}
	lines = append(lines,
		fmt.Sprintf("%s in %s, of which %s new, in %s.",
			words.Size(r.Size), words.Count(r.Files, "file"), words.Size(r.Stored), r.Took.Round(10*time.Millisecond)),
		"Where: "+string(r.Where)+".")
	return strings.Join(lines, "\n")
}

// trouble shows that something did not go well that the person need not decide about now.
func (w *window) trouble(what string, err error, actions ...parts.Action) {
	w.program.log.Error(what, "error", err)
	e := explain(err)
	n := parts.Notice{Tone: parts.Bad, Text: what + ". " + e.what, Details: strings.TrimSpace(e.next + "\n" + e.details), Stays: true}
	if len(actions) > 0 {
		n.Action = actions[0]
	}
	w.tell(n)
}

// fail says, in front of everything, that what the person asked for did not work, and offers ways on.
func (w *window) fail(what string, err error, actions ...parts.Action) *parts.Dialog {
	w.program.log.Error(what, "error", err)
	w.raise()
	e := explain(err)
	content := parts.Column(8, parts.NewParagraph(e.what))
	if e.next != "" {
		content.Add(parts.NewNote(e.next))
	}
	if e.details != "" {
		content.Add(parts.NewFinePrint(e.details))
	}
	var d *parts.Dialog
	buttons := []*parts.Button{parts.NewButton("Close", func() { d.Hide() })}
	for _, a := range actions {
		buttons = append(buttons, parts.NewPrimary(a.Label, func() { d.Hide(); a.Do() }))
	}
	d = parts.ShowDialog(w.Canvas(), what, content, buttons...)
	d.OnEscape = d.Hide
	return d
}
