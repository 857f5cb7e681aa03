package live

import (
	"net"
	"net/url"
	"regexp"
	"strings"

	"valise/problem"
)

// ErrBadAddress is an address that a viewer cannot have the browser go to.
var ErrBadAddress = problem.New("this address cannot be opened here", "Try the address of a website, which begins with https://.")

var (
	withScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
	hostLike   = regexp.MustCompile(`^([\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]*\.?(:\d+)?([/?#].*)?$`)
	localLike  = regexp.MustCompile(`^(localhost|\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\])(:\d+)?([/?#].*)?$`)
	portLike   = regexp.MustCompile(`^[^:/?#]+:\d+([/?#].*)?$`)
)

// address makes what a person types into an address: of a website, or else of a search for it.
func address(typed, search string) (string, error) {
	typed = strings.TrimSpace(typed)
	if typed == "" || len(typed) > 32<<10 {
		return "", ErrBadAddress
	}
	local := localLike.MatchString(typed)
	switch {
	case local && validLocal(typed):
		return "http://" + typed, nil
	case withScheme.MatchString(typed) && !portLike.MatchString(typed):
		u, err := url.Parse(typed)
		if err != nil {
			return "", ErrBadAddress.Because(err)
		}
		switch strings.ToLower(u.Scheme) {
		case "http", "https", "about", "file", "chrome", "data", "view-source", "chrome-extension", "blob":
			return typed, nil // whether it may be is asked elsewhere
		case "javascript":
			return "", ErrBadAddress // it would run in whatever page is open
		}
	case hostLike.MatchString(typed) && !strings.ContainsAny(typed, " \t"):
		return "https://" + typed, nil
	}
	return strings.Replace(search, "%s", url.QueryEscape(typed), 1), nil
}

// validLocal weeds out what only looks like an address of a machine.
func validLocal(typed string) bool {
	u, err := url.Parse("http://" + typed)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()) != nil)
}
