package ui

import (
	"valise/assets"
	"valise/ui/look"
	"valise/ui/parts"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// startPage is what the window shows while the library is opened, and when it cannot be.
type startPage struct {
	widget.BaseWidget
	title   *parts.Text
	text    *parts.Note
	next    *parts.Note
	details *parts.Note
	buttons *fyne.Container
}

func newStartPage() *startPage {
	s := &startPage{
		title: parts.NewTitle("", theme.SizeNameSubHeadingText),
		text:  parts.NewParagraph("").Centre(), next: parts.NewNote("").Centre(),
		details: parts.NewFinePrint("").Centre(), buttons: parts.Row(look.Gap),
	}
	s.title.Alignment = fyne.TextAlignCenter
	s.ExtendBaseWidget(s)
	s.say("Opening the vault…", "")
	return s
}

// say shows what is going on.
func (s *startPage) say(title, text string) {
	s.title.Set(title)
	s.text.Say(text, widget.MediumImportance)
	s.text.Hidden = text == ""
	s.next.Hide()
	s.details.Hide()
	s.Refresh()
}

// fail shows why the library does not open, what to do about it, and buttons for that; the last is the likeliest.
func (s *startPage) fail(title string, e explanation, actions []parts.Action) {
	s.say(title, e.what)
	s.next.Say(e.next, widget.LowImportance)
	s.next.Hidden = e.next == ""
	s.details.Say(e.details, widget.LowImportance)
	s.details.Hidden = e.details == ""
	s.buttons.RemoveAll()
	for i, a := range actions {
		b := parts.NewButton(a.Label, a.Do)
		if i == len(actions)-1 {
			b = parts.NewPrimary(a.Label, a.Do)
		}
		s.buttons.Add(b)
	}
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *startPage) CreateRenderer() fyne.WidgetRenderer {
	icon := canvas.NewImageFromResource(fyne.NewStaticResource("valise.png", assets.Icon))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(88))
	return widget.NewSimpleRenderer(container.NewCenter(parts.Wide(460, parts.Column(look.Space,
		icon, s.title, s.text, s.next, container.NewCenter(s.buttons), s.details))))
}
