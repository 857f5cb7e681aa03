package e2e

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"
	"valise/ui/look"
)

// One computer shows its QR code, another one takes a picture of that screen, and has the vault.
func TestAVaultIsUsedByAPictureOfAnotherScreen(t *testing.T) {
	t.Parallel()
	site, server := testenv.NewSite(t), testenv.S3(t)
	first := newDesktop(t).inTheDark()
	first.logIn(site, "ada", "new", "Shop")
	first.connect(server)
	first.start()
	first.awaitList("Shop: saved")
	first.click(openSettings)
	first.awaitText(look.Good)
	photo := filepath.Join(t.TempDir(), "photo.png")
	if first.shoot(photo); first.seen(photo) {
		t.Error("the QR code is shown before anybody asks")
	}
	first.click(showCode)
	testenv.Until(t, "the QR code", func() bool { first.shoot(photo); return first.seen(photo) })
	first.keep("settings-qr")
	code := strings.TrimSpace(first.recoveryCode())
	first.quit()

	second := newDesktop(t)
	second.startFirst()
	second.click(existingVault)
	second.awaitAccent(join)
	second.keep("join")
	second.click(pictureToJoin)
	second.awaitDialog()
	second.line(photo)
	second.awaitText(look.Good)
	second.keep("join-picture")
	second.screen.Type(server.AccessKey)
	second.screen.Key("Tab")
	second.screen.Type(server.SecretKey)
	second.screen.Key("Tab", "Return")
	second.awaitList("Shop: saved")
	for what, text := range map[string]string{"log": second.log(), "output": second.app.Output()} {
		if strings.Contains(text, code[:11]) || strings.Contains(text, strings.ReplaceAll(code, "-", "")[:10]) {
			t.Errorf("the recovery code is in the %s", what)
		}
	}
	second.quit()
}

// shoot takes a picture of the whole screen.
func (d *desktop) shoot(path string) {
	d.t.Helper()
	file, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, d.screen.Picture()); err != nil {
		d.t.Fatal(err)
	}
}

// seen says whether a picture shows the QR code of this computer's vault.
func (d *desktop) seen(path string) bool {
	link, err := profiles.ReadJoinPicture(path)
	return err == nil && link.Code == strings.TrimSpace(d.recoveryCode())
}
