package profiles_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/crypto"
	"valise/internal/testenv"
	"valise/problem"
	"valise/profiles"
	"valise/profiles/vault"
)

const vaultPassphrase = "Vier Wörter für den Tresor"

func TestAnotherComputerJoinsByThePassphrase(t *testing.T) {
	c, server := newComputer(t), testenv.S3(t)
	for _, v := range server.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	place := vault.Location{Bucket: server.Bucket, Prefix: "valise", Endpoint: server.Endpoint, Region: server.Region}
	p := c.fresh("Shop")
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); !errors.Is(err, profiles.ErrNoPlace) || problem.NextStep(err) == "" {
		t.Errorf("set without a place: %v", err)
	}
	if _, err := c.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); !errors.Is(err, profiles.ErrNotSentYet) || problem.NextStep(err) == "" {
		t.Errorf("set where nothing is yet: %v", err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if had, err := c.HasPassphrase(t.Context()); err != nil || had {
		t.Errorf("it has a passphrase: %v, %v", had, err)
	}
	if err := c.SetPassphrase(t.Context(), "too short"); !errors.Is(err, crypto.ErrGuessable) {
		t.Errorf("a weak one: %v", err)
	}
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); err != nil {
		t.Fatal(err)
	}
	if had, err := c.HasPassphrase(t.Context()); err != nil || !had {
		t.Errorf("it has a passphrase: %v, %v", had, err)
	}

	object := filepath.Join(server.DataDir, server.Bucket, "valise", "passphrase")
	if content, err := os.ReadFile(object); err != nil || len(content) != crypto.SlotSize || strings.Contains(string(content), "Tresor") {
		t.Errorf("the object is %q, %v", content, err)
	}
	home := secondComputer(t)
	join := func(entered string) error {
		return profiles.Join(t.Context(), home, place, vault.Credentials{}, entered, false)
	}
	if err := join("not that, but long enough"); !errors.Is(err, profiles.ErrNotItsPassphrase) || strings.Contains(err.Error(), "long") {
		t.Errorf("joined with another passphrase: %v", err)
	}
	if err := join(crypto.NewKey().RecoveryCode()); !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("joined with another vault's code: %v", err)
	}
	if err := join(" " + vaultPassphrase + "\n"); err != nil {
		t.Fatal(err)
	}
	there := &computer{t: t, home: home}
	there.Library = there.process(profiles.Options{})
	if moved, err := there.Sync(t.Context()); err != nil || moved.Fetched == 0 {
		t.Errorf("synced there: %+v, %v", moved, err)
	}
	if there.find("Shop").ID != p.ID || there.RecoveryCode() != c.RecoveryCode() {
		t.Error("it has joined another vault")
	}

	if err := there.RemovePassphrase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(object); !os.IsNotExist(err) {
		t.Errorf("removed it is still there: %v", err)
	}
	if err := join(vaultPassphrase); !errors.Is(err, profiles.ErrNoWayIn) || problem.NextStep(err) == "" {
		t.Errorf("joined with what was removed: %v", err)
	}

	server.Stop()
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); !errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("set while the place is away: %v", err)
	}
	if err := c.RemovePassphrase(t.Context()); !errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("removed while the place is away: %v", err)
	}
}

func TestADamagedPassphraseIsFoundByTheCheckAndReplaced(t *testing.T) {
	c := newComputer(t)
	place := vault.Location{Folder: t.TempDir()}
	if _, err := c.Connect(t.Context(), place, vault.Credentials{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); err != nil {
		t.Fatal(err)
	}
	check := func() []profiles.Flaw {
		flaws, err := c.CheckVault(t.Context(), func(profiles.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		return flaws
	}
	if flaws := check(); len(flaws) > 0 {
		t.Errorf("a sound vault has %+v", flaws)
	}
	found, err := filepath.Glob(filepath.Join(c.home.Dir, "vaults", "*", "passphrase"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the passphrase is in %q, %v", found, err)
	}
	for _, path := range append(found, filepath.Join(place.Folder, "passphrase")) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content[50] ^= 1
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if flaws := check(); len(flaws) != 1 || flaws[0].Object != "passphrase" || flaws[0].Costs != profiles.CostsNothing {
		t.Errorf("the damage is told as %+v", flaws)
	}
	home := secondComputer(t)
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, vaultPassphrase, false); !errors.Is(err, profiles.ErrPassphraseDamaged) {
		t.Errorf("joined by a damaged passphrase: %v", err)
	}
	if err := c.SetPassphrase(t.Context(), vaultPassphrase); err != nil {
		t.Fatal(err)
	}
	if flaws := check(); len(flaws) > 0 {
		t.Errorf("set anew, there are %+v", flaws)
	}
	if err := profiles.Join(t.Context(), home, place, vault.Credentials{}, vaultPassphrase, false); err != nil {
		t.Errorf("set anew, joining says %v", err)
	}
}
