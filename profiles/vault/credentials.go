package vault

import (
	"log/slog"
	"os"
)

// Credentials are what S3 asks for. They are kept in the keyring only, and never printed.
type Credentials struct {
	AccessKey, SecretKey string
	SessionToken         string // for temporary ones
}

// CredentialsFromEnv are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; false if a key or secret is
// missing.
func CredentialsFromEnv() (Credentials, bool) {
	c := Credentials{os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")}
	return c, c.AccessKey != "" && c.SecretKey != ""
}

// String hides them from logs and messages.
func (c Credentials) String() string       { return "vault.Credentials(hidden)" }
func (c Credentials) GoString() string     { return c.String() }
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }
