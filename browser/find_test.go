package browser_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"valise/browser"
	"valise/internal/testenv"
	"valise/problem"
)

func TestFindFollowsAWrapperToTheProgram(t *testing.T) {
	path := testenv.Chromium(t)
	wrapper := filepath.Join(t.TempDir(), "chromium")
	if err := os.Symlink("/usr/bin/chromium", wrapper); err != nil {
		t.Fatal(err)
	}
	b, err := browser.At(t.Context(), wrapper)
	if err != nil || b.Path != path || b.Name != "Chromium" || b.Version == "" {
		t.Errorf("%+v, %v", b, err)
	}
	all, err := browser.Find(t.Context())
	if err != nil || all[0] != b {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAChosenBrowserIsTheOnlyOne(t *testing.T) {
	t.Setenv("VALISE_BROWSER", testenv.Chromium(t))
	all, err := browser.Find(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestWhatCannotBeUsedIsNoBrowserAndTheErrorSaysWhy(t *testing.T) {
	for name, content := range map[string]string{
		"another program":   "#!/bin/sh\necho 'Lynx 2.9.0'\n",
		"a broken program":  "#!/bin/sh\nexit 1\n",
		"a snap's wrapper":  "#!/bin/sh\nexec /snap/bin/chromium \"$@\"\n",
		"nothing that runs": "",
	} {
		path := filepath.Join(t.TempDir(), "browser")
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("VALISE_BROWSER", path)
		_, err := browser.Find(t.Context())
		if !errors.Is(err, browser.ErrNoBrowser) || problem.NextStep(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("VALISE_BROWSER", filepath.Join(t.TempDir(), "missing"))
	if _, err := browser.Find(t.Context()); !errors.Is(err, browser.ErrNoBrowser) {
		t.Error(err)
	}
}
