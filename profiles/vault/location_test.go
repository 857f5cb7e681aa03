package vault

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"valise/internal/testenv"
	"valise/problem"
)

func TestLocationsAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]Location{
		"s3://bucket":                    {Bucket: "bucket"},
		"s3://bucket/":                   {Bucket: "bucket"},
		" s3://my.bucket-1/a/b_c(d)/ ":   {Bucket: "my.bucket-1", Prefix: "a/b_c(d)"},
		"/media/stick/valise":            {Folder: "/media/stick/valise"},
		"/media/a stick/Täschchen":       {Folder: "/media/a stick/Täschchen"},
		"file:///media/a%20stick/valise": {Folder: "/media/a stick/valise"},
		"s3://bucket/p?endpoint=https://minio.example:9000/&region=eu-1": {
			Bucket: "bucket", Prefix: "p", Endpoint: "https://minio.example:9000/", Region: "eu-1"},
		"s3://bucket?endpoint=minio.example":               {Bucket: "bucket", Endpoint: "minio.example"},
		"s3://bucket?endpoint=minio.example&style=virtual": {Bucket: "bucket", Endpoint: "minio.example", Style: StyleVirtual},
		"s3://bucket?style=path":                           {Bucket: "bucket", Style: StylePath},
	} {
		got, err := ParseLocation(text)
		if err != nil || got != want {
			t.Errorf("%q is read as %#v, %v", text, got, err)
		}
		if again, err := ParseLocation(got.String()); err != nil || again != got {
			t.Errorf("%q is written as %q, which is read as %#v, %v", text, got, again, err)
		}
	}
	if got := (Location{}).String(); got != "" {
		t.Errorf("no place is written as %q", got)
	}
}

func TestWhatNamesNoPlaceIsRefusedWithItsReason(t *testing.T) {
	for text, reason := range map[string]string{
		"":                             "empty",
		"valise":                       "not a full path",
		"~/valise":                     "not a full path",
		"file://valise":                "not a full path",
		"file:///%zz":                  "escape",
		"https://minio.example/bucket": "that is an endpoint",
		"s3://":                        "no name of a bucket",
		"s3:///prefix":                 "no name of a bucket",
		"s3://ab":                      "no name of a bucket",
		"s3://-bucket":                 "no name of a bucket",
		"s3://bu..cket":                "no name of a bucket",
		"s3://bucket/a//b":             "prefix",
		"s3://bucket/../b":             "prefix",
		"s3://bucket/a b":              "prefix",
		"s3://bucket/" + strings.Repeat("a", 600):                  "longer",
		"s3://bucket?endpoint=ftp://x":                             "must be https:// or http://",
		"s3://bucket?endpoint=https://":                            "no host name",
		"s3://bucket?endpoint=https://x/bucket":                    "more than a host and a port",
		"s3://bucket?endpoint=https://x:y":                         "port",
		"s3://bucket?region=eu%20west":                             "no name of a region",
		"s3://bucket?regoin=eu-west-1":                             "not known",
		"s3://bucket?style=subdomain":                              "is path or virtual",
		"s3://bucket?style=virtual&endpoint=http://127.0.0.1:9000": "a number",
		"s3://bucket?style=virtual&endpoint=https://[::1]":         "a number",
	} {
		_, err := ParseLocation(text)
		if !errors.Is(err, ErrBadLocation) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, which does not say %q", text, err, reason)
		}
		if problem.NextStep(err) == "" {
			t.Errorf("%q: no next step", text)
		}
	}
}

func TestASecretInALocationIsNotRepeated(t *testing.T) {
	for _, text := range []string{
		"s3://AKIA:hunter2@bucket/prefix",
		"s3://bucket?endpoint=https://AKIA:hunter2@minio.example",
		"s3://bucket?endpoint=https://AKIA:hunter2%zz@minio.example",
	} {
		_, err := ParseLocation(text)
		wants(t, err, ErrBadLocation)
		if strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
	}
}

func TestAPlaceCannotBeAFolderAndABucket(t *testing.T) {
	_, err := Location{Folder: "/x", Bucket: "bucket"}.Store(Credentials{})
	wants(t, err, ErrBadLocation)
}

func TestAnAuthorityIsForHTTPSAlone(t *testing.T) {
	content, err := os.ReadFile(testenv.NewAuthority(t, "minio.example").File)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := ParseAuthority(content)
	if err != nil {
		t.Fatal(err)
	}
	for endpoint, fine := range map[string]bool{"": true, "minio.example": true, "https://minio.example": true, "http://minio.example": false} {
		err := Location{Bucket: "bucket", Endpoint: endpoint, CA: ca}.Check()
		if fine && err != nil || !fine && !errors.Is(err, ErrBadLocation) {
			t.Errorf("at %q: %v", endpoint, err)
		}
	}
	wants(t, Location{Bucket: "bucket", CA: "nonsense"}.Check(), ErrBadLocation)
	wants(t, Location{Folder: "/media/stick", CA: ca}.Check(), ErrBadLocation)
}

func TestOfAFileOfCertificatesNothingElseIsKept(t *testing.T) {
	authority := testenv.NewAuthority(t, "minio.example")
	read := func(files ...string) (all []byte) {
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all = append(append(all, "a note\n"...), content...)
		}
		return all
	}
	ca, err := ParseAuthority(read(authority.Key, authority.File, authority.CertFile))
	if err != nil || strings.Count(ca, "BEGIN CERTIFICATE") != 2 || strings.Contains(ca, "PRIVATE") || strings.Contains(ca, "note") {
		t.Errorf("it kept %q, %v", ca, err)
	}
	for reason, file := range map[string][]byte{
		"a private key":  read(authority.Key),
		"no certificate": []byte("nonsense"),
		"cannot be read": []byte("-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"),
		"more":           bytes.Repeat(read(authority.File), 200),
	} {
		if _, err := ParseAuthority(file); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v, which does not say %q", err, reason)
		}
	}
}

func TestALocationOpensItsStore(t *testing.T) {
	for text, want := range map[string]string{
		"/media/stick": "/media/stick",
		"s3://bucket":  "s3://bucket",
		"s3://bucket/p?endpoint=http://127.0.0.1:9000&region=eu": "s3://bucket/p (http://127.0.0.1:9000)",
	} {
		l, err := ParseLocation(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Store(Credentials{"key", "secret", ""})
		if err != nil || s.String() != want {
			t.Errorf("%s opens %v, %v", text, s, err)
		}
	}
}

func TestCredentialsAreNeverPrinted(t *testing.T) {
	c := Credentials{"AKIA", "hunter2", "token"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); got != "vault.Credentials(hidden)" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	if got := c.LogValue().String(); got != "vault.Credentials(hidden)" {
		t.Errorf("a log has %s", got)
	}
}

func TestCredentialsComeFromTheEnvironment(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	if _, ok := CredentialsFromEnv(); ok {
		t.Error("a secret was found that is not there")
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	if c, ok := CredentialsFromEnv(); !ok || c != (Credentials{"key", "secret", "token"}) {
		t.Error("they were not found")
	}
}
