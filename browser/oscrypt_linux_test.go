package browser

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// basicEncrypt is the other way of basicDecrypt, for tests.
func basicEncrypt(plain []byte) []byte {
	size := basicCipher.BlockSize()
	pad := size - len(plain)%size
	plain = append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(basicCipher, bytes.Repeat([]byte{' '}, size)).CryptBlocks(plain, plain)
	return append([]byte("v10"), plain...)
}

// cookieStore makes a profile with cookies, of each value one, on hosts host0, host1, ...
func cookieStore(t testing.TB, schema int, values [][]byte) (userDataDir string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "Default", "Cookies"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run := func(statement string, args ...any) {
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	run("create table meta (key text, value text)")
	run("insert into meta values ('version', ?)", fmt.Sprint(schema))
	run("create table cookies (host_key text, value text, encrypted_value blob)")
	run("begin")
	for i, value := range values {
		run("insert into cookies values (?, '', ?)", fmt.Sprintf("host%d", i), value)
	}
	run("commit")
	return dir
}

func withHost(host, value string) []byte {
	sum := sha256.Sum256([]byte(host))
	return basicEncrypt(append(sum[:], value...))
}

func TestCookiesThatTheBrowserWouldDeleteAreFound(t *testing.T) {
	v11 := append([]byte("v11"), withHost("host0", "x")[3:]...)
	for name, test := range map[string]struct {
		schema int
		value  []byte
		opens  bool
	}{
		"one of ours":                      {24, withHost("host0", "value"), true},
		"an empty one":                     {24, nil, true},
		"one of a keyring":                 {24, v11, false},
		"one of another key":               {24, append([]byte("v10"), bytes.Repeat([]byte{7}, 48)...), false},
		"one of another host":              {24, withHost("host9", "value"), false},
		"one without its host":             {24, basicEncrypt([]byte("value")), false},
		"one without its host, as of old":  {23, basicEncrypt([]byte("value")), true},
		"one that is cut off":              {24, withHost("host0", "value")[:20], false},
		"one of another operating system":  {24, []byte("v20abcdefghijklmnop"), false},
		"one with nothing behind its mark": {24, []byte("v10"), false},
	} {
		err := checkKeys(t.Context(), cookieStore(t, test.schema, [][]byte{test.value}))
		if test.opens && err != nil || !test.opens && !errors.Is(err, ErrForeignKeys) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheErrorCountsWhatCannotBeOpened(t *testing.T) {
	dir := cookieStore(t, 24, [][]byte{withHost("host0", "a"), []byte("v11?"), []byte("v11!")})
	if err := checkKeys(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "2 cookies of 2 sites") {
		t.Error(err)
	}
}

func TestADamagedStoreIsLeftToTheBrowser(t *testing.T) {
	dir := cookieStore(t, 24, nil)
	if err := os.WriteFile(filepath.Join(dir, "Default", "Cookies"), []byte("SQLite format 3\x00 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkKeys(t.Context(), dir); err != nil {
		t.Error(err)
	}
}

func BenchmarkCheckKeysOf5000Cookies(b *testing.B) {
	values := make([][]byte, 5000)
	for i := range values {
		values[i] = withHost(fmt.Sprintf("host%d", i), strings.Repeat("v", 120))
	}
	dir := cookieStore(b, 24, values)
	for b.Loop() {
		if err := checkKeys(context.Background(), dir); err != nil {
			b.Fatal(err)
		}
	}
}
