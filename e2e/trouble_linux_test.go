package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
	"valise/ui/look"
)

// Without a keyring there is no vault, and the window says so; with one the same window goes on.
func TestTheWindowWaitsForAKeyring(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	d.errors = true
	bus := testenv.Bus(t)
	d.computer = d.with(testenv.BusEnv(bus))
	d.start()

	d.awaitButton()
	d.keep("no-keyring")
	d.press() // Try again
	d.awaitButton()
	if left := files(t, d.home, "vaults", "*"); len(left) > 0 {
		t.Errorf("without a keyring it has made %v", left)
	}
	testenv.KeyringOn(t, bus)
	d.press()
	d.awaitAccent(firstProfile)
	if made := files(t, d.home, "vaults", "*"); len(made) != 1 {
		t.Errorf("with a keyring it has made %v", made)
	}
	d.quit()
}

// A vault goes to a bucket on one computer and comes from there on another, with what people get wrong on the way.
func TestAVaultGoesThroughABucketByTheWindow(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	first := newDesktop(t)
	first.errors = true
	first.logIn(site, "ada", "new", "Shop")
	first.start()
	first.awaitList("Shop: saved")

	first.click(openSettings)
	first.awaitAccent(connect)
	first.keep("settings")
	first.click(bucketOfVault)
	first.fillIn(server, "wrong"+server.SecretKey)
	first.screen.Key("Tab", "Return") // past Test connection
	first.awaitText(look.Bad)
	first.keep("settings-wrong-secret")
	if place := first.placeOfVault(); place != "" {
		t.Errorf("with a wrong secret the vault is connected to %q", place)
	}
	if objects := files(t, server.DataDir, server.Bucket, "*"); len(objects) > 0 {
		t.Errorf("with a wrong secret the bucket has %v", objects)
	}

	first.click(secretOfVault)
	first.screen.Key("ctrl+a")
	first.screen.Type(server.SecretKey)
	first.screen.Key("Tab", "Tab", "Return")
	first.awaitText(look.Good)
	if place := first.placeOfVault(); !strings.HasPrefix(place, "s3://") {
		t.Errorf("the vault is connected to %q", place)
	}
	testenv.Until(t, "the profile to be in the bucket", func() bool { return first.waiting() == 0 })
	if objects := files(t, server.DataDir, server.Bucket, "of", "ours", "profiles", "*", "*.valise"); len(objects) != 1 {
		t.Errorf("the bucket has %v", objects)
	}

	testenv.Until(t, "the form to be gone", func() bool {
		_, form := first.picture().accent()
		return !form
	})
	first.keep("settings-connected")
	first.click(copyCode)
	testenv.Until(t, "the recovery code to be on the clipboard", func() bool { return first.screen.Clipboard() != "" })
	code := first.screen.Clipboard()
	if right := strings.TrimSpace(first.recoveryCode()); code != right {
		t.Errorf("another code is on the clipboard than `vault key` prints")
	}
	first.quit()

	second := newDesktop(t).inTheDark()
	second.errors = true
	second.startFirst()
	second.keep("first-start")
	second.click(existingVault)
	second.awaitAccent(join)
	second.click(bucketToJoin)
	second.fillIn(server, server.SecretKey)
	second.screen.Paste(mistyped(code))
	second.screen.Key("Tab", "Return")
	second.awaitText(look.Bad)
	second.keep("join-wrong-code")
	if left := files(t, second.home, "vaults", "*", "profiles", "*"); len(left) > 0 {
		t.Errorf("with a wrong code it has %v", left)
	}
	second.click(codeToJoin)
	second.screen.Key("ctrl+a")
	second.screen.Paste(code)
	second.screen.Key("Tab", "Return")
	second.awaitList("Shop: saved")
	second.keep("joined")
	second.screen.Key("Return")
	if who := second.enteredAs(second.browser(loggedIn), site, "1"); who != "ada" {
		t.Errorf("on the second computer the site takes the person for %q", who)
	}
	second.closeBrowser("Tab 1 - Chromium")
	second.awaitList("Shop: saved")

	// The other pages in dark.
	second.click(onList(0, nameOfProfile))
	second.awaitSnapshots(2)
	second.keep("profile")
	second.screen.Key("ctrl+comma")
	second.awaitCards(4)
	second.keep("settings")
	second.quit()
}

// What keeps a profile from opening is told, and the list is there again after that.
func TestTheWindowSaysWhyAProfileDoesNotOpen(t *testing.T) {
	t.Parallel()
	site, c := testenv.NewSite(t), newDesktop(t)
	c.errors = true
	c.logIn(site, "ada", "new", "Shop")
	shop := c.profile("Shop")
	for _, trouble := range []struct {
		name, says string
		env        []string
		happens    func()
	}{
		{"no-browser", "no browser was found that Valise can use", []string{"VALISE_BROWSER=/nowhere/chromium"}, func() {}},
		{"damaged", "the data is damaged", nil, func() {
			flip(t, snapshotFile(t, filepath.Join(c.home, "vaults", "*"), shop.ID, shop.Newest))
		}},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			d := *c
			d.computer = c.in(t).with(trouble.env...)
			trouble.happens()
			d.start()
			d.awaitList("Shop: saved")
			d.screen.Key("Return")
			d.awaitDialog()
			d.keep("not-opened-" + trouble.name)
			if !strings.Contains(d.log(), trouble.says) {
				t.Errorf("the log does not say %q:\n%s", trouble.says, d.log())
			}
			d.screen.Key("Escape")
			d.awaitList("Shop: saved")
			d.quit()
		})
	}
}

// fillIn has the person fill in where a vault is kept, from the field that has the focus on.
func (d *desktop) fillIn(server *testenv.S3Server, secret string) {
	d.t.Helper()
	for _, text := range []string{server.Bucket, "of/ours", server.Endpoint, server.Region, server.AccessKey, secret} {
		d.screen.Type(text)
		d.screen.Key("Tab")
	}
}

// placeOfVault is where the vault is kept too.
func (d *desktop) placeOfVault() string {
	d.t.Helper()
	var status struct{ Place string }
	d.readJSON(&status, "vault", "status", "--json")
	return status.Place
}

// mistyped is a recovery code with another letter at its end.
func mistyped(code string) string {
	last := "a"
	if strings.HasSuffix(strings.ToLower(code), last) {
		last = "b"
	}
	return code[:len(code)-1] + last
}
