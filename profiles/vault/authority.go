package vault

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// maxAuthority is the most that settings are to keep of certificates, in bytes.
const maxAuthority = 64 << 10

// ParseAuthority takes the certificates out of a PEM file, for Location.CA: those of an authority of one's own, or the one of
// a server that vouches for itself. All else that is in the file (a private key, perhaps) is left out.
func ParseAuthority(file []byte) (string, error) {
	var kept strings.Builder
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return "", fmt.Errorf("a certificate in it cannot be read: %w", err)
		}
		pem.Encode(&kept, &pem.Block{Type: block.Type, Bytes: block.Bytes})
	}
	switch {
	case kept.Len() == 0 && bytes.Contains(file, []byte("PRIVATE KEY")):
		return "", errors.New("it holds a private key, and no certificate")
	case kept.Len() == 0:
		return "", errors.New("it holds no certificate (PEM)")
	case kept.Len() > maxAuthority:
		return "", errors.New("it holds more certificates than an authority of one's own needs")
	}
	return kept.String(), nil
}

// authorities are those that alone may vouch for the server; nil: those that this computer trusts.
func (l Location) authorities() (*x509.CertPool, error) {
	if l.CA == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(l.CA)) {
		return nil, errors.New("the authority's certificate cannot be read")
	}
	return pool, nil
}
