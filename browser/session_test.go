package browser_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
)

// chromium is the browser that the tests drive.
func chromium(t *testing.T) browser.Browser {
	t.Helper()
	b, err := browser.At(t.Context(), testenv.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// start starts a browser without a window for the length of the test.
func start(t *testing.T, b browser.Browser, o browser.Options) *browser.Process {
	t.Helper()
	o.Headless = true
	return startAs(t, b, o)
}

// startOn starts a browser with a window on a screen.
func startOn(t *testing.T, screen *testenv.Screen, b browser.Browser, o browser.Options) *browser.Process {
	t.Helper()
	for _, entry := range screen.Env() {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
	return startAs(t, b, o)
}

func startAs(t *testing.T, b browser.Browser, o browser.Options) *browser.Process {
	t.Helper()
	p, err := browser.Start(t.Context(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(hurried()) })
	return p
}

// hurried is a context that gives Close little patience.
func hurried() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// drive is a chromedp context for a browser.
func drive(t *testing.T, p *browser.Process) context.Context {
	t.Helper()
	ctx, cancel := p.Drive(t.Context())
	t.Cleanup(cancel)
	return ctx
}

// carryOver copies what Keep keeps of a session into a session directory elsewhere, as a snapshot does, and removes the first.
func carryOver(t *testing.T, sessionDir string) string {
	t.Helper()
	elsewhere := filepath.Join(t.TempDir(), "on another machine", "Sitzung ä")
	from, to := os.DirFS(browser.UserDataDir(sessionDir)), browser.UserDataDir(elsewhere)
	err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != "." && !browser.Keep(path, d.IsDir()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o700)
		}
		content, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(sessionDir); err != nil {
		t.Fatal(err)
	}
	return elsewhere
}
