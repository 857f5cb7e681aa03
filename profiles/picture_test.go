package profiles_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"valise/internal/testenv"
	"valise/profiles"
)

func TestASnapshotHasASmallPictureOfTheLastPage(t *testing.T) {
	c, site := newComputer(t), testenv.NewSite(t)
	first := c.logIn(site, "ada", profiles.How{Save: profiles.SaveNew, Name: "Shop"})
	picture := func() []byte { return c.history(first.Profile)[0].Summary.Picture }
	taken := picture()
	if size, err := jpeg.DecodeConfig(bytes.NewReader(taken)); err != nil || size.Width != 320 || len(taken) > 12<<10 {
		t.Fatalf("the picture has %d bytes and is %v large (%v)", len(taken), size, err)
	}
	c.nothingPlain(string(taken[len(taken)/2:]))

	if _, err := c.Rollback(t.Context(), first.Profile, first.Snapshot); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(picture(), taken) {
		t.Error("rolled back, the picture is another one")
	}
	if err := c.home.ChangeSettings(func(s *profiles.Settings) { s.NoPictures = true }); err != nil {
		t.Fatal(err)
	}
	c.logIn(site, "bob", profiles.How{Load: first.Profile, Save: profiles.SaveSame})
	if len(picture()) > 0 {
		t.Error("a picture was taken of somebody who does not want it")
	}
}
