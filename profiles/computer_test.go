package profiles_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/google/uuid"
)

// computer is a home with its library and a real browser.
type computer struct {
	*profiles.Library
	t    *testing.T
	home profiles.Home
}

// newComputer makes a home that nothing was ever kept in, and opens its library. The key goes into a key file.
func newComputer(t *testing.T) *computer {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("VALISE_KEY_FILE", filepath.Join(dir, "key"))
	t.Setenv("VALISE_BROWSER", testenv.Chromium(t))
	c := &computer{t: t, home: profiles.Home{Dir: filepath.Join(dir, "home")}}
	c.Library = c.process(profiles.Options{})
	return c
}

// process opens the home's library once more, as another process would.
func (c *computer) process(o profiles.Options) *profiles.Library {
	c.t.Helper()
	l, err := profiles.Open(c.t.Context(), c.home, o)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { l.Close() })
	return l
}

// open opens a headless session that the test can drive.
func (c *computer) open(how profiles.How) (*profiles.Session, context.Context) {
	c.t.Helper()
	how.Headless, how.Port = true, true
	s, err := c.Open(c.t.Context(), how)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { s.Close(context.Background()) })
	return s, testenv.Attach(c.t, s.Info().DevTools)
}

func (c *computer) close(s *profiles.Session) profiles.Receipt {
	c.t.Helper()
	r, err := s.Close(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// logIn opens a session in which person logs in, closes it at once, and returns its receipt.
func (c *computer) logIn(site *testenv.Site, person string, how profiles.How) profiles.Receipt {
	c.t.Helper()
	s, browser := c.open(how)
	if err := testenv.LogIn(browser, site, person); err != nil {
		c.t.Fatal(err)
	}
	return c.close(s)
}

// loggedIn opens a throwaway of a profile, and says whom the site takes its visitor for.
func (c *computer) loggedIn(site *testenv.Site, profile uuid.UUID) string {
	c.t.Helper()
	s, browser := c.open(profiles.How{Load: profile})
	page, err := testenv.ReadPage(browser, site)
	if err != nil {
		c.t.Fatal(err)
	}
	c.close(s)
	return page.Cookies()["lasting"]
}

func (c *computer) find(name string) profiles.Profile {
	c.t.Helper()
	p, err := c.Find(c.t.Context(), name)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *computer) history(id uuid.UUID) []profiles.Snapshot {
	c.t.Helper()
	h, err := c.History(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return h
}

// nothingPlain fails if a session's folder is left, or a file anywhere in the home has one of the words in it.
func (c *computer) nothingPlain(words ...string) {
	c.t.Helper()
	left, err := os.ReadDir(filepath.Join(c.home.Dir, "sessions"))
	if err != nil || len(left) > 0 {
		c.t.Errorf("left in the folder of sessions: %v %v", left, err)
	}
	filepath.WalkDir(c.home.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		within, _ := filepath.Rel(c.home.Dir, path)
		for _, w := range words {
			// Ciphertext has every three letters now and then, and an id has those that are hexadecimal.
			if len(w) < 6 && strings.HasPrefix(within, "vaults") {
				continue
			}
			if strings.Contains(string(content), w) || strings.Contains(within, w) {
				c.t.Errorf("%s has %q in plain", path, w)
			}
		}
		return err
	})
}
