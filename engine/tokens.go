package engine

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
)

// token is a secret of a session: whoever has it may do what it stands for. It is as long as no guessing reaches
// (crypto/rand.Text, 128 bits at least).
type token string

func newToken() token { return token(rand.Text()) }

// is compares in constant time.
func (t token) is(shown string) bool {
	return t != "" && subtle.ConstantTimeCompare([]byte(t), []byte(shown)) == 1
}

// bearer is what a request shows as its right (RFC 6750); "" where it shows nothing.
func bearer(r *http.Request) string {
	scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(shown)
}
