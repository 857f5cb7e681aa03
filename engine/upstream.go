package engine

import (
	"net/url"
	"regexp"
	"strings"
)

// httpProxy is the contract's http_proxy: sessions reach the network through a proxy of the caller's. The contract gives it as a
// PAC script. Scripts are not run here: what they mean would be up to the pages that a session visits. One that names the same
// proxy for every address is understood, and so is the bare address of a proxy.
type httpProxy struct {
	PAC      string `json:"pac"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// mostCredential is what SOCKS has room for (RFC 1929).
const mostCredential = 255

var (
	pacReturn  = regexp.MustCompile(`\breturn\b`)
	pacLiteral = regexp.MustCompile(`\breturn\s*(?:"([^"]*)"|'([^']*)')\s*(?:[;}\n]|$)`)
)

// upstream is the proxy; nil: none. No error quotes what was given: it may hold a password.
func (p httpProxy) upstream() (*url.URL, error) {
	address, err := p.address()
	if address == nil || err != nil {
		return nil, err
	}
	if address.Port() == "" || address.Path != "" && address.Path != "/" || address.Scheme != "http" && address.Scheme != "socks5" {
		return nil, invalid("http_proxy.pac: the proxy is given as http://host:port or socks5://host:port, or by a PAC script")
	}
	if len(p.Username) > mostCredential || len(p.Password) > mostCredential {
		return nil, invalid("http_proxy: username and password have at most %d bytes each", mostCredential)
	}
	if p.Username != "" || p.Password != "" {
		address.User = url.UserPassword(p.Username, p.Password)
	}
	return &url.URL{Scheme: address.Scheme, User: address.User, Host: address.Host}, nil
}

func (p httpProxy) address() (*url.URL, error) {
	given := strings.TrimSpace(p.PAC)
	switch {
	case given == "":
		return nil, nil
	case !pacReturn.MatchString(given):
		address, err := url.Parse(given)
		if err != nil {
			return nil, invalid("http_proxy.pac is neither a PAC script nor the address of a proxy")
		}
		return address, nil
	}
	answers := map[string]bool{}
	literals := pacLiteral.FindAllStringSubmatch(given, -1)
	for _, l := range literals {
		first, _, _ := strings.Cut(l[1]+l[2], ";")
		answers[strings.Join(strings.Fields(first), " ")] = true
	}
	if len(answers) != 1 || len(literals) != len(pacReturn.FindAllString(given, -1)) {
		return nil, invalid("http_proxy.pac: scripts that decide by the address are not run here; give one that returns the same proxy always")
	}
	for answer := range answers {
		kind, host, _ := strings.Cut(answer, " ")
		switch strings.ToUpper(kind) {
		case "DIRECT":
			return nil, nil
		case "PROXY", "HTTP":
			return &url.URL{Scheme: "http", Host: host}, nil
		case "SOCKS", "SOCKS5":
			return &url.URL{Scheme: "socks5", Host: host}, nil
		}
	}
	return nil, invalid("http_proxy.pac: the script is to return PROXY host:port, SOCKS5 host:port or DIRECT")
}
