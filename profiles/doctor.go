package profiles

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"valise/browser"
	"valise/crypto"
	"valise/problem"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// Finding is one thing that the doctor looked at.
type Finding struct {
	Topic string `json:"topic"` // "folder", "browser", "keyring", "vault", "place"
	OK    bool   `json:"ok"`
	Text  string `json:"text"`
	Next  string `json:"next,omitempty"` // what to do where it is not well
}

// Examine looks at folder, browser, keyring, vault and place. It needs no open library, leaves nothing behind, and goes on after
// what does not work.
func Examine(ctx context.Context, h Home) []Finding {
	var found []Finding
	note := func(topic string, err error, well string, args ...any) bool {
		f := Finding{Topic: topic, OK: err == nil, Text: fmt.Sprintf(well, args...)}
		if err != nil {
			f.Text, f.Next = err.Error(), problem.NextStep(err)
		}
		found = append(found, f)
		return err == nil
	}

	settings, err := h.Settings()
	if !note("folder", err, "%s", h.Dir) {
		settings = Settings{}
	}
	b, err := chosenBrowser(ctx, settings)
	note("browser", err, "%s %s (%s)", b.Name, b.Version, b.Path)

	keyring := crypto.OpenKeyring()
	err = tryKeyring(ctx, keyring)
	if !note("keyring", err, "%s", keyring) {
		return found // without it neither vault nor place can be looked at
	}
	if settings.Vault == uuid.Nil {
		note("vault", nil, "none yet: the first start makes one")
		return found
	}
	v, err := vault.Open(h.vault(settings.Vault))
	if err == nil {
		var key crypto.Key
		if key, err = crypto.LoadKey(ctx, keyring, settings.Vault); err == nil && key.ID() != v.Description().KeyID {
			err = crypto.ErrWrongKey
		}
	}
	if !note("vault", err, "%s", settings.Vault) {
		return found
	}
	if settings.Place == (vault.Location{}) {
		note("place", nil, "in this computer only; `valise vault connect` keeps a copy in a bucket or a folder")
		return found
	}
	l := &Library{home: h, keyring: keyring, vault: v}
	report, err := l.TestPlace(ctx, settings.Place, vault.Credentials{})
	waiting, _, _ := v.Waiting()
	note("place", err, "%s answers and has %s%s", settings.Place, count(report.Objects, "object"), inOutbox(waiting))
	for _, warning := range report.Warnings {
		found = append(found, Finding{"place", true, warning.Error(), problem.NextStep(warning)})
	}
	return found
}

func inOutbox(waiting int) string {
	if waiting == 0 {
		return ""
	}
	return fmt.Sprintf("; %d waiting to be sent", waiting)
}

// tryKeyring asks for an entry that is not there.
func tryKeyring(ctx context.Context, k crypto.Keyring) error {
	_, err := k.Get(ctx, "doctor")
	if err == nil || errors.Is(err, crypto.ErrNoSuchKey) {
		return nil
	}
	return err
}

// Browsers are the installed ones, the best first.
func (l *Library) Browsers(ctx context.Context) ([]browser.Browser, error) { return browser.Find(ctx) }

// Browser is the one that sessions start: VALISE_BROWSER, the settings' choice, or the best that is found.
func (l *Library) Browser(ctx context.Context) (browser.Browser, error) {
	settings, err := l.home.Settings()
	if err != nil {
		return browser.Browser{}, err
	}
	return chosenBrowser(ctx, settings)
}

func chosenBrowser(ctx context.Context, s Settings) (browser.Browser, error) {
	if s.Browser != "" && strings.TrimSpace(os.Getenv("VALISE_BROWSER")) == "" {
		return browser.At(ctx, s.Browser)
	}
	all, err := browser.Find(ctx)
	if err != nil {
		return browser.Browser{}, err
	}
	return all[0], nil
}
