package ui

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"time"

	"valise/crypto"
	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/parts"
	"valise/ui/settings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// keyringPatience is how long opening takes before it is likely that the keyring waits for the person.
const keyringPatience = 3 * time.Second

// start opens the library off the main goroutine, and shows how that goes.
func (p *program) start() {
	page := newStartPage()
	p.window.show(page, nil)
	opening := true
	p.main.after(keyringPatience, func() {
		if opening {
			page.say("Waiting for the keyring to be unlocked…", "Your system asks for its password. Valise keeps the key of your vault there.")
		}
	})
	turn(p, func(ctx context.Context) (*profiles.Library, error) {
		lib, err := profiles.Open(ctx, p.home, profiles.Options{
			Log: p.log, Background: true,
			Raise: func() { p.main.do(p.window.raise) },
		})
		p.lib.Store(lib)
		return lib, err
	}, func(lib *profiles.Library, err error) {
		opening = false
		if err != nil {
			p.cannotStart(page, err)
			return
		}
		p.desk = newDesk(p, lib)
		p.desk.showList()
		p.desk.recover()
	})
}

// cannotStart says on the start page why the library does not open, and what can be done about it.
func (p *program) cannotStart(page *startPage, err error) {
	p.log.Error("the library could not be opened", "error", err)
	again := parts.Action{Label: "Try again", Do: p.start}
	actions := []parts.Action{again}
	title := "Valise cannot open your vault"
	switch {
	case errors.Is(err, crypto.ErrNoSuchKey), errors.Is(err, crypto.ErrWrongKey):
		title = "The key of your vault is missing"
		actions = []parts.Action{again, {Label: "Enter recovery code", Do: func() { p.join(true, p.start) }}}
	case errors.Is(err, crypto.ErrKeyringLocked):
		title = "The keyring is locked"
	case errors.Is(err, crypto.ErrNoKeyring):
		title = "Valise needs a keyring"
	case errors.Is(err, profiles.ErrSettings):
		title = "The settings are damaged"
		actions = []parts.Action{{Label: "Show the folder", Do: p.showFolder}, again}
	}
	page.fail(title, explain(err), actions)
}

// showFolder opens the folder of Valise's files in the system's file manager.
func (p *program) showFolder() {
	if err := p.app.OpenURL(&url.URL{Scheme: "file", Path: filepath.ToSlash(p.home.Dir)}); err != nil {
		p.window.trouble("The folder could not be shown", err)
	}
}

// join shows the form with which an existing vault is used; back leads out of it. With here set it is the vault on this
// computer that has lost its key.
func (p *program) join(here bool, back func()) {
	form := settings.NewJoinForm(here)
	form.Form.OnChooseFolder = func(chosen func(string)) { p.window.chooseFolder("Where the vault is", chosen) }
	form.OnBack = back
	form.OnPicture = func() {
		p.window.chooseFile("A picture of the QR code", func(path string) { p.takePicture(form, path) })
	}
	form.OnJoin = func(at vault.Location, c vault.Credentials, entered string, setAside bool) {
		if p.desk != nil && len(p.desk.sessions.here()) > 0 {
			p.cannotJoin(form, profiles.ErrSessionsRunning)
			return
		}
		p.joins = true
		form.Busy(true)
		form.Say("Looking for the vault…", widget.LowImportance)
		turnDo(p, func(ctx context.Context) error {
			return profiles.Join(ctx, p.home, at, c, entered, setAside)
		}, func(err error) {
			p.joins = false
			form.Busy(false)
			if err != nil {
				p.cannotJoin(form, err)
				return
			}
			p.reopen()
			p.window.tell(parts.Notice{Tone: parts.Good, Text: "The vault is open on this computer."})
		})
	}
	p.window.show(form, func(key *fyne.KeyEvent) {
		if key.Name == fyne.KeyEscape {
			back()
		}
	})
	p.window.Canvas().Focus(form.First())
}

// takePicture fills the form with what a picture of a QR code has.
func (p *program) takePicture(form *settings.JoinForm, path string) {
	form.Busy(true)
	form.Say("Looking for the QR code…", widget.LowImportance)
	later(p.main, func(context.Context) (profiles.JoinLink, error) { return profiles.ReadJoinPicture(path) },
		func(link profiles.JoinLink, err error) {
			form.Busy(false)
			if err != nil {
				p.log.Error("a picture of a QR code could not be used", "error", err)
				e := explain(err)
				form.Fail(e.toSay(), e.details)
				p.window.giveFocus(form.FromPicture, form)
				return
			}
			form.Say("", widget.MediumImportance)
			form.Take(link)
			p.window.giveFocus(form.Next(), form)
		})
}

// cannotJoin says on the form why the vault is not used.
func (p *program) cannotJoin(form *settings.JoinForm, err error) {
	p.log.Error("an existing vault could not be used", "error", err)
	e := explain(err)
	var mistyped *crypto.RecoveryCodeError
	switch {
	case errors.As(err, &mistyped), errors.Is(err, profiles.ErrNoWayIn), errors.Is(err, profiles.ErrNotItsPassphrase),
		errors.Is(err, profiles.ErrPassphraseDamaged):
		form.Complain(e.toSay())
		form.Say("", widget.LowImportance)
		p.window.giveFocus(form.Code.Entry, form)
	case errors.Is(err, crypto.ErrWrongKey):
		form.Complain("This is the recovery code of another vault.")
		form.Fail(e.toSay(), e.details)
		p.window.giveFocus(form.Code.Entry, form)
	case errors.Is(err, profiles.ErrVaultInUse):
		form.OfferSettingAside()
		form.Fail("This computer has a vault with profiles already. It can be set aside: its folder and its key stay as they are.", "")
		p.window.giveFocus(form.SetAside, form)
	default:
		form.Fail(e.toSay(), e.details)
		p.window.giveFocus(form.Join, form)
	}
}

// reopen closes the library and opens the one that the settings name now.
func (p *program) reopen() {
	old := p.desk
	p.desk = nil
	if old == nil {
		p.start()
		return
	}
	old.leave()
	p.tray.refresh()
	p.lib.Store(nil)
	turnDo(p, func(context.Context) error { return old.lib.Close() }, func(err error) {
		if err != nil {
			p.log.Warn("closing the library", "error", err)
		}
		p.start()
	})
}
