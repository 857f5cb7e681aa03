package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"valise/crypto"
	"valise/profiles"
	"valise/ui/list"
	"valise/ui/look"
	"valise/ui/profile"
	"valise/ui/settings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestTheFirstStartHelps(t *testing.T) {
	b := start(t)
	if !b.reads("A browser to pack up") || !b.reads("In this computer only: no profiles, 0 B") {
		t.Errorf("it shows %q", b.texts())
	}
	b.tap("Use an existing vault")
	b.tap("Back")
	if !b.reads("A browser to pack up") {
		t.Errorf("back on the list it shows %q", b.texts())
	}
}

func TestASessionIsSeenFromOpeningToItsReceipt(t *testing.T) {
	b := start(t)
	s := b.open(profiles.How{Save: profiles.SaveNew, Name: "Work"})
	b.until("the profile being open", func() bool { return b.state("Work") == "open" })
	if !b.reads("In this computer only: 1 profile, nothing saved yet") {
		t.Errorf("while it is open the window shows %q", b.texts())
	}
	b.tap("Close and save")
	b.until("the receipt", func() bool { return b.reads("“Work” is saved") })
	b.until("the profile being saved", func() bool { return b.state("Work") == "saved" })
	b.tap("Details")
	if !b.reads("Where: in this computer only.") {
		t.Errorf("the details are not among %q", b.texts())
	}
	select {
	case <-s.Done():
	default:
		t.Error("the session still runs")
	}
}

func TestAThrowawayHasALineOfItsOwn(t *testing.T) {
	b := start(t)
	p := b.pack("Work")
	b.open(profiles.How{Load: p.ID, Save: profiles.SaveNowhere})
	b.until("the throwaway", func() bool { return slices.Equal(b.names(), []string{"Work", "Work"}) && b.reads("throwaway") })
	b.tap("Close")
	b.until("the receipt", func() bool { return b.reads("Nothing of it was saved.") })
	b.until("the line being gone", func() bool { return len(b.names()) == 1 })
}

func TestAProfileIsRenamedForkedTrashedAndPutBack(t *testing.T) {
	b := start(t)
	p := b.pack("Work")
	entry := func() list.Entry { return b.desk.list.screen.Entries()[0] }

	b.desk.do(list.Rename, entry())
	b.enter("Office")
	b.until("the new name", b.has("Office"))

	b.desk.do(list.Fork, entry())
	b.enter("office")
	if !b.reads("There is a profile named “Office” already.") {
		t.Errorf("a name that is taken goes through: %q", b.texts())
	}
	b.enter("Copy")
	b.until("the fork", b.has("Copy"))

	office, _ := b.desk.find(p.ID)
	b.desk.do(list.Trash, list.Entry{Profile: office})
	b.until("the profile being gone", func() bool { return slices.Equal(b.names(), []string{"Copy"}) })
	b.tap("Undo")
	b.until("the profile being back", b.has("Office"))
}

func TestADamagedProfileLeadsToItsHistory(t *testing.T) {
	b := start(t)
	p := b.pack("Work")
	b.damage(p)
	b.desk.do(list.Open, list.Entry{Profile: p})
	b.until("the failure", func() bool { return b.reads("The data is damaged") })
	if state := b.state("Work"); state != "saved" {
		t.Errorf("behind the failure the profile is %q", state)
	}
	b.tap("Show history")
	if !b.window.shows(b.desk.profile.screen) || b.desk.profile.screen.Profile().ID != p.ID {
		t.Error("it does not lead to the history")
	}
}

// damage changes a byte in the middle of a profile's snapshot.
func (b *bench) damage(p profiles.Profile) {
	b.t.Helper()
	found, err := filepath.Glob(filepath.Join(b.home.Dir, "vaults", "*", "profiles", p.ID.String(), p.Newest.String()+"*"))
	if err != nil || len(found) != 1 {
		b.t.Fatalf("the snapshot is in %v, %v", found, err)
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		b.t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.Chmod(found[0], 0o600); err != nil { // it is read-only
		b.t.Fatal(err)
	}
	if err := os.WriteFile(found[0], data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func TestEscapeLeavesTheFieldAndThenThePage(t *testing.T) {
	b := start(t)
	b.desk.showSettings()
	s := b.desk.settings.screen
	for _, thing := range []fyne.Focusable{s.Vault.Test, s.Browser.Pick} {
		b.window.Canvas().Focus(thing)
		b.press(fyne.KeyEscape)
		if !b.window.shows(b.desk.list.screen) {
			t.Errorf("Escape on %T does not lead back", thing)
		}
		b.desk.showSettings()
	}
	b.window.Canvas().Focus(s.Vault.Form.Bucket.Entry)
	b.press(fyne.KeyEscape)
	if b.window.Canvas().Focused() != nil || !b.window.shows(s) {
		t.Error("Escape in a field does not just leave the field")
	}
	b.press(fyne.KeyEscape)
	if !b.window.shows(b.desk.list.screen) {
		t.Error("the second Escape does not lead back")
	}
}

func TestRollingBackCanBeUndone(t *testing.T) {
	b := start(t)
	first := b.pack("Work")
	if _, err := b.open(profiles.How{Load: first.ID, Save: profiles.SaveSame, URLs: []string{"about:version"}}).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.until("two snapshots", func() bool { p, _ := b.desk.find(first.ID); return p.Snapshots == 2 })
	second, _ := b.desk.find(first.ID)
	newest := func() int64 {
		history, err := b.desk.lib.History(t.Context(), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		return history[0].Size
	}
	sizes := map[string]int64{"second": newest()}

	b.desk.do(list.History, list.Entry{Profile: second})
	b.tap("Roll back")
	b.tap("Roll back") // yes
	b.until("the receipt", func() bool { return b.reads("“Work” is as it was") })
	b.until("the third snapshot", func() bool { return len(b.desk.profile.screen.Timeline.Rows) == 3 })
	b.tap("Undo")
	b.until("the fourth snapshot", func() bool { return len(b.desk.profile.screen.Timeline.Rows) == 4 })
	if got := newest(); got != sizes["second"] {
		t.Errorf("after the undo the newest has %d bytes, want %d as before", got, sizes["second"])
	}
}

func TestASnapshotIsLabelledComparedAndDiscarded(t *testing.T) {
	b := start(t)
	p := b.pack("Work")
	if _, err := b.open(profiles.How{Load: p.ID, Save: profiles.SaveSame, URLs: []string{"about:version"}}).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.until("two snapshots", func() bool { p, _ = b.desk.find(p.ID); return p.Snapshots == 2 })
	page := b.desk.profile.screen
	b.desk.do(list.History, list.Entry{Profile: p})
	b.until("its history", func() bool { return len(page.Timeline.Rows) == 2 })

	b.press(fyne.KeyDown) // to the newest
	b.press(fyne.KeyDown) // to the one before
	b.press(fyne.KeyF2)
	b.enter("empty cart")
	b.until("the label", func() bool { return slices.Contains(page.Timeline.Rows[1].Marks(), "empty cart") })
	page.OnSnapshot(profile.Label, page.Timeline.Rows[0].Snapshot)
	b.enter("Empty Cart")
	if !b.reads("has that label already") {
		t.Errorf("two snapshots may have one label: %q", b.texts())
	}
	b.press(fyne.KeyEscape)

	page.OnSnapshot(profile.CompareNewest, page.Timeline.Rows[1].Snapshot)
	b.until("what changed", func() bool {
		return b.reads("What changed in “Work”") && !b.reads("Unpacking") && b.window.shows(b.desk.profile.comparison)
	})
	b.press(fyne.KeyEscape)
	if !b.window.shows(page) || b.window.Canvas().Focused() != fyne.Focusable(page.Timeline.Rows[1]) {
		t.Errorf("Escape does not lead back to the snapshot, but to %v", b.window.Canvas().Focused())
	}

	page.OnSnapshot(profile.Discard, page.Timeline.Rows[1].Snapshot)
	b.tap("Discard")
	b.until("one snapshot", func() bool { return len(page.Timeline.Rows) == 1 })

	b.desk.showSettings()
	b.tap("Clean up now…")
	b.until("an answer", func() bool { return b.reads("There is nothing to clean up.") })
}

func TestARunningSessionIsSavedNow(t *testing.T) {
	b := start(t)
	b.open(profiles.How{Save: profiles.SaveNew, Name: "Work", URLs: []string{"about:version"}})
	b.until("it being open", func() bool { return b.state("Work") == "open" })
	b.desk.do(list.SaveNow, b.desk.list.screen.Entries()[0])
	b.until("the receipt", func() bool { return b.reads("“Work” is saved as it is now, as a checkpoint.") })
}

func TestQuittingAsksClosesAndSaves(t *testing.T) {
	b := start(t)
	s := b.open(profiles.How{Save: profiles.SaveNew, Name: "Work"})
	b.until("the profile being open", func() bool { return b.state("Work") == "open" })

	b.window.closed() // there is no tray
	if !b.reads("Close 1 browser and save?") {
		t.Fatalf("it asks %q", b.texts())
	}
	b.tap("Cancel")
	if b.test.quit {
		t.Fatal("Cancel quits")
	}
	b.quit.ask()
	b.tap("Save and quit")
	b.until("the end", func() bool { return b.test.quit })
	if r, err := s.Result(); err != nil || r.Outcome != profiles.Saved {
		t.Errorf("the session ended with %+v, %v", r, err)
	}
}

func TestWithoutSessionsQuittingAsksNothing(t *testing.T) {
	b := start(t)
	b.quit.ask()
	b.until("the end", func() bool { return b.test.quit })
}

// A signal ends Fyne's loop at once: the sessions are closed and saved by what comes after it.
func TestASignalSavesToo(t *testing.T) {
	b := start(t)
	s := b.open(profiles.How{Save: profiles.SaveNew, Name: "Work"})
	b.end()
	if r, err := s.Result(); err != nil || r.Outcome != profiles.Saved {
		t.Errorf("the session ended with %+v, %v", r, err)
	}
}

func TestTheVaultIsConnectedAndUsedElsewhere(t *testing.T) {
	place := t.TempDir()
	b := start(t)
	b.pack("Work")
	b.connect(place)
	code := b.desk.lib.RecoveryCode()
	b.end()

	other := start(t)
	other.tap("Use an existing vault")
	form := other.window.page.Objects[0].(*settings.JoinForm)
	form.Form.Kind.SetSelected(settings.KindFolder)
	form.Form.Folder.Entry.SetText(place)
	form.Code.Entry.SetText(misspelled(code))
	other.tap("Use this vault")
	other.until("the complaint", func() bool { return strings.Contains(form.Code.Complaint(), "Group 2") })
	if other.window.Canvas().Focused() != form.Code.Entry {
		t.Errorf("after a typing error %T has the focus", other.window.Canvas().Focused())
	}
	form.Code.Entry.SetText(crypto.NewKey().RecoveryCode())
	other.tap("Use this vault")
	other.until("the complaint", func() bool { return strings.Contains(form.Code.Complaint(), "another vault") })
	form.Code.Entry.SetText(strings.ToLower(code))
	other.tap("Use this vault")
	other.until("the profile", func() bool { return other.desk != nil && slices.Equal(other.names(), []string{"Work"}) })
}

// connect keeps the vault in a folder too.
func (b *bench) connect(folder string) {
	b.t.Helper()
	b.desk.showSettings()
	card := b.desk.settings.screen.Vault
	card.Form.Kind.SetSelected(settings.KindFolder)
	card.Form.Folder.Entry.SetText(folder)
	test.Tap(card.Test)
	b.until("the test", func() bool { return strings.Contains(card.Said(), "No vault is kept there yet.") })
	if b.window.Canvas().Focused() != card.Test {
		b.t.Errorf("after the test %T has the focus", b.window.Canvas().Focused())
	}
	test.Tap(card.Connect)
	b.until("the place", func() bool { return b.desk.syncing.status.Place != "" && card.Said() != "Connecting…" })
	if b.window.Canvas().Focused() != card.Sync || card.Said() != "" {
		b.t.Errorf("once connected %T has the focus, and the card says %q", b.window.Canvas().Focused(), card.Said())
	}
	b.until("the sync", func() bool {
		s := b.desk.syncing.status
		return s.Place != "" && s.Waiting == 0 && !s.LastSync.IsZero()
	})
	b.desk.showList()
}

// misspelled is a recovery code with a typing error in its second group.
func misspelled(code string) string {
	wrong := byte('7')
	if code[8] == wrong {
		wrong = '9'
	}
	return code[:8] + string(wrong) + code[9:]
}

func TestStartingSaysWhatIsWrong(t *testing.T) {
	t.Run("the key is missing, and the recovery code brings it back", func(t *testing.T) {
		home := newHome(t)
		b := startIn(t, home)
		b.until("the library", func() bool { return b.desk != nil })
		code := b.desk.lib.RecoveryCode()
		b.end()
		if err := os.Remove(os.Getenv("VALISE_KEY_FILE")); err != nil {
			t.Fatal(err)
		}
		b = startIn(t, home)
		b.tap("Enter recovery code")
		b.window.page.Objects[0].(*settings.JoinForm).Code.Entry.SetText(code)
		b.tap("Use this vault")
		b.until("the library", func() bool { return b.desk != nil })
	})
	t.Run("there is no keyring", func(t *testing.T) {
		home := newHome(t)
		t.Setenv("VALISE_KEY_FILE", "")
		b := startIn(t, home)
		b.until("the problem", func() bool { return b.reads("Valise needs a keyring") })
	})
	t.Run("the settings are damaged", func(t *testing.T) {
		home := newHome(t)
		file := filepath.Join(home.Dir, "settings.json")
		if err := os.WriteFile(file, []byte(`{"vault":`), 0o600); err != nil {
			t.Fatal(err)
		}
		b := startIn(t, home)
		b.until("the problem", func() bool { return b.reads("The settings are damaged") })
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		b.tap("Try again")
		b.until("the library", func() bool { return b.desk != nil })
	})
	t.Run("there is no browser", func(t *testing.T) {
		home := newHome(t)
		t.Setenv("VALISE_BROWSER", filepath.Join(t.TempDir(), "nothing"))
		b := startIn(t, home)
		b.until("the warning", func() bool { return b.reads("No browser was found that Valise can use.") })
		b.tap("Choose a browser")
		if !b.window.shows(b.desk.settings.screen) {
			t.Error("it does not lead to the settings")
		}
	})
}

func TestColoursAndSizeAreRemembered(t *testing.T) {
	home := newHome(t)
	b := startIn(t, home)
	b.until("the library", func() bool { return b.desk != nil })
	b.desk.showSettings()
	b.until("the settings", func() bool { return b.desk.settings.screen.Appearance.Mode.Selected != "" })
	b.desk.settings.screen.Appearance.Mode.SetSelected("Dark")
	b.until("the settings on disk", func() bool {
		s, err := home.Settings()
		return err == nil && s.Window.Theme == "dark"
	})
	b.window.Resize(fyne.NewSize(812, 604))
	b.end()

	b = startIn(t, home)
	if size := b.window.Canvas().Size(); size != fyne.NewSize(812, 604) {
		t.Errorf("the window is %v", size)
	}
	if got := theme.Color(theme.ColorNameBackground); got != look.New(look.Dark).Color(theme.ColorNameBackground, theme.VariantLight) {
		t.Errorf("the background is %v", got)
	}
}
