package settings

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
)

// JoinForm is the page with which a person uses an existing vault: where it is, what opens the place, and the recovery code or the
// passphrase. A picture of the QR code that another computer shows has the code and the place.
type JoinForm struct {
	widget.BaseWidget
	OnBack    func()
	OnPicture func() // has the person choose a picture, and calls Take with what is in it
	OnJoin    func(at vault.Location, c vault.Credentials, entered string, setAside bool)

	Back, FromPicture, Join *parts.Button
	Form                    *PlaceForm
	Code                    *parts.Field
	SetAside                *parts.Check
	taken                   *parts.Note
	result                  *parts.Outcome
	here                    bool
	code                    string // that of a picture, which is not shown; empty: what is typed counts
}

// NewJoinForm makes an empty form. With here set the vault is the one on this computer, which has lost its key: only the
// code is asked for.
func NewJoinForm(here bool) *JoinForm {
	f := &JoinForm{
		Form: NewPlaceForm(), Code: parts.NewField("Recovery code or passphrase", "14 groups of 5 characters, or a passphrase"),
		taken:    parts.NewParagraph(""),
		SetAside: parts.NewCheck("Set the vault of this computer aside (its folder stays as it is)"),
		result:   parts.NewOutcome(), here: here,
	}
	f.Back = parts.NewFlat("Back", theme.NavigateBackIcon(), func() { f.OnBack() })
	f.FromPicture = parts.NewButton("From a picture…", func() { f.OnPicture() })
	f.FromPicture.Icon = theme.FileImageIcon()
	f.Join = parts.NewPrimary("Use this vault", f.submit)
	f.Code.Entry.MultiLine = true
	f.Code.Entry.OnSubmitted = func(string) { f.submit() }
	f.Code.Entry.Wrapping = fyne.TextWrapWord
	f.Code.Entry.SetMinRowsVisible(2)
	f.Form.Hidden = here
	f.SetAside.Hide()
	f.taken.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// First is the field to begin with.
func (f *JoinForm) First() fyne.Focusable {
	if f.here {
		return f.Code.Entry
	}
	return f.Form.Bucket.Entry
}

func (f *JoinForm) submit() {
	f.Say("", widget.MediumImportance)
	var at vault.Location
	var keys vault.Credentials
	right := true
	if !f.here {
		at, keys, right = f.Form.Read()
	}
	entered := f.code
	if entered == "" {
		entered = strings.TrimSpace(f.Code.Entry.Text)
	}
	if entered == "" {
		f.Code.Complain("The code that you wrote down when the vault was made, or the passphrase that you have set for it.")
		right = false
	}
	if right {
		f.OnJoin(at, keys, entered, f.SetAside.Checked)
	}
}

// Take fills in what was read from a picture. The code is kept, and not shown.
func (f *JoinForm) Take(link profiles.JoinLink) {
	f.code = link.Code
	text := "The recovery code is taken from the picture."
	switch {
	case f.here:
	case link.At == (vault.Location{}):
		text = "The recovery code is taken from the picture, which does not say where the vault is kept."
	default:
		f.Form.Set(link.At)
		text = "The recovery code is taken from the picture, and so is the place."
		if link.At.Folder == "" {
			text += " What is left is the bucket's access key."
		}
	}
	f.Code.Entry.SetText("")
	f.Code.Hide()
	f.taken.Say(text, widget.SuccessImportance)
	f.taken.Show()
	f.Refresh()
}

// Complain says what is wrong with the code or the passphrase, and lets another one be typed.
func (f *JoinForm) Complain(text string) {
	f.code = ""
	f.taken.Hide()
	f.Code.Show()
	f.Code.Complain(text)
	f.Refresh()
}

// Next is the field to go on with once a picture was taken.
func (f *JoinForm) Next() fyne.Focusable {
	if at, keys, _ := f.Form.Read(); !f.here && at.Folder == "" && keys.AccessKey == "" {
		return f.Form.AccessKey.Entry
	}
	return f.Join
}

// Say shows how it goes; an empty text takes it away.
func (f *JoinForm) Say(text string, importance widget.Importance) {
	f.result.Say(text, "", importance)
	f.Refresh()
}

// Fail says why the vault is not used; details are the technical side and may be empty.
func (f *JoinForm) Fail(text, details string) {
	f.result.Say(text, details, widget.DangerImportance)
	f.Refresh()
}

// Said is what it says.
func (f *JoinForm) Said() string { return f.result.Text() }

// OfferSettingAside asks whether the vault of this computer may be left behind.
func (f *JoinForm) OfferSettingAside() {
	f.SetAside.Show()
	f.Refresh()
}

// Busy keeps the person from asking twice.
func (f *JoinForm) Busy(busy bool) {
	for _, b := range []*parts.Button{f.FromPicture, f.Join} {
		if busy {
			b.Disable()
		} else {
			b.Enable()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (f *JoinForm) CreateRenderer() fyne.WidgetRenderer {
	title, about := "Use an existing vault", "Where is it kept, and what is its recovery code or passphrase? Its QR code has place and code."
	if f.here {
		title, about = "Enter the recovery code", "The key of the vault on this computer is not in its keyring. The recovery code brings it back, and so does the vault's passphrase if it has one."
	}
	return widget.NewSimpleRenderer(parts.Page(f.Back, title,
		parts.NewCard(parts.Column(look.Space, parts.NewNote(about), parts.Row(look.Gap, f.FromPicture), f.Form, f.Code, f.taken, f.SetAside, f.result, parts.Row(look.Gap, f.Join)))))
}
