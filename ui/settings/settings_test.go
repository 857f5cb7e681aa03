package settings_test

import (
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"valise/browser"
	"valise/profiles"
	"valise/profiles/vault"
	"valise/ui/look"
	"valise/ui/parts"
	"valise/ui/settings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// app runs what follows in Valise's colours.
func app(t *testing.T) { test.NewTempApp(t).Settings().SetTheme(look.New(look.Light)) }

func show(t *testing.T, page fyne.CanvasObject) {
	test.NewTempWindow(t, page).Resize(fyne.NewSize(900, 700))
}

func TestABucketIsRead(t *testing.T) {
	app(t)
	for _, c := range []struct {
		bucket, prefix, endpoint string
		want                     vault.Location
	}{
		{"my-bucket", "", "", vault.Location{Bucket: "my-bucket"}},
		{" s3://my-bucket/deep/in/ ", "", "", vault.Location{Bucket: "my-bucket", Prefix: "deep/in"}},
		{"my-bucket", "/valise/", "s3.example.org", vault.Location{Bucket: "my-bucket", Prefix: "valise", Endpoint: "https://s3.example.org"}},
		{"my-bucket", "", "http://127.0.0.1:9000/", vault.Location{Bucket: "my-bucket", Endpoint: "http://127.0.0.1:9000"}},
	} {
		f := settings.NewPlaceForm()
		f.Bucket.Entry.SetText(c.bucket)
		f.Prefix.Entry.SetText(c.prefix)
		f.Endpoint.Entry.SetText(c.endpoint)
		f.AccessKey.Entry.SetText("access")
		f.SecretKey.Entry.SetText("secret")
		at, keys, right := f.Read()
		if !right || at != c.want || keys != (vault.Credentials{AccessKey: "access", SecretKey: "secret"}) {
			t.Errorf("%+v: read as %+v, right: %v", c, at, right)
		}
	}
}

func TestWhatIsWrongIsSaidBesideTheField(t *testing.T) {
	app(t)
	for _, c := range []struct {
		what    string
		fill    func(*settings.PlaceForm)
		blaming func(*settings.PlaceForm) *parts.Field
	}{
		{"no bucket", func(*settings.PlaceForm) {}, func(f *settings.PlaceForm) *parts.Field { return f.Bucket }},
		{"a name that no bucket has", func(f *settings.PlaceForm) { f.Bucket.Entry.SetText("my bucket") },
			func(f *settings.PlaceForm) *parts.Field { return f.Bucket }},
		{"an endpoint that is none", func(f *settings.PlaceForm) { f.Bucket.Entry.SetText("my-bucket"); f.Endpoint.Entry.SetText("ftp://x") },
			func(f *settings.PlaceForm) *parts.Field { return f.Endpoint }},
		{"an access key without its secret", func(f *settings.PlaceForm) { f.Bucket.Entry.SetText("my-bucket"); f.AccessKey.Entry.SetText("a") },
			func(f *settings.PlaceForm) *parts.Field { return f.SecretKey }},
		{"a path that is not whole", func(f *settings.PlaceForm) { f.Kind.SetSelected(settings.KindFolder); f.Folder.Entry.SetText("backup") },
			func(f *settings.PlaceForm) *parts.Field { return f.Folder }},
	} {
		f := settings.NewPlaceForm()
		c.fill(f)
		field := c.blaming(f)
		if _, _, right := f.Read(); right || field.Complaint() == "" {
			t.Errorf("%s: taken as right: %v, complaint %q", c.what, right, field.Complaint())
		}
		test.Type(field.Entry, "x")
		if field.Complaint() != "" {
			t.Errorf("%s: still complains after typing: %q", c.what, field.Complaint())
		}
	}
}

func TestTheSecretIsHiddenAndForgotten(t *testing.T) {
	app(t)
	f := settings.NewPlaceForm()
	if !f.SecretKey.Entry.Password || f.AccessKey.Entry.Password {
		t.Error("the secret key can be read over a shoulder")
	}
	f.AccessKey.Entry.SetText("access")
	f.SecretKey.Entry.SetText("secret")
	f.Forget()
	if f.SecretKey.Entry.Text+f.AccessKey.Entry.Text != "" {
		t.Error("the keys are still in the form")
	}
}

func TestTheRecoveryCodeIsHiddenUntilItIsAskedFor(t *testing.T) {
	const code = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
	app(t)
	s := settings.NewScreen()
	asked := 0
	s.Recovery.Code = func() string { asked++; return code }
	s.Recovery.Picture = func() (image.Image, error) { asked++; return image.NewGray(image.Rect(0, 0, 61, 61)), nil }
	copied := ""
	s.Recovery.OnCopy = func(text string) { copied = text }
	show(t, s)
	if asked > 0 || s.Recovery.Text() != "" || s.Recovery.QR() != nil {
		t.Fatalf("it shows %q and the picture %v", s.Recovery.Text(), s.Recovery.QR())
	}
	test.Tap(s.Recovery.Reveal)
	if s.Recovery.Text() != code || s.Recovery.QR() == nil {
		t.Errorf("it shows %q and the picture %v", s.Recovery.Text(), s.Recovery.QR())
	}
	test.Tap(s.Recovery.Copy)
	if copied != code {
		t.Errorf("copied was %q", copied)
	}
	s.Recovery.Conceal()
	if s.Recovery.Text() != "" || s.Recovery.QR() != nil {
		t.Error("it is still shown")
	}
}

func TestTheVaultCardFitsTheVault(t *testing.T) {
	app(t)
	s := settings.NewScreen()
	show(t, s)
	s.Vault.SetStatus(profiles.VaultStatus{})
	if !visible(s, s.Vault.Connect) || visible(s, s.Vault.Disconnect) {
		t.Error("a vault in this computer only should offer to connect, not to disconnect")
	}
	s.Vault.SetStatus(profiles.VaultStatus{Place: "s3://my-bucket", Waiting: 2})
	if visible(s, s.Vault.Connect) || !visible(s, s.Vault.Disconnect) || !visible(s, s.Vault.Sync) {
		t.Error("a connected vault should offer to sync and to disconnect, not to connect")
	}
}

// visible says whether a thing on a page can be seen: neither it nor what it is in is hidden.
func visible(page, thing fyne.CanvasObject) bool {
	if !page.Visible() {
		return false
	}
	inside := []fyne.CanvasObject{}
	switch p := page.(type) {
	case *fyne.Container:
		inside = p.Objects
	case fyne.Widget:
		inside = test.WidgetRenderer(p).Objects()
	}
	return page == thing || slices.ContainsFunc(inside, func(o fyne.CanvasObject) bool { return visible(o, thing) })
}

func TestABrowserIsPickedByThePersonOnly(t *testing.T) {
	app(t)
	s := settings.NewScreen()
	picked := []string{}
	s.Browser.OnPick = func(path string) { picked = append(picked, path) }
	found := []browser.Browser{{Path: "/a", Name: "Chromium", Version: "156"}, {Path: "/b", Name: "Brave", Version: "1.9"}}
	s.Browser.SetBrowsers(found, "/b", found[1], "")
	if s.Browser.Pick.Selected != "Brave 1.9" || len(picked) > 0 {
		t.Errorf("%q is selected, picked were %q", s.Browser.Pick.Selected, picked)
	}
	s.Browser.Pick.SetSelected("Chromium 156")
	s.Browser.Pick.SetSelectedIndex(0)
	if want := []string{"/a", ""}; strings.Join(picked, ",") != strings.Join(want, ",") {
		t.Errorf("picked were %q, want %q", picked, want)
	}
}

func TestJoiningAsksForPlaceAndCode(t *testing.T) {
	app(t)
	f := settings.NewJoinForm(false)
	joined := 0
	f.OnJoin = func(at vault.Location, c vault.Credentials, code string, setAside bool) {
		joined++
		if at.Folder != "/media/stick" || code != "AAAAA" || setAside {
			t.Errorf("joining %+v with %q, set aside: %v", at, code, setAside)
		}
	}
	show(t, f)
	test.Tap(f.Join)
	if joined > 0 || f.Form.Bucket.Complaint() == "" || f.Code.Complaint() == "" {
		t.Error("an empty form does not say what it misses")
	}
	f.Form.Kind.SetSelected(settings.KindFolder)
	f.Form.Folder.Entry.SetText("/media/stick")
	f.Code.Entry.SetText("  AAAAA\n")
	test.Tap(f.Join)
	if joined != 1 {
		t.Error("the form was not sent")
	}
	f.Say("no", widget.DangerImportance)
	if f.Said() != "no" {
		t.Errorf("it says %q", f.Said())
	}
}

func TestAPictureFillsTheFormAndShowsNothingOfItsCode(t *testing.T) {
	app(t)
	f := settings.NewJoinForm(false)
	sent, where := "", vault.Location{}
	f.OnJoin = func(at vault.Location, _ vault.Credentials, code string, _ bool) { sent, where = code, at }
	show(t, f)
	link := profiles.JoinLink{At: vault.Location{Bucket: "my-bucket", Prefix: "valise", Region: "eu-home-1"}, Code: "AAAAA-BBBBB"}
	f.Take(link)
	if visible(f, f.Code) || f.Code.Entry.Text != "" || f.Next() != f.Form.AccessKey.Entry {
		t.Errorf("the code is shown as %q, and %T is next", f.Code.Entry.Text, f.Next())
	}
	f.Form.AccessKey.Entry.SetText("access")
	f.Form.SecretKey.Entry.SetText("secret")
	test.Tap(f.Join)
	if sent != link.Code || where != link.At {
		t.Errorf("sent %q for %+v", sent, where)
	}
	f.Complain("no")
	if !visible(f, f.Code) || f.Code.Complaint() != "no" {
		t.Error("another code cannot be typed")
	}
	f.Code.Entry.SetText("a passphrase")
	test.Tap(f.Join)
	if sent != "a passphrase" {
		t.Errorf("then it sends %q", sent)
	}
}

func TestAVaultThatLostItsKeyAsksForTheCodeAlone(t *testing.T) {
	app(t)
	f := settings.NewJoinForm(true)
	var at vault.Location
	sent := ""
	f.OnJoin = func(where vault.Location, _ vault.Credentials, code string, _ bool) { at, sent = where, code }
	show(t, f)
	f.Code.Entry.SetText("AAAAA")
	test.Tap(f.Join)
	if sent != "AAAAA" || at != (vault.Location{}) {
		t.Errorf("sent %q for %+v", sent, at)
	}
}

func TestWhatIsKeptIsChosenByThePersonOnly(t *testing.T) {
	app(t)
	page := settings.NewScreen()
	show(t, page)
	var kept []profiles.Retention
	var minutes []int
	var pictures []bool
	page.History.OnKeep = func(r profiles.Retention) { kept = append(kept, r) }
	page.History.OnCheckpoint = func(n int) { minutes = append(minutes, n) }
	page.History.OnPictures = func(on bool) { pictures = append(pictures, on) }

	page.History.Set(profiles.Settings{})
	if got := page.History.Last.Selected + ", " + page.History.Days.Selected; got != "the last 20, one a day for 30 days" {
		t.Errorf("where nothing was chosen it says %q", got)
	}
	if page.History.Checkpoint.Selected != "every 3 minutes" || !page.History.Pictures.Checked {
		t.Errorf("where nothing was chosen it says %q, pictures: %v", page.History.Checkpoint.Selected, page.History.Pictures.Checked)
	}
	page.History.Set(profiles.Settings{Keep: profiles.Retention{Last: 33, Days: -1}, CheckpointMinutes: -5, NoPictures: true})
	if got := page.History.Last.Selected + ", " + page.History.Days.Selected; got != "the last 33, no more than that" {
		t.Errorf("of another number it says %q", got)
	}
	if len(kept)+len(minutes)+len(pictures) > 0 {
		t.Error("showing what is chosen chooses")
	}
	page.History.Last.SetSelected("the last 50")
	page.History.Checkpoint.SetSelected("every 10 minutes")
	test.Tap(page.History.Pictures)
	if !slices.Equal(kept, []profiles.Retention{{Last: 50, Days: -1}}) || !slices.Equal(minutes, []int{10}) || !slices.Equal(pictures, []bool{true}) {
		t.Errorf("chosen are %v, %v and %v", kept, minutes, pictures)
	}
}

func TestWhenProfilesExpireIsChosenByThePersonOnly(t *testing.T) {
	app(t)
	page := settings.NewScreen()
	show(t, page)
	var chosen []int
	page.History.OnExpiry = func(days int) { chosen = append(chosen, days) }
	for days, words := range map[int]string{0: "never", 90: "after 90 days", 45: "after 45 days"} {
		if page.History.SetExpiry(days); page.History.Expiry.Selected != words {
			t.Errorf("of %d days it says %q", days, page.History.Expiry.Selected)
		}
	}
	if len(chosen) > 0 {
		t.Errorf("showing what is chosen chooses %v", chosen)
	}
	page.History.SetExpiry(0)
	page.History.Expiry.SetSelected("after 30 days")
	if !slices.Equal(chosen, []int{30}) {
		t.Errorf("chosen are %v", chosen)
	}
}

func TestDevicesAreListedAndTakenOffTheList(t *testing.T) {
	app(t)
	page := settings.NewScreen()
	show(t, page)
	if page.Devices.Visible() {
		t.Error("without devices there is a list of them")
	}
	var forgotten []string
	page.Devices.OnForget = func(d profiles.Device) { forgotten = append(forgotten, d.Name) }
	page.Devices.Set([]profiles.Device{{Name: "desk", Here: true}, {Name: "laptop", Used: time.Now().Add(-48 * time.Hour)}})
	if !page.Devices.Visible() || len(page.Devices.Forget) != 1 {
		t.Fatalf("%d devices can be taken off", len(page.Devices.Forget))
	}
	test.Tap(page.Devices.Forget[0])
	if !slices.Equal(forgotten, []string{"laptop"}) {
		t.Errorf("taken off were %q", forgotten)
	}
}

func TestTheModeIsChosenByThePersonOnly(t *testing.T) {
	app(t)
	s := settings.NewScreen()
	var chosen []look.Mode
	s.Appearance.OnMode = func(m look.Mode) { chosen = append(chosen, m) }
	s.Appearance.SetMode(look.Dark)
	if s.Appearance.Mode.Selected != "Dark" || len(chosen) > 0 {
		t.Errorf("%q is selected, chosen were %q", s.Appearance.Mode.Selected, chosen)
	}
	s.Appearance.Mode.SetSelected("Light")
	if len(chosen) != 1 || chosen[0] != look.Light {
		t.Errorf("chosen were %q", chosen)
	}
}
