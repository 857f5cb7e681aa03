package profiles_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"valise/crypto"
	"valise/internal/testenv"
	"valise/profiles"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// secondComputer is another computer's home: nothing was ever kept in it, and its keys are elsewhere.
func secondComputer(t *testing.T) profiles.Home {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("VALISE_KEY_FILE", filepath.Join(dir, "key"))
	return profiles.Home{Dir: filepath.Join(dir, "other home")}
}

func TestAVaultMovesToAnotherComputer(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	place := vault.Location{Folder: filepath.Join(t.TempDir(), "stick")}
	if err := os.Mkdir(place.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	p := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if _, err := c.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if got := c.find("Shop").Where; got != profiles.Waiting {
		t.Errorf("before the sync it is %q", got)
	}
	if moved, err := c.Sync(t.Context()); err != nil || moved.Sent == 0 || moved.Waiting != 0 {
		t.Errorf("synced: %+v, %v", moved, err)
	}
	if got := c.find("Shop").Where; got != profiles.InTheVault {
		t.Errorf("after the sync it is %q", got)
	}

	home := secondComputer(t)
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, crypto.NewKey().RecoveryCode(), false); !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("joined with another vault's code: %v", err)
	}
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, c.RecoveryCode(), false); err != nil {
		t.Fatal(err)
	}
	there := &computer{t: t, home: home}
	there.Library = there.process(profiles.Options{})
	if moved, err := there.Sync(t.Context()); err != nil || moved.Fetched == 0 {
		t.Errorf("synced there: %+v, %v", moved, err)
	}
	if got := there.loggedIn(site, p.Profile); got != "ada" {
		t.Errorf("there it is logged in as %q", got)
	}
	there.logIn(site, "bob", profiles.How{Load: p.Profile, Save: profiles.SaveSame})
	if _, err := there.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.loggedIn(site, p.Profile); got != "bob" {
		t.Errorf("back here it is logged in as %q", got)
	}
}

func TestJoiningLeavesNoVaultBehindUnasked(t *testing.T) {
	c := newComputer(t)
	place := vault.Location{Folder: t.TempDir()}
	if _, err := c.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	home := secondComputer(t)
	there := &computer{t: t, home: home}
	there.Library = there.process(profiles.Options{})
	kept := there.fresh("Mine")
	own := there.RecoveryCode()

	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, c.RecoveryCode(), false); !errors.Is(err, profiles.ErrVaultInUse) {
		t.Errorf("the vault that is here would be left: %v", err)
	}
	left := filepath.Join(home.Dir, "sessions", uuid.NewString())
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, c.RecoveryCode(), false); !errors.Is(err, profiles.ErrLeftBehind) {
		t.Errorf("what a crash left would be left: %v", err)
	}
	if _, err := there.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	if there.process(profiles.Options{}).RecoveryCode() != own {
		t.Error("a refused joining changed the vault")
	}
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, c.RecoveryCode(), true); err != nil {
		t.Fatal(err)
	}
	if there.process(profiles.Options{}).RecoveryCode() == own {
		t.Error("joined, the vault is the old one")
	}
	aside, _ := filepath.Glob(filepath.Join(home.Dir, "vaults", "*", "profiles", kept.ID.String(), "*.valise"))
	if len(aside) != 1 {
		t.Errorf("of the vault that was set aside there is %v", aside)
	}
}

func TestAVaultGetsItsKeyBack(t *testing.T) {
	c := newComputer(t)
	code := c.RecoveryCode()
	if err := os.Remove(os.Getenv("VALISE_KEY_FILE")); err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Open(t.Context(), c.home, profiles.Options{}); !errors.Is(err, crypto.ErrNoSuchKey) {
		t.Errorf("opened without a key: %v", err)
	}
	if err := profiles.Join(t.Context(), c.home, vault.Location{}, vault.Credentials{}, crypto.NewKey().RecoveryCode(), false); !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("given another key: %v", err)
	}
	if err := profiles.Join(t.Context(), c.home, vault.Location{}, vault.Credentials{}, code, false); err != nil {
		t.Fatal(err)
	}
	if c.process(profiles.Options{}).RecoveryCode() != code {
		t.Error("the key is another one")
	}
}

func TestAPlaceOfAnotherVaultIsRefused(t *testing.T) {
	c := newComputer(t)
	place := vault.Location{Folder: t.TempDir()}
	if _, err := c.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := &computer{t: t, home: secondComputer(t)}
	there.Library = there.process(profiles.Options{})
	if _, err := there.Connect(t.Context(), place, vault.Credentials{}); !errors.Is(err, vault.ErrOtherVault) {
		t.Errorf("connected: %v", err)
	}
	if s, err := there.VaultStatus(t.Context()); err != nil || s.Place != "" {
		t.Errorf("refused, the place is %q, %v", s.Place, err)
	}
}

func TestDamageIsFoundAndNamed(t *testing.T) {
	c := newComputer(t)
	p := c.fresh("Shop")
	if flaws, err := c.CheckVault(t.Context(), func(profiles.Progress) {}); err != nil || len(flaws) != 0 {
		t.Fatalf("a sound vault has %+v, %v", flaws, err)
	}
	object, _ := filepath.Glob(filepath.Join(c.home.Dir, "vaults", "*", "profiles", p.ID.String(), p.Newest.String()+".valise"))
	if len(object) != 1 {
		t.Fatalf("the snapshot's object is %v", object)
	}
	content, err := os.ReadFile(object[0])
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/3] ^= 1
	if err := os.WriteFile(object[0], content, 0o600); err != nil {
		t.Fatal(err)
	}
	flaws, err := c.CheckVault(t.Context(), func(profiles.Progress) {})
	if err != nil || len(flaws) == 0 || flaws[0].Name != "Shop" || flaws[0].File == "" {
		t.Errorf("the damage is told as %+v, %v", flaws, err)
	}
	if _, err := c.Open(t.Context(), profiles.How{Load: p.ID, Headless: true}); !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("opened all the same: %v", err)
	}
	c.nothingPlain()
}

func TestSettingsThatCannotBeReadAreNotOverwritten(t *testing.T) {
	c := newComputer(t)
	file := filepath.Join(c.home.Dir, "settings.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := profiles.Open(t.Context(), c.home, profiles.Options{}); !errors.Is(err, profiles.ErrSettings) {
		t.Errorf("opened: %v", err)
	}
	if err := c.home.ChangeSettings(func(*profiles.Settings) {}); !errors.Is(err, profiles.ErrSettings) {
		t.Errorf("changed: %v", err)
	}
	if content, _ := os.ReadFile(file); string(content) != "{" {
		t.Errorf("the file is now %q", content)
	}
}

func TestTheDoctorGoesOnAfterWhatDoesNotWork(t *testing.T) {
	c := newComputer(t)
	topics := func() map[string]bool {
		well := map[string]bool{}
		for _, f := range profiles.Examine(t.Context(), c.home) {
			well[f.Topic] = f.OK
			if !f.OK && f.Next == "" {
				t.Errorf("%s: %s, and no next step", f.Topic, f.Text)
			}
		}
		return well
	}
	for topic, well := range topics() {
		if !well {
			t.Errorf("%s does not work", topic)
		}
	}
	t.Setenv("VALISE_BROWSER", "/nonexistent")
	if err := os.Chmod(os.Getenv("VALISE_KEY_FILE"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := topics(); got["browser"] || got["keyring"] || !got["folder"] {
		t.Errorf("the doctor says %v", got)
	}
}

func TestWhatAnotherProcessDoesToTheVaultIsNoticed(t *testing.T) {
	c := newComputer(t)
	events := make(chan profiles.Event, 100)
	defer c.Watch(func(e profiles.Event) { events <- e })()
	place := vault.Location{Folder: t.TempDir()}
	if _, err := c.process(profiles.Options{}).Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	for e := range events { // the place is taken up before the change is told
		if e.Changed != nil {
			break
		}
	}
	if moved, err := c.Sync(t.Context()); err != nil || moved.Waiting != 0 {
		t.Errorf("connected by another process, the sync says %+v, %v", moved, err)
	}

	there := &computer{t: t, home: secondComputer(t)}
	there.Library = there.process(profiles.Options{})
	left := make(chan bool, 1)
	defer there.Watch(func(e profiles.Event) {
		if e.VaultLeft {
			left <- true
		}
	})()
	if err := profiles.Join(t.Context(), there.home, place, vault.Credentials{}, c.RecoveryCode(), false); err != nil {
		t.Fatal(err)
	}
	<-left
}
