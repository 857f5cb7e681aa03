package profiles

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"valise/crypto"
	"valise/problem"

	"github.com/google/uuid"
)

// KnownEngine is what sessions can be opened on elsewhere. Its API key, if it needs one, is in the keyring.
type KnownEngine struct {
	Name  string     `json:"name"`
	URL   string     `json:"url"`
	Kind  EngineKind `json:"kind,omitempty"`
	Plain bool       `json:"plain,omitempty"` // the person knows that all that goes to this Chromium can be read on the way
	// Profiles are the ids that a service knows profiles of the vault by.
	Profiles map[uuid.UUID]string `json:"profiles,omitempty"`
}

// EngineKind says what an engine is.
type EngineKind string

const (
	OwnEngine EngineKind = ""         // a Valise that serves the same vault
	Chromium  EngineKind = "chromium" // any browser with a DevTools port: state is carried there and back (away.go)
	Service   EngineKind = "service"  // one that has profiles of its own, and speaks the contract only
)

var (
	errEngineName = problem.New("this cannot be the name of an engine", "Use up to 40 letters, digits, dots and dashes.")
	errEngineURL  = problem.New("this is no engine's address",
		"It is a URL such as https://valise.example.org, without a key in it. Without TLS only one on this computer can be: http://127.0.0.1:8900.")
	errPlain = problem.New("without TLS, whoever is on the way there could read every login",
		"Give an https or wss address, or tunnel the port of a Chromium (`ssh -L 9222:127.0.0.1:9222 HOST`) and add http://127.0.0.1:9222. Where the network is yours alone, --insecure allows a Chromium without TLS.")
	errNotAway     = problem.New("this engine is no Chromium to carry a profile to", "Open it there with `valise open PROFILE --remote NAME`.")
	errNoEngineKey = problem.New("there is no API key", "Give it on standard input: `valise engines add NAME URL < key`.")
)

var engineName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$`)

// Engines are those that this computer knows, by name.
func (l *Library) Engines() ([]KnownEngine, error) {
	settings, err := l.home.Settings()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(settings.Engines, func(a, b KnownEngine) int { return strings.Compare(a.Name, b.Name) })
	return settings.Engines, nil
}

// Engine finds one by its name, with its key, if it has one. *NotFoundError.
func (l *Library) Engine(ctx context.Context, name string) (KnownEngine, string, error) {
	e, err := l.FindEngine(name)
	if err != nil {
		return e, "", err
	}
	if e.Kind == Chromium {
		return e, "", nil
	}
	key, err := l.keyring.Get(ctx, engineSecret(e))
	if err != nil {
		return KnownEngine{}, "", fmt.Errorf("getting the API key of %q from %v: %w", e.Name, l.keyring, err)
	}
	return e, key, nil
}

// FindEngine finds one by its name. *NotFoundError.
func (l *Library) FindEngine(name string) (KnownEngine, error) {
	all, err := l.Engines()
	if err != nil {
		return KnownEngine{}, err
	}
	i := slices.IndexFunc(all, called(name))
	if i < 0 {
		return KnownEngine{}, &NotFoundError{"engine", name}
	}
	return all[i], nil
}

// called says of an engine whether it has the name, in any case.
func called(name string) func(KnownEngine) bool {
	return func(e KnownEngine) bool { return strings.EqualFold(e.Name, name) }
}

// Check says what keeps an engine from being known.
func (e KnownEngine) Check(key string) error {
	switch {
	case !engineName.MatchString(e.Name):
		return errEngineName
	case e.Kind == Chromium:
		return e.checkChromiumURL()
	case strings.TrimSpace(key) == "":
		return errNoEngineKey
	}
	return checkEngineURL(e.URL)
}

// AddEngine makes an engine known, in place of one that has the name.
func (l *Library) AddEngine(ctx context.Context, e KnownEngine, key string) error {
	if err := e.Check(key); err != nil {
		return err
	}
	if e.Kind != Chromium {
		key = strings.TrimSpace(key)
		if err := l.keyring.Set(ctx, engineSecret(e), key); err != nil {
			return fmt.Errorf("keeping the API key in %v: %w", l.keyring, err)
		}
	} else if old, err := l.FindEngine(e.Name); err == nil {
		if err := l.forgetEngineKey(ctx, old); err != nil {
			return err
		}
	}
	return l.home.ChangeSettings(func(s *Settings) {
		for _, old := range s.Engines {
			if called(e.Name)(old) && old.Kind == e.Kind && old.URL == e.URL {
				e.Profiles = old.Profiles // it has got another key
			}
		}
		s.Engines = append(slices.DeleteFunc(s.Engines, called(e.Name)), e)
	})
}

// RememberProfile notes by which id a service knows a profile; empty: it does not know it any more.
func (l *Library) RememberProfile(engine string, profile uuid.UUID, id string) error {
	return l.home.ChangeSettings(func(s *Settings) {
		i := slices.IndexFunc(s.Engines, called(engine))
		switch {
		case i < 0:
		case id == "":
			delete(s.Engines[i].Profiles, profile)
		default:
			if s.Engines[i].Profiles == nil {
				s.Engines[i].Profiles = map[uuid.UUID]string{}
			}
			s.Engines[i].Profiles[profile] = id
		}
	})
}

// RemoveEngine forgets an engine and its key. *NotFoundError.
func (l *Library) RemoveEngine(ctx context.Context, name string) error {
	e, err := l.FindEngine(name)
	if err != nil {
		return err
	}
	if err := l.forgetEngineKey(ctx, e); err != nil {
		return err
	}
	return l.home.ChangeSettings(func(s *Settings) {
		s.Engines = slices.DeleteFunc(s.Engines, called(e.Name))
	})
}

func (l *Library) forgetEngineKey(ctx context.Context, e KnownEngine) error {
	if e.Kind == Chromium {
		return nil
	}
	err := l.keyring.Delete(ctx, engineSecret(e))
	if errors.Is(err, crypto.ErrNoSuchKey) {
		return nil
	}
	return err
}

func engineSecret(e KnownEngine) string { return "engine " + strings.ToLower(e.Name) }

// checkEngineURL refuses what would send the key over a network in plain.
func checkEngineURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return errEngineURL
	}
	if u.Scheme == "https" || u.Scheme == "http" && isHere(u) {
		return nil
	}
	return errEngineURL
}

// checkChromiumURL refuses what would show everything to a network, unless the person knows. Chromium's DevTools knows no keys, so there
// is no place for one in the address.
func (e KnownEngine) checkChromiumURL() error {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return errEngineURL
	}
	switch u.Scheme {
	case "https", "wss":
		return nil
	case "http", "ws":
		if isHere(u) || e.Plain {
			return nil
		}
		return errPlain
	}
	return errEngineURL
}

// isHere says whether an address is on this computer.
func isHere(u *url.URL) bool {
	at, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && at.IsLoopback()
}
