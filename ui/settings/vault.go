package settings

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/words"
)

// VaultCard says where the vault is kept, and connects it with a place besides this computer.
type VaultCard struct {
	widget.BaseWidget

	OnTest, OnConnect    func(vault.Location, vault.Credentials)
	OnDisconnect, OnSync func()

	Form                            *PlaceForm
	Test, Connect, Disconnect, Sync *parts.Button
	standing, place                 *parts.Note
	result                          *parts.Outcome
	form, connected                 *fyne.Container
}

func newVaultCard() *VaultCard {
	c := &VaultCard{Form: NewPlaceForm(), standing: parts.NewNote(""), place: parts.NewParagraph(""), result: parts.NewOutcome()}
	ask := func(then *func(vault.Location, vault.Credentials)) func() {
		return func() {
			c.Say("", widget.MediumImportance)
			if at, keys, right := c.Form.Read(); right {
				(*then)(at, keys)
			}
		}
	}
	c.Test = parts.NewButton("Test connection", ask(&c.OnTest))
	c.Connect = parts.NewPrimary("Connect", ask(&c.OnConnect))
	c.Disconnect = parts.NewButton("Disconnect", func() { c.OnDisconnect() })
	c.Sync = parts.NewButton("Sync now", func() { c.OnSync() })
	c.Sync.Icon = theme.ViewRefreshIcon()
	c.form = parts.Column(look.Space-4,
		parts.NewNote("Keep a copy in a bucket or a folder as well, and use it from other computers. It gets nothing but encrypted data."),
		c.Form, parts.Row(look.Gap, c.Test, c.Connect))
	c.connected = parts.Column(look.Gap+2, parts.Row(look.Gap, c.Sync, c.Disconnect), parts.NewNote("Other computers open it with its recovery code, or with a picture of its QR code."))
	c.ExtendBaseWidget(c)
	return c
}

// SetStatus shows how the vault stands.
func (c *VaultCard) SetStatus(s profiles.VaultStatus) {
	kept := fmt.Sprintf("%s, %s, %s. On this computer it is in %s; its key is in %s.",
		words.Count(s.Profiles, "profile"), words.Count(s.Snapshots, "snapshot"), words.Size(s.Size), s.Folder, s.Keyring)
	c.standing.Say(kept, widget.LowImportance)
	place := words.PlaceIn(s.Place)
	switch {
	case s.Place == "":
		c.place.Say("It is kept in this computer only.", widget.MediumImportance)
	case s.Waiting > 0:
		c.place.Say(fmt.Sprintf("It is kept in %s too. %s (%s) still to be sent.",
			place, words.Count(s.Waiting, "object"), words.Size(s.WaitingBytes)), widget.WarningImportance)
	case s.LastSync.IsZero():
		c.place.Say(fmt.Sprintf("It is kept in %s too.", place), widget.MediumImportance)
	default:
		c.place.Say(fmt.Sprintf("It is kept in %s too; everything is there, as of %s.", place, words.Ago(s.LastSync, time.Now())), widget.SuccessImportance)
	}
	c.form.Hidden = s.Place != ""
	c.connected.Hidden = s.Place == ""
	c.Refresh()
}

// Say shows what came of a test or of connecting; an empty text takes it away.
func (c *VaultCard) Say(text string, importance widget.Importance) {
	c.result.Say(text, "", importance)
	c.Refresh()
}

// Fail says why a test or connecting did not go well; details are the technical side and may be empty.
func (c *VaultCard) Fail(text, details string) {
	c.result.Say(text, details, widget.DangerImportance)
	c.Refresh()
}

// Said is what came of it.
func (c *VaultCard) Said() string { return c.result.Text() }

// Busy keeps the person from starting a second test while one runs.
func (c *VaultCard) Busy(busy bool) {
	for _, b := range []*parts.Button{c.Test, c.Connect, c.Disconnect, c.Sync} {
		if busy {
			b.Disable()
		} else {
			b.Enable()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (c *VaultCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(parts.NewSection("Vault", "", c.place, c.standing, c.form, c.connected, c.result))
}
