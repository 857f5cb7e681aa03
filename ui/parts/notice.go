package parts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
)

// Action is a button that a notice or a dialog offers.
type Action struct {
	Label string
	Do    func()
}

// Notice says what happened, in a bar at the bottom of the window: a receipt, something to undo, a trouble.
type Notice struct {
	Tone    Tone
	Text    string
	Details string // shown when the person asks for them
	Action  Action // empty label: none
	Stays   bool   // until the person takes it away; the others go after a while
}

// Notices is the stack of bars at the bottom of the window. The newest is the lowest.
type Notices struct {
	widget.BaseWidget
	bars *fyne.Container
}

// mostNotices is how many bars are there at once; an older one makes room.
const mostNotices = 3

// NewNotices makes an empty stack.
func NewNotices() *Notices {
	n := &Notices{bars: Column(look.Gap)}
	n.ExtendBaseWidget(n)
	return n
}

// Add shows a notice, and returns its bar.
func (n *Notices) Add(notice Notice) *NoticeBar {
	b := newNoticeBar(notice)
	b.gone = func() {
		n.bars.Remove(b)
		n.Refresh()
	}
	if len(n.bars.Objects) == mostNotices {
		n.bars.Remove(n.bars.Objects[0])
	}
	n.bars.Add(b)
	n.Refresh()
	return b
}

// Bars are those that are shown, oldest first.
func (n *Notices) Bars() []*NoticeBar {
	var bars []*NoticeBar
	for _, o := range n.bars.Objects {
		bars = append(bars, o.(*NoticeBar))
	}
	return bars
}

// CreateRenderer implements fyne.Widget.
func (n *Notices) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(n.bars) }

// NoticeBar is one bar.
type NoticeBar struct {
	widget.BaseWidget
	Notice                 Notice
	Do, Details, Dismissal *Button
	details                *Note
	gone                   func()
}

func newNoticeBar(notice Notice) *NoticeBar {
	b := &NoticeBar{Notice: notice, details: NewNote(notice.Details)}
	b.details.Hide()
	b.Do = NewButton(notice.Action.Label, func() {
		b.Dismiss()
		b.Notice.Action.Do()
	})
	b.Do.Hidden = notice.Action.Label == ""
	b.Details = NewFlat("Details", nil, func() {
		b.details.Hidden = !b.details.Hidden
		b.Refresh()
	})
	b.Details.Hidden = notice.Details == ""
	b.Dismissal = NewFlat("", theme.CancelIcon(), b.Dismiss)
	b.ExtendBaseWidget(b)
	return b
}

// Dismiss takes the bar away.
func (b *NoticeBar) Dismiss() { b.gone() }

// Reading says whether the details are open.
func (b *NoticeBar) Reading() bool { return !b.details.Hidden }

// CreateRenderer implements fyne.Widget.
func (b *NoticeBar) CreateRenderer() fyne.WidgetRenderer {
	front, _ := b.Notice.Tone.Colours()
	panel := NewPanel(look.Card, look.CardRadius)
	panel.Paint(theme.ColorNameOverlayBackground, look.OverlayBorder, 1)
	panel.Shadow = true
	dot := container.NewGridWrap(fyne.NewSquareSize(10), NewPanel(front, 5))
	text := NewNote("")
	text.Say(b.Notice.Text, widget.MediumImportance)
	line := Spread(look.Gap+2, 1, dot, text, b.Details, b.Do, b.Dismissal)
	return widget.NewSimpleRenderer(container.NewStack(panel, Inset(Column(2, line, b.details), look.Gap, look.Space)))
}
