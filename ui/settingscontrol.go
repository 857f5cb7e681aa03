package ui

import (
	"context"
	"fmt"
	"image"
	"strings"

	"valise/browser"
	"valise/engine/client"
	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/settings"
	"valise/ui/words"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
	"github.com/google/uuid"
)

// settingsControl has what the person does on the settings page done.
type settingsControl struct {
	desk   *desk
	screen *settings.Screen
}

func newSettingsControl(d *desk) *settingsControl {
	c := &settingsControl{desk: d, screen: settings.NewScreen()}
	s := c.screen
	s.OnBack = d.showList
	s.OnJoin = func() { d.join(false, d.showSettings) }
	s.Vault.Form.OnChooseFolder = func(chosen func(string)) { d.window.chooseFolder("A folder for the vault", chosen) }
	s.Vault.OnTest, s.Vault.OnConnect = c.test, c.connect
	s.Vault.OnDisconnect, s.Vault.OnSync = c.askDisconnect, d.syncing.now
	s.Recovery.Code = d.lib.RecoveryCode
	s.Recovery.Picture = func() (image.Image, error) { return d.lib.JoinLink().Picture(1) }
	s.Recovery.OnCopy = func(code string) {
		d.app.Clipboard().SetContent(code)
		d.window.tell(parts.Notice{Text: "The recovery code is in the clipboard. Put it somewhere safe, then copy something else."})
	}
	s.History.OnKeep = func(r profiles.Retention) { d.changeSettings(func(s *profiles.Settings) { s.Keep = r }) }
	s.History.OnCheckpoint = func(minutes int) { d.changeSettings(func(s *profiles.Settings) { s.CheckpointMinutes = minutes }) }
	s.History.OnPictures = func(on bool) { d.changeSettings(func(s *profiles.Settings) { s.NoPictures = !on }) }
	s.History.OnExpiry = func(days int) {
		d.change("say when profiles expire", func(ctx context.Context) error { return d.lib.SetVaultExpiry(ctx, days) }, nil)
	}
	s.Devices.OnForget = func(device profiles.Device) {
		d.change("take “"+device.Name+"” off the list", func(ctx context.Context) error { return d.lib.ForgetDevice(ctx, device.ID) }, c.readDevices)
	}
	s.History.OnCleanUp = c.lookForCleaning
	s.Browser.OnPick = c.pickBrowser
	s.Browser.OnChoose = func() { d.window.chooseFile("The browser's program", c.tryBrowser) }
	s.Engines.OnAdd, s.Engines.OnRemove = c.addEngine, c.removeEngine
	s.Appearance.OnMode = c.setMode
	return c
}

// open shows the settings as they are now, and the recovery code hidden.
func (c *settingsControl) open() {
	c.screen.Recovery.Conceal()
	c.screen.Vault.Say("", widget.MediumImportance)
	c.desk.syncing.refresh()
	c.readBrowsers()
	later(c.desk.main, func(context.Context) (profiles.Settings, error) { return c.desk.home.Settings() },
		func(s profiles.Settings, err error) {
			if err == nil {
				c.screen.Appearance.SetMode(look.Mode(s.Window.Theme))
				c.screen.History.Set(s)
			}
		})
	later(c.desk.main, c.desk.lib.VaultExpiry, func(days int, err error) {
		if err == nil {
			c.screen.History.SetExpiry(days)
		}
	})
	c.readDevices()
	tray := "This desktop shows no tray icons: closing the window quits Valise."
	if c.desk.tray.there {
		tray = "Closing the window leaves Valise in the tray."
	}
	version := c.desk.app.Metadata().Version
	if version == "" {
		version = "(development version)"
	}
	c.screen.SetAbout(fmt.Sprintf("Valise %s\nIts files are in %s, its log is %s.", version, c.desk.home.Dir, c.desk.home.LogFile()), tray)
}

// readDevices shows the computers that use the vault, when its place has told.
func (c *settingsControl) readDevices() {
	later(c.desk.main, c.desk.lib.Devices, func(devices []profiles.Device, err error) {
		if err == nil {
			c.screen.Devices.Set(devices)
		}
	})
}

// key is one that nothing on the page takes.
func (c *settingsControl) key(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		c.screen.OnBack()
	}
}

// test tries a place out, and says what a person should know before relying on it.
func (c *settingsControl) test(at vault.Location, keys vault.Credentials) {
	card := c.screen.Vault
	card.Busy(true)
	card.Say("Testing the connection…", widget.LowImportance)
	later(c.desk.main, func(ctx context.Context) (vault.Report, error) { return c.desk.lib.TestPlace(ctx, at, keys) },
		func(r vault.Report, err error) {
			card.Busy(false)
			c.desk.window.giveFocus(card.Test, c.screen)
			if err != nil {
				e := explain(err)
				card.Fail(e.toSay(), e.details)
				return
			}
			card.Say(c.reportText(r))
		})
}

// reportText is what a test found out, in words.
func (c *settingsControl) reportText(r vault.Report) (string, widget.Importance) {
	text, importance := "It works: reading, writing and listing.", widget.SuccessImportance
	if r.Resumes {
		text += " A large upload that breaks off goes on where it was."
	}
	switch {
	case r.Vault == nil:
		text += " No vault is kept there yet."
	case r.Vault.Vault == c.desk.syncing.status.Vault:
		text += fmt.Sprintf(" This vault is there already, with %s.", words.Count(r.Objects, "object"))
	default:
		text += " But another vault is kept there: choose another folder in the bucket, or use that vault with its recovery code."
		importance = widget.WarningImportance
	}
	for _, warning := range r.Warnings {
		text += "\n" + explain(warning).toSay()
		importance = widget.WarningImportance
	}
	return text, importance
}

// connect makes a place the vault's.
func (c *settingsControl) connect(at vault.Location, keys vault.Credentials) {
	card := c.screen.Vault
	card.Busy(true)
	card.Say("Connecting…", widget.LowImportance)
	later(c.desk.main, func(ctx context.Context) (vault.Report, error) { return c.desk.lib.Connect(ctx, at, keys) },
		func(r vault.Report, err error) {
			card.Busy(false)
			if err != nil {
				e := explain(err)
				card.Fail(e.toSay(), e.details)
				c.desk.window.giveFocus(card.Connect, c.screen)
				return
			}
			card.Form.Forget()
			var warnings []string
			for _, warning := range r.Warnings {
				warnings = append(warnings, explain(warning).toSay())
			}
			card.Say(strings.Join(warnings, "\n"), widget.WarningImportance)
			c.desk.syncing.connected(at)
			c.desk.window.giveFocus(card.Sync, c.screen)
			c.desk.window.tell(parts.Notice{
				Tone: parts.Good, Text: "The vault is kept in " + words.Place(at) + " too from now on. Write its recovery code down: other computers need it.",
			})
		})
}

// askDisconnect makes the vault one of this computer only.
func (c *settingsControl) askDisconnect() {
	d := c.desk
	text := "The vault stays complete on this computer. What is in " + words.PlaceIn(d.syncing.status.Place) + " stays there too, but gets nothing new; its access key is forgotten."
	if waiting := d.syncing.status.Waiting; waiting > 0 {
		text += fmt.Sprintf(" %s not sent yet.", words.Count(waiting, "object"))
	}
	parts.Confirm(d.window.Canvas(), "Disconnect the vault?", text, "Disconnect", func() {
		d.change("disconnect the vault", d.lib.Disconnect, func() {
			c.screen.Vault.Say("", widget.MediumImportance)
			d.syncing.refresh()
		})
	})
}

// lookForCleaning says what cleaning up would free, and asks whether it should be done.
func (c *settingsControl) lookForCleaning() {
	d, button := c.desk, c.screen.History.CleanUp
	button.Disable()
	later(d.main, func(ctx context.Context) (profiles.Pruned, error) {
		return d.lib.Prune(ctx, profiles.PruneOptions{DryRun: true}, nil)
	}, func(would profiles.Pruned, err error) {
		button.Enable()
		switch {
		case err != nil:
			d.window.fail("The vault could not be looked through", err, d.waysOn(err, uuid.Nil, c.lookForCleaning)...)
		case len(would.Snapshots) == 0 && would.Objects == 0:
			d.window.tell(parts.Notice{Text: "There is nothing to clean up." + passedOver(would)})
		default:
			parts.Confirm(d.window.Canvas(), "Clean up the vault?",
				fmt.Sprintf("%s would go, which frees %s. Those with a label, branches and the newest stay.%s",
					words.Capital(words.Count(len(would.Snapshots), "snapshot")), words.Size(would.Freed), passedOver(would)),
				"Clean up", c.cleanUp)
		}
	})
}

// passedOver says which profiles cleaning up leaves alone.
func passedOver(p profiles.Pruned) string {
	text := ""
	if len(p.Open) > 0 {
		text += " Open, and left alone: " + words.List(p.Open, 5) + "."
	}
	if len(p.Damaged) > 0 {
		text += " Damaged, and left alone: " + words.List(p.Damaged, 5) + "."
	}
	return text
}

// cleanUp takes out of the histories what is no longer kept.
func (c *settingsControl) cleanUp() {
	d := c.desk
	later(d.main, func(ctx context.Context) (profiles.Pruned, error) {
		return d.lib.Prune(ctx, profiles.PruneOptions{}, nil)
	},
		func(p profiles.Pruned, err error) {
			if err != nil {
				d.window.fail("The vault could not be cleaned up", err, d.waysOn(err, uuid.Nil, c.cleanUp)...)
				return
			}
			d.reload()
			d.syncing.refresh()
			d.window.tell(parts.Notice{
				Tone: parts.Good,
				Text: fmt.Sprintf("%s cleaned up, %s freed.", words.Capital(words.Count(len(p.Snapshots), "snapshot")), words.Size(p.Freed)),
			})
		})
}

// readBrowsers looks for browsers.
func (c *settingsControl) readBrowsers() {
	type state struct {
		found  []browser.Browser
		chosen string
		used   browser.Browser
	}
	later(c.desk.main, func(ctx context.Context) (s state, err error) {
		s.found, _ = c.desk.lib.Browsers(ctx) // none: the next call says so
		if chosen, err := c.desk.home.Settings(); err == nil {
			s.chosen = chosen.Browser
		}
		s.used, err = c.desk.lib.Browser(ctx)
		return s, err
	}, func(s state, err error) {
		trouble := ""
		if err != nil {
			e := explain(err)
			trouble = e.what + " " + e.next
		}
		c.screen.Browser.SetBrowsers(s.found, s.chosen, s.used, trouble)
		c.desk.list.screen.Warn(trouble)
	})
}

// tryBrowser looks at a program that the person chose, before it is used.
func (c *settingsControl) tryBrowser(path string) {
	later(c.desk.main, func(ctx context.Context) (browser.Browser, error) { return browser.At(ctx, path) },
		func(b browser.Browser, err error) {
			if err != nil {
				c.desk.window.fail("This cannot be used as a browser", err)
				return
			}
			c.pickBrowser(b.Path)
		})
}

// addEngine tries an engine out, and remembers it.
func (c *settingsControl) addEngine(e profiles.KnownEngine, key string) {
	card, d := c.screen.Engines, c.desk
	card.Busy(true)
	card.Say("Trying it out…", widget.LowImportance)
	later(d.main, func(ctx context.Context) (found []profiles.Profile, err error) {
		if e.Kind, err = client.Tell(ctx, e); err != nil {
			return nil, err
		}
		return client.Add(ctx, d.lib, e, key)
	}, func(found []profiles.Profile, err error) {
		card.Busy(false)
		if err != nil {
			e := explain(err)
			card.Fail(e.toSay(), e.details)
			return
		}
		card.Added()
		works := "It works: its vault has " + words.Count(len(found), "profile") + "."
		if found == nil {
			works = "It works."
		}
		card.Say(works, widget.SuccessImportance)
		d.remotes.readEngines()
	})
}

// removeEngine forgets an engine. What runs there goes on.
func (c *settingsControl) removeEngine(name string) {
	d := c.desk
	d.change("remove the engine", func(ctx context.Context) error { return d.lib.RemoveEngine(ctx, name) }, func() {
		d.remotes.readEngines()
	})
}

// pickBrowser has sessions start another browser from now on.
func (c *settingsControl) pickBrowser(path string) {
	c.desk.change("choose the browser", func(context.Context) error {
		return c.desk.home.ChangeSettings(func(s *profiles.Settings) { s.Browser = path })
	}, c.readBrowsers)
}

// setMode changes the colours, now and for the next start.
func (c *settingsControl) setMode(mode look.Mode) {
	c.desk.app.Settings().SetTheme(look.New(mode))
	c.desk.changeSettings(func(s *profiles.Settings) { s.Window.Theme = string(mode) })
}
