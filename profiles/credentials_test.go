package profiles

import (
	"path/filepath"
	"testing"

	"valise/crypto"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// A temporary key is soon of no use, and who has a newer one has it in the environment.
func TestATemporaryKeyThatWasKeptMakesWayForTheEnvironments(t *testing.T) {
	t.Setenv("VALISE_KEY_FILE", filepath.Join(t.TempDir(), "keys"))
	v, err := vault.Create(filepath.Join(t.TempDir(), "vault"), vault.NewDescription(uuid.New(), crypto.NewKey().ID()))
	if err != nil {
		t.Fatal(err)
	}
	l := &Library{keyring: crypto.OpenKeyring(), vault: v}
	lasting := vault.Credentials{AccessKey: "AKIA1", SecretKey: "secret"}
	temporary := vault.Credentials{AccessKey: "ASIA1", SecretKey: "secret", SessionToken: "token"}
	newer := vault.Credentials{AccessKey: "ASIA2", SecretKey: "secret2", SessionToken: "token2"}
	for _, c := range []struct{ kept, env, want vault.Credentials }{
		{lasting, vault.Credentials{}, lasting},
		{temporary, vault.Credentials{}, temporary},
		{lasting, newer, lasting},
		{temporary, newer, newer},
	} {
		if err := storeCredentials(t.Context(), l.keyring, v.Description(), c.kept); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_ACCESS_KEY_ID", c.env.AccessKey)
		t.Setenv("AWS_SECRET_ACCESS_KEY", c.env.SecretKey)
		t.Setenv("AWS_SESSION_TOKEN", c.env.SessionToken)
		if got, err := l.credentials(t.Context()); err != nil || got != c.want {
			t.Errorf("with %s kept and %q in the environment it is %s, %v", c.kept.AccessKey, c.env.AccessKey, got.AccessKey, err)
		}
	}
}
