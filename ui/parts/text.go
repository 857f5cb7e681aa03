package parts

import (
	"sort"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Text is one line of text without the padding that a widget.Label has. It asks for the width of all of it, or, when Cut
// is set, for none: what does not fit is cut off with "…" then.
type Text struct {
	widget.BaseWidget
	Text       string
	SizeName   fyne.ThemeSizeName
	ColourName fyne.ThemeColorName
	Bold, Cut  bool
	Alignment  fyne.TextAlign
}

// NewText is text in the ordinary size and colour.
func NewText(text string) *Text {
	t := &Text{Text: text, SizeName: theme.SizeNameText, ColourName: theme.ColorNameForeground}
	t.ExtendBaseWidget(t)
	return t
}

// NewQuiet is text of second importance, a little smaller.
func NewQuiet(text string) *Text {
	t := NewText(text)
	t.SizeName, t.ColourName = theme.SizeNameCaptionText, look.Muted
	return t
}

// NewTitle is a heading.
func NewTitle(text string, size fyne.ThemeSizeName) *Text {
	t := NewText(text)
	t.SizeName, t.Bold = size, true
	return t
}

// Set changes the text.
func (t *Text) Set(text string) {
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// Paint changes the colour.
func (t *Text) Paint(name fyne.ThemeColorName) {
	if t.ColourName != name {
		t.ColourName = name
		t.Refresh()
	}
}

// whole is the size of all of the text.
func (t *Text) whole() fyne.Size {
	return fyne.MeasureText(t.Text, theme.Size(t.SizeName), fyne.TextStyle{Bold: t.Bold})
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string { return t.Text }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t, line: canvas.NewText("", nil)}
	r.Refresh()
	return r
}

type textRenderer struct {
	text *Text
	line *canvas.Text
}

func (r *textRenderer) Layout(size fyne.Size) {
	r.fit(size.Width)
	height := r.line.MinSize().Height
	r.line.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.line.Resize(fyne.NewSize(size.Width, height))
}

func (r *textRenderer) MinSize() fyne.Size {
	size := r.text.whole()
	if r.text.Cut {
		size.Width = 0
	}
	return size
}

func (r *textRenderer) Refresh() {
	r.line.Color = colour(r.text.ColourName)
	r.line.TextSize = theme.Size(r.text.SizeName)
	r.line.TextStyle = fyne.TextStyle{Bold: r.text.Bold}
	r.line.Alignment = r.text.Alignment
	r.fit(r.text.Size().Width)
	r.line.Refresh()
}

// fit shows as much of the text as a width has room for.
func (r *textRenderer) fit(width float32) {
	fits := func(s string) bool {
		return fyne.MeasureText(s, r.line.TextSize, r.line.TextStyle).Width <= width
	}
	shown := r.text.Text
	if r.text.Cut && !fits(shown) {
		letters := []rune(shown)
		tooMany := sort.Search(len(letters), func(n int) bool { return !fits(string(letters[:n+1]) + "…") })
		shown = string(letters[:tooMany]) + "…"
	}
	if r.line.Text != shown {
		r.line.Text = shown
		r.line.Refresh()
	}
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.line} }
func (r *textRenderer) Destroy()                     {}
