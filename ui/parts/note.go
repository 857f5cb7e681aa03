package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Note is a paragraph that wraps at the width it is given. Unlike a widget.Label it begins where other text does.
type Note struct {
	widget.BaseWidget
	segment *widget.TextSegment
	text    *widget.RichText
}

// NewNote is a paragraph of second importance.
func NewNote(text string) *Note {
	n := &Note{segment: &widget.TextSegment{Text: text, Style: widget.RichTextStyleParagraph}}
	n.segment.Style.ColorName = look.Muted
	n.text = widget.NewRichText(n.segment)
	n.text.Wrapping = fyne.TextWrapWord
	n.ExtendBaseWidget(n)
	return n
}

// NewParagraph is a paragraph in the ordinary colour.
func NewParagraph(text string) *Note {
	n := NewNote(text)
	n.segment.Style.ColorName = theme.ColorNameForeground
	return n
}

// NewFinePrint is a paragraph of least importance, in small letters.
func NewFinePrint(text string) *Note {
	n := NewNote(text)
	n.segment.Style.SizeName = theme.SizeNameCaptionText
	return n
}

// Centre puts the lines into the middle.
func (n *Note) Centre() *Note {
	n.segment.Style.Alignment = fyne.TextAlignCenter
	return n
}

// Say changes text and importance.
func (n *Note) Say(text string, importance widget.Importance) {
	colours := map[widget.Importance]fyne.ThemeColorName{
		widget.LowImportance: look.Muted, widget.HighImportance: look.Accent, widget.SuccessImportance: look.Good,
		widget.WarningImportance: look.Warn, widget.DangerImportance: look.Bad,
	}
	n.segment.Text = text
	n.segment.Style.ColorName = theme.ColorNameForeground
	if c, other := colours[importance]; other {
		n.segment.Style.ColorName = c
	}
	n.text.Refresh()
	n.Refresh()
}

// Text is what it says.
func (n *Note) Text() string { return n.segment.Text }

// AccessibilityLabel implements fyne.Accessible.
func (n *Note) AccessibilityLabel() string { return n.segment.Text }

// AccessibilityRole implements fyne.Accessible.
func (n *Note) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget. The text's own padding is taken back.
func (n *Note) CreateRenderer() fyne.WidgetRenderer {
	padding := theme.Size(theme.SizeNameInnerPadding)
	return widget.NewSimpleRenderer(Inset(n.text, -padding, -padding))
}
