package ui

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/ui/parts"
	"valise/ui/settings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// joinForm opens the form with which an existing vault is used.
func (b *bench) joinForm() *settings.JoinForm {
	b.t.Helper()
	b.tap("Use an existing vault")
	return b.window.page.Objects[0].(*settings.JoinForm)
}

func TestAVaultIsUsedElsewhereByItsPassphrase(t *testing.T) {
	const passphrase = "four words, well chosen"
	place := t.TempDir()
	b := start(t)
	b.pack("Work")
	b.connect(place)
	if err := b.desk.lib.SetPassphrase(t.Context(), passphrase); err != nil {
		t.Fatal(err)
	}
	b.end()

	other := start(t)
	form := other.joinForm()
	form.Form.Kind.SetSelected(settings.KindFolder)
	form.Form.Folder.Entry.SetText(place)
	form.Code.Entry.SetText("another passphrase")
	other.tap("Use this vault")
	other.until("the complaint", func() bool {
		return strings.Contains(form.Code.Complaint(), "neither the vault's passphrase nor a recovery code")
	})
	if other.window.Canvas().Focused() != form.Code.Entry {
		t.Errorf("after a wrong passphrase %T has the focus", other.window.Canvas().Focused())
	}
	form.Code.Entry.SetText(passphrase)
	other.tap("Use this vault")
	other.until("the profile", func() bool { return other.desk != nil && other.reads("Work") })
}

func TestAVaultIsUsedElsewhereByAPictureOfItsQRCode(t *testing.T) {
	place := t.TempDir()
	b := start(t)
	b.pack("Work")
	b.connect(place)
	b.desk.showSettings()
	card := b.desk.settings.screen.Recovery
	if card.QR() != nil {
		t.Fatal("the QR code is shown before anybody asks")
	}
	test.Tap(card.Reveal)
	picture := filepath.Join(t.TempDir(), "picture.png")
	writePicture(t, picture, enlarged(card.QR(), 5))
	code := b.desk.lib.RecoveryCode()
	b.desk.showList()
	b.desk.showSettings()
	if card.QR() != nil {
		t.Error("the QR code is shown when the settings are opened again")
	}
	b.end()

	other := start(t)
	form := other.joinForm()
	empty := filepath.Join(t.TempDir(), "empty.png")
	writePicture(t, empty, image.NewGray(image.Rect(0, 0, 300, 300)))
	other.choosePicture(empty)
	other.until("the problem", func() bool { return strings.Contains(form.Said(), "No QR code can be made out in the picture") })
	other.choosePicture(picture)
	other.until("the picture to be read", func() bool { return other.reads("is taken from the picture") })
	if form.Form.Folder.Entry.Text != place {
		t.Errorf("the place is %q", form.Form.Folder.Entry.Text)
	}
	var shown []string
	walk(other.window.Content(), func(o fyne.CanvasObject) {
		if entry, is := o.(*parts.Entry); is {
			shown = append(shown, entry.Text)
		}
	})
	for _, text := range append(shown, other.texts()...) {
		if strings.Contains(text, code[:11]) {
			t.Errorf("the window shows %q", text)
		}
	}
	other.tap("Use this vault")
	other.until("the profile", func() bool { return other.desk != nil && other.reads("Work") })
}

// choosePicture chooses a file where the desktop has no dialog for that.
func (b *bench) choosePicture(path string) {
	b.t.Helper()
	b.tap("From a picture…")
	b.until("the question for a path", func() bool { return b.window.Canvas().Overlays().Top() != nil })
	walk(b.front(), func(o fyne.CanvasObject) {
		if entry, is := o.(*parts.Entry); is {
			entry.SetText(path)
		}
	})
	b.tap("Choose")
}

// enlarged is a picture as a screen shows it: each pixel so many wide and high.
func enlarged(picture image.Image, times int) image.Image {
	size := picture.Bounds().Size().Mul(times)
	out := image.NewGray(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			out.Set(x, y, picture.At(x/times, y/times))
		}
	}
	return out
}

func writePicture(t *testing.T, path string, picture image.Image) {
	t.Helper()
	canvas := image.NewRGBA(picture.Bounds())
	draw.Draw(canvas, canvas.Rect, picture, image.Point{}, draw.Src)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, canvas); err != nil {
		t.Fatal(err)
	}
}
