package list

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// Standing is how the vault stands, in words.
type Standing struct {
	Text  string
	Tone  parts.Tone
	Place bool // it has a place besides this computer: there is something to sync
	Busy  bool
	Done  int64 // while Busy
	Total int64
}

// StatusBar is the line at the bottom: how the vault stands, and what can be done about it.
type StatusBar struct {
	widget.BaseWidget
	Sync, BackUp *parts.Button
	text         *parts.Text
	dot          *parts.Panel
	bar          *parts.Bar
}

func newStatusBar(s *Screen) *StatusBar {
	b := &StatusBar{text: parts.NewQuiet(""), dot: parts.NewPanel(look.Muted, 4), bar: parts.NewBar()}
	b.text.Cut = true
	b.Sync = parts.NewFlat("Sync now", theme.ViewRefreshIcon(), func() { s.OnSync() })
	b.BackUp = parts.NewFlat("Back up to S3", theme.UploadIcon(), func() { s.OnBackUp() })
	b.ExtendBaseWidget(b)
	b.Set(Standing{})
	return b
}

// Set shows how the vault stands.
func (b *StatusBar) Set(s Standing) {
	front, _ := s.Tone.Colours()
	b.dot.Paint(front, "", 0)
	b.text.Set(s.Text)
	b.bar.Set(s.Done, s.Total)
	b.bar.Hidden = !s.Busy
	b.Sync.Hidden = !s.Place || s.Busy
	b.BackUp.Hidden = s.Place || s.Text == ""
	b.dot.Hidden = s.Text == ""
	b.Refresh()
}

// Text is what it says.
func (b *StatusBar) Text() string { return b.text.Text }

// CreateRenderer implements fyne.Widget.
func (b *StatusBar) CreateRenderer() fyne.WidgetRenderer {
	dot := container.NewGridWrap(fyne.NewSquareSize(8), b.dot)
	line := parts.Spread(look.Gap+2, 1, dot, b.text, container.NewGridWrap(fyne.NewSize(120, 8), b.bar), b.Sync, b.BackUp)
	return widget.NewSimpleRenderer(container.NewBorder(widget.NewSeparator(), nil, nil, nil, parts.Inset(line, 3, look.Margin)))
}
