package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"valise/browser"
	"valise/engine/live"
)

// createRequest is the body of POST /v0/vm. It may be empty.
type createRequest struct {
	Profile        profileChoice  `json:"profile"`
	StartURL       string         `json:"start_url"`
	Timeout        timeoutRequest `json:"timeout"`
	OfflineTimeout seconds        `json:"offline_timeout"` // an older spelling of timeout.offline
	Tag            string         `json:"tag"`
	Width          int            `json:"width"`
	Height         int            `json:"height"`
	FPS            int            `json:"fps"`
	Kiosk          bool           `json:"kiosk"`
	Dark           bool           `json:"dark"`
	HideCursor     bool           `json:"hide_cursor"`
	DefaultRoles   []string       `json:"default_roles"`           // what viewers may do who come; null: everything
	NoControl      bool           `json:"control_disable_default"` // viewers come without the role "control"
	WebGL          *bool          `json:"webgl"`
	UserAgent      string         `json:"user_agent"`
	Locale         locale         `json:"locale"`
	Quality        quality        `json:"quality"`
	SearchEngine   searchEngine   `json:"search_engine"`
	Auth           authChoice     `json:"auth"`
	Extension      extension      `json:"extension"`
	HTTPProxy      httpProxy      `json:"http_proxy"`
	Adblock        bool           `json:"adblock"`
	Ublock         bool           `json:"ublock"` // an older name of adblock
	CDP            bool           `json:"cdp"`    // beyond the contract: a DevTools address in the answer

	extension []byte   // the part of the form that extension.field names
	roles     []string // of viewers who come
	upstream  *url.URL // what http_proxy means; nil: none
}

type locale struct {
	Language string `json:"language"` // an Accept-Language list
	Country  string `json:"country"`
}

type quality struct {
	Mode string `json:"mode"`
}

type extension struct {
	Field string `json:"field"` // the part of the form that holds it
}

// withoutMeaning are the fields of the contract that are about Hyperbeam's own machines and accounts, or about what the
// viewer here does not have. They are taken, and the log says that they do nothing.
var withoutMeaning = []string{
	"region", "tenant_id", "touch_gestures", "draw", "nsfw", "max_area", "field_masking",
}

// The picture's bounds. The largest area is that of the contract.
const (
	defaultWidth, defaultHeight = 1280, 720
	leastSide                   = 100
	mostArea                    = 1920 * 1080
	defaultFPS, mostFPS         = 24, 60
	longestTag                  = 200
	longestURL                  = 16 << 10
)

// check fills in what is unset, and says what cannot be.
func (c *createRequest) check() error {
	switch {
	case c.Width == 0 && c.Height == 0:
		c.Width, c.Height = defaultWidth, defaultHeight
	case c.Width == 0 || c.Height == 0:
		return invalid("width and height are given both or not at all")
	case c.Width < leastSide || c.Height < leastSide:
		return invalid("width and height are at least %d", leastSide)
	case c.Width > mostArea/c.Height:
		return invalid("width times height is at most %d (1920 x 1080)", mostArea)
	}
	if c.FPS == 0 {
		c.FPS = defaultFPS
	}
	if c.FPS < defaultFPS || c.FPS > mostFPS {
		return invalid("fps is from %d to %d", defaultFPS, mostFPS)
	}
	if utf8.RuneCountInString(c.Tag) > longestTag {
		return invalid("tag has at most %d characters", longestTag)
	}
	if c.UserAgent != "" && c.UserAgent != string(browser.AndroidChrome) {
		return invalid("user_agent can be %q only", browser.AndroidChrome)
	}
	if !slices.Contains([]string{"", "smooth", "sharp", "blocky"}, c.Quality.Mode) {
		return invalid("quality.mode is smooth, sharp or blocky")
	}
	if c.StartURL != "" {
		if err := mayShow(c.StartURL); err != nil {
			return invalid("start_url: %v", err)
		}
	}
	var err error
	if c.roles, err = live.Roles(c.DefaultRoles, c.NoControl); err != nil {
		return invalid("default_roles: %v", err)
	}
	if c.upstream, err = c.HTTPProxy.upstream(); err != nil {
		return err
	}
	if c.OfflineTimeout.set && !c.Timeout.Offline.set {
		c.Timeout.Offline = c.OfflineTimeout
	}
	return c.Timeout.check()
}

// mayShow says whether a session may be sent to an address: those of the web, and the empty page.
func mayShow(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > longestURL || strings.ContainsFunc(address, isControl):
		return errors.New("this is no address that a browser understands")
	case address == "about:blank":
		return nil
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("sessions show pages of the web only: http, https, about:blank")
	case u.Host == "":
		return errors.New("the address names no host")
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// Limits of bodies, in bytes.
const (
	mostJSON      = 64 << 10
	mostExtension = 1 << 20 // as in the contract
)

// readCreate reads the body of POST /v0/vm: JSON, or a form whose part "body" is that JSON. mentioned are the fields that
// it has.
func readCreate(r *http.Request) (c createRequest, mentioned []string, err error) {
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		mentioned, err = decode(http.MaxBytesReader(nil, r.Body, mostJSON), &c)
		if err == nil && c.Extension.Field != "" {
			err = invalid("extension.field names a part of a form (multipart/form-data), and this is none")
		}
		return c, mentioned, err
	}
	parts, err := readForm(multipart.NewReader(r.Body, parameters["boundary"]))
	if err != nil {
		return c, nil, err
	}
	body, ok := parts["body"]
	if !ok {
		return c, nil, invalid("the form has no part named body, which holds the JSON")
	}
	if mentioned, err = decode(http.MaxBytesReader(nil, io.NopCloser(bytes.NewReader(body)), mostJSON), &c); err != nil {
		return c, nil, err
	}
	if field := c.Extension.Field; field != "" {
		if c.extension, ok = parts[field]; !ok || field == "body" {
			return c, nil, invalid("the form has no part named %s, which extension.field names", shorten(field))
		}
	}
	return c, mentioned, nil
}

// mostParts is how many parts a form may have: the JSON and the extension, and some that nothing asks for.
const mostParts = 8

// readForm reads the parts of a form, by name.
func readForm(form *multipart.Reader) (map[string][]byte, error) {
	parts := map[string][]byte{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, badBody(err, "the form cannot be read")
		}
		if len(parts) == mostParts {
			return nil, invalid("the form has more than %d parts", mostParts)
		}
		if parts[part.FormName()], err = readPart(part); err != nil {
			return nil, err
		}
	}
}

// decode reads a JSON object, or nothing at all, into a request, and returns the names of the object's fields. What it does
// not know is no error: the contract grows.
func decode(body io.Reader, into any) (fields []string, err error) {
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, badBody(err, "the body cannot be read")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	var named map[string]json.RawMessage
	if err := json.Unmarshal(data, &named); err != nil {
		return nil, badJSON(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return nil, badJSON(err)
	}
	return slices.Sorted(maps.Keys(named)), nil
}

// badBody keeps what is too large apart from what is broken.
func badBody(err error, what string) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return invalid("%s", what)
}

// badJSON says in the caller's words what is wrong with a body.
func badJSON(err error) error {
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if mistyped.Field == "" {
			return invalid("the body must be a JSON object")
		}
		return invalid("%s cannot be a %s", mistyped.Field, mistyped.Value)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return invalid("the body is no JSON: %v, at byte %d", syntax, syntax.Offset)
	}
	return err
}
