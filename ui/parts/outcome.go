package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Outcome says what came of something: what a person should know and do, and small below it the technical side of a
// failure. It is hidden while it has nothing to say.
type Outcome struct {
	widget.BaseWidget
	text, details *Note
}

// NewOutcome makes one that has nothing to say.
func NewOutcome() *Outcome {
	o := &Outcome{text: NewNote(""), details: NewFinePrint("")}
	o.ExtendBaseWidget(o)
	o.Say("", "", widget.MediumImportance)
	return o
}

// Say changes it; an empty text takes it away. The importance is that of the text.
func (o *Outcome) Say(text, details string, importance widget.Importance) {
	o.text.Say(text, importance)
	o.details.Say(details, widget.LowImportance)
	o.details.Hidden = details == ""
	o.Hidden = text == ""
	o.Refresh()
}

// Text is what a person should know and do.
func (o *Outcome) Text() string { return o.text.Text() }

// Details are the technical side.
func (o *Outcome) Details() string { return o.details.Text() }

// CreateRenderer implements fyne.Widget.
func (o *Outcome) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(Column(look.Gap/2, o.text, o.details))
}
