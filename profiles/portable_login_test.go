package profiles_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"

	"github.com/google/uuid"
)

// A profile goes in a file from one home to another, which has another vault and another key, and sites notice nothing.
func TestALoginGoesToAnotherVaultInAFile(t *testing.T) {
	first, site := newComputer(t), testenv.NewSite(t)
	s, browser := first.open(profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	if err := testenv.FillState(browser, site, "ada"); err != nil {
		t.Fatal(err)
	}
	saved := first.close(s)
	path, passphrase := filepath.Join(t.TempDir(), "shop.valise"), "over the counter"
	x, err := first.ExportFile(t.Context(), saved.Profile, uuid.Nil, path, false, passphrase, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x.Cookies != saved.Cookies || x.Tabs != saved.Tabs || x.Passwords != 1 || x.Size != saved.Size {
		t.Errorf("of %+v was exported %+v", saved, x)
	}

	second := newComputer(t)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := second.Import(t.Context(), file, x.Written, passphrase, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	opened, browser := second.open(profiles.How{Load: r.Profile, Save: profiles.SaveSame})
	got, err := testenv.ReadState(browser, site)
	if err != nil {
		t.Fatal(err)
	}
	want := site.Filled("ada")
	want.UserAgent = got.UserAgent
	if !reflect.DeepEqual(got, want) {
		t.Errorf("in the other vault there is\n%+v, want\n%+v", got, want)
	}
	second.close(opened)
	if h := second.history(r.Profile); len(h) != 2 || h[1].Ended != "imported" || h[0].Parent != r.Snapshot {
		t.Errorf("its history is %+v", h)
	}
	second.nothingPlain("ada", "Shop", passphrase)
}
