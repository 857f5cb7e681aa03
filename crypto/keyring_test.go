package crypto

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"valise/problem"

	"github.com/google/uuid"
)

// keepsKeys is what every keyring must do.
func keepsKeys(t *testing.T, ring Keyring) {
	t.Helper()
	ctx, vault, other := t.Context(), uuid.New(), uuid.New()
	load := func(vault uuid.UUID, want Key) {
		t.Helper()
		if got, err := LoadKey(ctx, ring, vault); err != nil || got != want {
			t.Fatalf("the key that was stored does not come back: %v", err)
		}
	}
	store := func(vault uuid.UUID, key Key) {
		t.Helper()
		if err := StoreKey(ctx, ring, vault, key); err != nil {
			t.Fatal(err)
		}
	}
	missing := func(err error) {
		t.Helper()
		if !errors.Is(err, ErrNoSuchKey) || problem.NextStep(err) == "" {
			t.Fatalf("got %v, want %v", err, ErrNoSuchKey)
		}
	}

	_, err := LoadKey(ctx, ring, vault)
	missing(err)
	missing(ring.Delete(ctx, "never set"))

	first, second, third := NewKey(), NewKey(), NewKey()
	store(vault, first)
	store(other, second)
	load(vault, first)
	load(other, second)
	store(vault, third)
	load(vault, third)

	for _, secret := range []string{"", "plain", `spaces, "quotes", \ and ` + "\n lines", "Schlüssel 鍵", strings.Repeat("long ", 400)} {
		if err := ring.Set(ctx, "any text", secret); err != nil {
			t.Fatal(err)
		}
		if got, err := ring.Get(ctx, "any text"); err != nil || got != secret {
			t.Fatalf("%q became %q, %v", secret, got, err)
		}
	}

	if err := ring.Delete(ctx, secretName(vault)); err != nil {
		t.Fatal(err)
	}
	_, err = LoadKey(ctx, ring, vault)
	missing(err)
	load(other, second)
}

func TestWhatIsNoKeyIsDamagedAndNotQuoted(t *testing.T) {
	ring, vault := KeyFile(filepath.Join(t.TempDir(), "keys")), uuid.New()
	for _, secret := range []string{"", "zzsecret", strings.Repeat("ab", 31), strings.Repeat("ab", 33), strings.Repeat("z", 64)} {
		if err := ring.Set(t.Context(), secretName(vault), secret); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKey(t.Context(), ring, vault)
		if !errors.Is(err, ErrDamaged) || !errors.Is(err, ErrKeyDamaged) {
			t.Fatalf("%q: got %v, want %v", secret, err, ErrKeyDamaged)
		}
		if !strings.Contains(problem.NextStep(err), "recovery code") || secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("message %q, next step %q", err, problem.NextStep(err))
		}
	}
}

// forgetful is a keyring that reports success and keeps something else, as keyrings have been seen to do.
type forgetful struct{ Keyring }

func (f forgetful) Set(ctx context.Context, name, _ string) error {
	return f.Keyring.Set(ctx, name, strings.Repeat("00", len(Key{})))
}

func TestStoreKeyNoticesAKeyringThatDoesNotKeepIt(t *testing.T) {
	ring := forgetful{KeyFile(filepath.Join(t.TempDir(), "keys"))}
	if err := StoreKey(t.Context(), ring, uuid.New(), NewKey()); !errors.Is(err, ErrNoKeyring) {
		t.Fatalf("got %v", err)
	}
}

func TestTheEnvironmentChoosesTheKeyring(t *testing.T) {
	t.Setenv(KeyFileVariable, "/some/where/keys")
	if got := OpenKeyring(); got != KeyFile("/some/where/keys") {
		t.Errorf("with %s: %v", KeyFileVariable, got)
	}
	t.Setenv(KeyFileVariable, "")
	if got := OpenKeyring(); got != OSKeyring() {
		t.Errorf("without %s: %v", KeyFileVariable, got)
	}
}
