package settings

import (
	"image"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// RecoveryCard shows the recovery code when it is asked to, and beside it the QR code that has the vault's place too.
type RecoveryCard struct {
	widget.BaseWidget
	Code    func() string               // the code, asked for only when it is to be shown or copied
	Picture func() (image.Image, error) // the QR code, a pixel for each module; likewise
	OnCopy  func(code string)

	Reveal, Copy *parts.Button
	lines        *fyne.Container
	qr           *canvas.Image
	about        *parts.Note
	secrets      *fyne.Container // all that is hidden
	shown        bool
}

const (
	perLine  = 5 // groups of the code that stand in a line
	qrModule = 4 // how wide a module of the QR code is on the screen
)

func newRecoveryCard() *RecoveryCard {
	c := &RecoveryCard{lines: parts.Column(4), qr: canvas.NewImageFromImage(nil), about: parts.NewNote("")}
	c.qr.ScaleMode, c.qr.FillMode = canvas.ImageScalePixels, canvas.ImageFillContain
	c.Reveal = parts.NewButton("Show", func() { c.show(!c.shown) })
	c.Copy = parts.NewFlat("Copy", theme.ContentCopyIcon(), func() { c.OnCopy(c.Code()) })
	c.secrets = parts.Column(look.Gap, parts.Row(look.Space, c.lines, c.qr), c.about)
	c.secrets.Hide()
	c.ExtendBaseWidget(c)
	return c
}

// Conceal hides the code again.
func (c *RecoveryCard) Conceal() { c.show(false) }

func (c *RecoveryCard) show(shown bool) {
	c.shown = shown
	c.lines.RemoveAll()
	c.qr.Image = nil
	c.secrets.Hidden = !shown
	label := "Show"
	if shown {
		label = "Hide"
		for group := range slices.Chunk(strings.Split(c.Code(), "-"), perLine) {
			line := widget.NewLabel(strings.Join(group, "-"))
			line.TextStyle.Monospace, line.Selectable = true, true
			c.lines.Add(line)
		}
		c.showPicture()
	}
	c.Reveal.SetText(label)
	c.Refresh()
}

// showPicture shows the QR code, or says why there is none.
func (c *RecoveryCard) showPicture() {
	picture, err := c.Picture()
	c.qr.Hidden = err != nil
	if err != nil {
		c.about.Say("There is no QR code: "+err.Error()+".", widget.WarningImportance)
		return
	}
	c.qr.Image = picture
	c.qr.SetMinSize(fyne.NewSize(float32(picture.Bounds().Dx()*qrModule), float32(picture.Bounds().Dy()*qrModule)))
	c.qr.Refresh()
	c.about.Say("The QR code has this code and where the vault is kept, for “From a picture…” on another computer: take a photo or a screenshot of it. Whoever has that has the code.",
		widget.LowImportance)
}

// QR is the QR code that is shown; nil while it is hidden.
func (c *RecoveryCard) QR() image.Image { return c.qr.Image }

// Text is what can be read on the card: the code, or nothing while it is hidden.
func (c *RecoveryCard) Text() string {
	var lines []string
	for _, line := range c.lines.Objects {
		lines = append(lines, line.(*widget.Label).Text)
	}
	return strings.Join(lines, "-")
}

// CreateRenderer implements fyne.Widget.
func (c *RecoveryCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Recovery code",
		"Without this code (or a passphrase that you have set) nobody can open the vault on another computer. Write it down and keep it with your papers; whoever has it can read everything in the vault.",
		c.secrets, parts.Row(look.Gap, c.Reveal, c.Copy)))
}
