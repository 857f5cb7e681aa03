package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"valise/ui/look"
	"valise/ui/parts"
)

// Screen is the page.
type Screen struct {
	widget.BaseWidget
	OnBack func()
	OnJoin func() // use an existing vault

	Back, Join *parts.Button
	Vault      *VaultCard
	Recovery   *RecoveryCard
	History    *HistoryCard
	Devices    *DevicesCard
	Browser    *BrowserCard
	Engines    *EnginesCard
	Appearance *AppearanceCard
	about      *parts.Note
	tray       *parts.Note
}

// NewScreen makes the page; its cards are filled by their setters.
func NewScreen() *Screen {
	s := &Screen{
		Vault: newVaultCard(), Recovery: newRecoveryCard(), History: newHistoryCard(), Devices: newDevicesCard(),
		Browser: newBrowserCard(), Engines: newEnginesCard(), Appearance: newAppearanceCard(),
		about: parts.NewParagraph(""), tray: parts.NewNote(""),
	}
	s.Back = parts.NewFlat("Profiles", theme.NavigateBackIcon(), func() { s.OnBack() })
	s.Join = parts.NewButton("Use an existing vault…", func() { s.OnJoin() })
	s.ExtendBaseWidget(s)
	return s
}

// SetAbout says what program this is, where its files are, and what the desktop offers it.
func (s *Screen) SetAbout(about, tray string) {
	s.about.Say(about, widget.MediumImportance)
	s.tray.Say(tray, widget.LowImportance)
}

// CreateRenderer implements fyne.Widget.
func (s *Screen) CreateRenderer() fyne.WidgetRenderer {
	join := parts.NewSection("Another computer's vault",
		"Open the profiles that you keep in a bucket or a folder: you need its address and the recovery code, its passphrase if it has one, or a picture of its QR code.", parts.Row(0, s.Join))
	about := parts.NewSection("About", "", s.about, s.tray)
	return widget.NewSimpleRenderer(parts.Page(s.Back, "Settings",
		parts.Column(look.Space, s.Vault, s.Recovery, join, s.History, s.Devices, s.Browser, s.Engines, s.Appearance, about)))
}
