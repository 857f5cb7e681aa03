package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// versionPatience bounds the question for a version: a program that is none may wait for input.
const versionPatience = 10 * time.Second

// Find lists the browsers of this computer, best first; VALISE_BROWSER, when set, is the only one. Where there is none,
// ErrNoBrowser says what was seen and could not be used.
func Find(ctx context.Context) ([]Browser, error) {
	if chosen := os.Getenv("VALISE_BROWSER"); chosen != "" {
		b, err := At(ctx, chosen)
		if err != nil {
			return nil, fmt.Errorf("VALISE_BROWSER=%s: %w", chosen, err)
		}
		return []Browser{b}, nil
	}
	var found []Browser
	var refused []error
	seen := map[string]bool{}
	for _, candidate := range candidates() {
		if _, err := os.Stat(candidate); err != nil {
			continue
		}
		b, err := At(ctx, candidate)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			refused = append(refused, err)
		case !seen[b.Path]:
			seen[b.Path] = true
			found = append(found, b)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if len(refused) > 0 {
		return nil, refused[0]
	}
	return nil, ErrNoBrowser
}

// At looks at one executable. A wrapper script is followed to the program where that is known. ErrNoBrowser says what
// is wrong with it.
func At(ctx context.Context, path string) (Browser, error) {
	full, err := exec.LookPath(path)
	if err != nil {
		return Browser{}, ErrNoBrowser.Because(err)
	}
	if full, err = filepath.Abs(full); err != nil {
		return Browser{}, ErrNoBrowser.Because(err)
	}
	if full, err = program(full); err != nil {
		return Browser{}, ErrNoBrowser.Because(err)
	}
	b, err := identify(ctx, full)
	if err != nil {
		return Browser{}, ErrNoBrowser.Because(fmt.Errorf("%s: %w", full, err))
	}
	return b, nil
}

// known remembers what programs said of themselves: asking costs the start of a process.
var known = struct {
	sync.Mutex
	browsers map[string]knownBrowser
}{browsers: map[string]knownBrowser{}}

type knownBrowser struct {
	changed time.Time
	browser Browser
}

// identify asks a program for its name and version, once for each version of its file.
func identify(ctx context.Context, path string) (Browser, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Browser{}, err
	}
	known.Lock()
	k, ok := known.browsers[path]
	known.Unlock()
	if ok && k.changed.Equal(info.ModTime()) {
		return k.browser, nil
	}
	ctx, cancel := context.WithTimeout(ctx, versionPatience)
	defer cancel()
	text, err := versionText(ctx, path)
	if err != nil {
		return Browser{}, fmt.Errorf("asking for its version: %w", err)
	}
	b, err := parseVersion(path, text)
	if err != nil {
		return Browser{}, err
	}
	known.Lock()
	known.browsers[path] = knownBrowser{info.ModTime(), b}
	known.Unlock()
	return b, nil
}

var versionNumber = regexp.MustCompile(`\b\d+\.\d+\.\d+(\.\d+)?\b`)

// brands are looked for in this order: Chrome's line says "Google Chrome", Chromium's never "Chrome".
var brands = []struct{ word, name string }{
	{"Edge", "Edge"}, {"Brave", "Brave"}, {"Chromium", "Chromium"}, {"Chrome", "Chrome"},
}

// parseVersion reads "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)" and its like.
func parseVersion(path, text string) (Browser, error) {
	for _, brand := range brands {
		if strings.Contains(text, brand.word) {
			if number := versionNumber.FindString(text); number != "" {
				return Browser{Path: path, Name: brand.name, Version: number}, nil
			}
		}
	}
	return Browser{}, errors.New("it is not a browser of the Chromium family")
}
