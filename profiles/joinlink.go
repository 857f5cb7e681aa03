package profiles

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"valise/crypto"
	"valise/problem"
	"valise/profiles/vault"
)

// ErrNotALink: a text, or the QR code that it was read from, does not lead into a vault.
var ErrNotALink = problem.New("this does not lead into a vault",
	"Take the QR code of a computer that has the vault: Settings shows it beside the recovery code, and `valise vault key --qr` makes a picture of it.")

// JoinLink is what another device needs to use a vault, in one text that fits into a QR code: where the vault is kept, and its
// recovery code. It is as secret as that. What opens the place is not in it, nor are the certificates of an authority of one's own.
type JoinLink struct {
	At   vault.Location // zero: the vault has no place, or one that cannot be meant on this system
	Code string         // the recovery code
}

const joinLinkScheme = "valise:join?"

// JoinLink is the link into this vault.
func (l *Library) JoinLink() JoinLink { return JoinLink{l.Place(), l.RecoveryCode()} }

// Text is the link itself: "valise:join?code=CODE&place=PLACE", with both escaped as in the query of a URL.
func (j JoinLink) Text() string {
	query := url.Values{"code": {strings.ReplaceAll(j.Code, "-", "")}}
	if place := j.At.String(); place != "" {
		query.Set("place", place)
	}
	return joinLinkScheme + query.Encode()
}

// ParseJoinLink reads what Text wrote. Parameters that it does not know are left alone. ErrNotALink; *crypto.RecoveryCodeError.
// No error repeats any of it.
func ParseJoinLink(text string) (JoinLink, error) {
	query, ok := strings.CutPrefix(strings.TrimSpace(text), joinLinkScheme)
	if !ok {
		return JoinLink{}, ErrNotALink
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(values["code"]) != 1 || len(values["place"]) > 1 {
		return JoinLink{}, ErrNotALink.Because(errors.New("it is not whole"))
	}
	key, err := crypto.ParseRecoveryCode(values.Get("code"))
	if err != nil {
		return JoinLink{}, err
	}
	link := JoinLink{Code: key.RecoveryCode()}
	if place := values.Get("place"); place != "" {
		link.At, err = vault.ParseLocation(place)
		if err != nil && strings.HasPrefix(place, "s3://") {
			return JoinLink{}, ErrNotALink.Because(errors.New("the place in it is none"))
		}
	}
	return link, nil
}

func (j JoinLink) String() string             { return "profiles.JoinLink(hidden)" }
func (j JoinLink) Format(f fmt.State, _ rune) { io.WriteString(f, j.String()) }
func (j JoinLink) LogValue() slog.Value       { return slog.StringValue(j.String()) }
