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
)

// KnownEngine is an engine on another machine that sessions can be opened on. Its API key is in the keyring.
type KnownEngine struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

var (
	errEngineName = problem.New("this cannot be the name of an engine", "Use up to 40 letters, digits, dots and dashes.")
	errEngineURL  = problem.New("this is no engine's address",
		"It is a URL such as https://valise.example.org. Without TLS only one on this computer can be: http://127.0.0.1:8900.")
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

// Engine finds one by its name, with its key. *NotFoundError.
func (l *Library) Engine(ctx context.Context, name string) (KnownEngine, string, error) {
	e, err := l.findEngine(name)
	if err != nil {
		return e, "", err
	}
	key, err := l.keyring.Get(ctx, engineSecret(e))
	if err != nil {
		return KnownEngine{}, "", fmt.Errorf("getting the API key of %q from %v: %w", e.Name, l.keyring, err)
	}
	return e, key, nil
}

func (l *Library) findEngine(name string) (KnownEngine, error) {
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
	key = strings.TrimSpace(key)
	if err := l.keyring.Set(ctx, engineSecret(e), key); err != nil {
		return fmt.Errorf("keeping the API key in %v: %w", l.keyring, err)
	}
	return l.home.ChangeSettings(func(s *Settings) {
		s.Engines = append(slices.DeleteFunc(s.Engines, called(e.Name)), e)
	})
}

// RemoveEngine forgets an engine and its key. *NotFoundError.
func (l *Library) RemoveEngine(ctx context.Context, name string) error {
	e, err := l.findEngine(name)
	if err != nil {
		return err
	}
	if err := l.keyring.Delete(ctx, engineSecret(e)); err != nil && !errors.Is(err, crypto.ErrNoSuchKey) {
		return err
	}
	return l.home.ChangeSettings(func(s *Settings) {
		s.Engines = slices.DeleteFunc(s.Engines, called(e.Name))
	})
}

func engineSecret(e KnownEngine) string { return "engine " + strings.ToLower(e.Name) }

// checkEngineURL refuses what would send the key over a network in plain.
func checkEngineURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return errEngineURL
	}
	at, err := netip.ParseAddr(u.Hostname())
	here := u.Hostname() == "localhost" || err == nil && at.IsLoopback()
	if u.Scheme == "https" || u.Scheme == "http" && here {
		return nil
	}
	return errEngineURL
}
