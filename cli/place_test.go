package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
)

// The certificate's file is needed once: it may be moved after that.
func TestAPlaceWithAnAuthorityOfItsOwnIsConnectedAndJoinedByItsCertificate(t *testing.T) {
	authority := testenv.NewAuthority(t, "localhost")
	server := testenv.S3With(t, testenv.S3Options{Region: "eu-home-1", CertFile: authority.CertFile, Key: authority.Key})
	for _, variable := range append(server.Env(), "VALISE_HOME="+t.TempDir(), "VALISE_KEY_FILE="+t.TempDir()+"/keys") {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	valise := func(input string, args ...string) (code int, output string) {
		var out bytes.Buffer
		code = Run(t.Context(), args, strings.NewReader(input), &out, &out, "1.2.3")
		return code, out.String()
	}
	_, recoveryCode := valise("", "vault", "key")

	place := "s3://" + server.Bucket + "/valise?style=path&endpoint=" + server.Endpoint
	code, said := valise("", "vault", "connect", place)
	if code != exitFailed || !strings.Contains(said, "certificate is not trusted") || !strings.Contains(said, "--ca-file") {
		t.Errorf("without the certificate it ends with %d and says %q", code, said)
	}
	// A server's own file often has its key in it, too.
	var file []byte
	for _, name := range []string{authority.Key, authority.File} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file = append(file, content...)
	}
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := valise("", "vault", "connect", place, "--ca-file", ca); code != 0 {
		t.Fatal(said)
	}
	if err := os.Remove(ca); err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(os.Getenv("VALISE_HOME"), "settings.json"))
	if err != nil || !bytes.Contains(settings, []byte("BEGIN CERTIFICATE")) || bytes.Contains(settings, []byte("PRIVATE KEY")) {
		t.Errorf("the settings are %s, %v", settings, err)
	}
	for _, line := range [][]string{{"sync"}, {"doctor"}, {"vault", "status"}} {
		if code, said := valise("", line...); code != 0 || strings.Contains(said, "certificate") {
			t.Errorf("%v ends with %d and says %s", line, code, said)
		}
	}

	t.Setenv("VALISE_HOME", t.TempDir())
	t.Setenv("VALISE_KEY_FILE", t.TempDir()+"/keys")
	if err := os.WriteFile(ca, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := valise(recoveryCode, "vault", "join", place, "--ca-file", ca); code != 0 {
		t.Error(said)
	}
	if code, said := valise("", "sync"); code != 0 {
		t.Error(said)
	}
}
