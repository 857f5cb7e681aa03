package profiles_test

import (
	"errors"
	"testing"

	"valise/profiles"
)

// fresh saves a new profile that nobody did anything in.
func (c *computer) fresh(name string) profiles.Profile {
	c.t.Helper()
	s, _ := c.open(profiles.How{Save: profiles.SaveNew, Name: name})
	c.close(s)
	return c.find(s.Info().Name)
}

func TestNames(t *testing.T) {
	c := newComputer(t)
	one := c.fresh("")
	if one.Name != "New profile" {
		t.Errorf("unnamed, it is called %q", one.Name)
	}
	two, err := c.Fork(t.Context(), one.ID, one.Newest, "")
	if err != nil || two.Name != "New profile 2" {
		t.Errorf("the next is called %q, %v", two.Name, err)
	}
	var taken *profiles.NameTakenError
	if _, err := c.Open(t.Context(), profiles.How{Save: profiles.SaveNew, Name: "new PROFILE"}); !errors.As(err, &taken) {
		t.Errorf("a taken name: %v", err)
	}
	if err := c.Rename(t.Context(), one.ID, "New profile 2"); !errors.As(err, &taken) {
		t.Errorf("renamed to a taken name: %v", err)
	}
	if err := c.Rename(t.Context(), one.ID, "  "); err == nil {
		t.Error("renamed to nothing")
	}
	if err := c.Rename(t.Context(), one.ID, "NEW profile"); err != nil {
		t.Errorf("renamed to its own name in another case: %v", err)
	}
	if err := c.Rename(t.Context(), one.ID, "Möbel 家具"); err != nil {
		t.Fatal(err)
	}
	for _, asked := range []string{"Möbel 家具", "möbel 家具", one.ID.String(), one.ID.String()[:8]} {
		if p := c.find(asked); p.ID != one.ID {
			t.Errorf("%q finds %+v", asked, p)
		}
	}
	var missing *profiles.NotFoundError
	if _, err := c.Find(t.Context(), "nobody"); !errors.As(err, &missing) {
		t.Errorf("found nobody: %v", err)
	}
	if err := c.SetColour(t.Context(), one.ID, "#123ABC"); err != nil || c.find("Möbel 家具").Colour != "#123abc" {
		t.Errorf("coloured: %v", err)
	}
	if err := c.SetColour(t.Context(), one.ID, "red"); err == nil {
		t.Error("red is a colour")
	}
	c.nothingPlain("Möbel")
}

func TestTrash(t *testing.T) {
	c := newComputer(t)
	old := c.fresh("Shop")
	if err := c.Trash(t.Context(), old.ID); err != nil {
		t.Fatal(err)
	}
	if p := c.find("Shop"); p.State != profiles.StateTrashed || p.Snapshots != 1 {
		t.Errorf("in the trash it is %+v", p)
	}
	younger := c.fresh("Shop") // its name is free
	if p := c.find("Shop"); p.ID != younger.ID {
		t.Error("the name still means the one in the trash")
	}
	if err := c.Untrash(t.Context(), old.ID); err != nil {
		t.Fatal(err)
	}
	if p := c.find(old.ID.String()); p.Name != "Shop (2)" || p.State != profiles.StateSaved {
		t.Errorf("taken out again it is %+v", p)
	}
}

func TestSnapshotsAreFoundByLabelAndId(t *testing.T) {
	c := newComputer(t)
	p := c.fresh("Shop")
	id := p.Newest.String()
	for _, asked := range []string{id, id[:13], id[len(id)-6:]} {
		if s, err := c.FindSnapshot(t.Context(), p.ID, asked); err != nil || s.ID != p.Newest {
			t.Errorf("%q finds %v, %v", asked, s.ID, err)
		}
	}
	var missing *profiles.NotFoundError
	for _, asked := range []string{"", "abc", "ffffffff"} {
		if _, err := c.FindSnapshot(t.Context(), p.ID, asked); !errors.As(err, &missing) {
			t.Errorf("%q finds something: %v", asked, err)
		}
	}
}
