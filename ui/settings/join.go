package settings

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
)

// JoinForm is the page with which a person uses an existing vault: where it is, what opens the place, the recovery code.
type JoinForm struct {
	widget.BaseWidget
	OnBack func()
	OnJoin func(at vault.Location, c vault.Credentials, code string, setAside bool)

	Back, Join *parts.Button
	Form       *PlaceForm
	Code       *parts.Field
	SetAside   *parts.Check
	result     *parts.Outcome
	here       bool
}

// NewJoinForm makes an empty form. With here set the vault is the one on this computer, which has lost its key: only the
// code is asked for.
func NewJoinForm(here bool) *JoinForm {
	f := &JoinForm{
		Form: NewPlaceForm(), Code: parts.NewField("Recovery code", "14 groups of 5 characters"),
		SetAside: parts.NewCheck("Set the vault of this computer aside (its folder stays as it is)"),
		result:   parts.NewOutcome(), here: here,
	}
	f.Back = parts.NewFlat("Back", theme.NavigateBackIcon(), func() { f.OnBack() })
	f.Join = parts.NewPrimary("Use this vault", f.submit)
	f.Code.Entry.MultiLine = true
	f.Code.Entry.OnSubmitted = func(string) { f.submit() }
	f.Code.Entry.Wrapping = fyne.TextWrapWord
	f.Code.Entry.SetMinRowsVisible(2)
	f.Form.Hidden = here
	f.SetAside.Hide()
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
	code := strings.TrimSpace(f.Code.Entry.Text)
	if code == "" {
		f.Code.Complain("The code that you wrote down when the vault was made.")
		right = false
	}
	if right {
		f.OnJoin(at, keys, code, f.SetAside.Checked)
	}
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
	if busy {
		f.Join.Disable()
	} else {
		f.Join.Enable()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *JoinForm) CreateRenderer() fyne.WidgetRenderer {
	title, about := "Use an existing vault", "Where is it kept, and what is its recovery code?"
	if f.here {
		title, about = "Enter the recovery code", "The key of the vault on this computer is not in its keyring. The recovery code brings it back."
	}
	return widget.NewSimpleRenderer(parts.Page(f.Back, title,
		parts.NewCard(parts.Column(look.Space, parts.NewNote(about), f.Form, f.Code, f.SetAside, f.result, parts.Row(look.Gap, f.Join)))))
}
