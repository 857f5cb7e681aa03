package vault

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestNamesAreReadAsTheyAreMade(t *testing.T) {
	profile, id := uuid.MustParse("018f4a6e-0000-7000-8000-000000000001"), uuid.MustParse("018f4a6e-0000-7000-8000-00000000000a")
	for name, want := range map[string]Kind{SnapshotName(profile, id): KindSnapshot, CardName(profile, id): KindCard, GoneName(profile, id): KindGone} {
		gotProfile, kind, gotID, ok := ParseName(name)
		if !ok || gotProfile != profile || kind != want || gotID != id {
			t.Errorf("%s is read as %v %v %v %v", name, gotProfile, kind, gotID, ok)
		}
		if err := checkName(name); err != nil {
			t.Error(err)
		}
	}
	if got := SnapshotName(profile, id); got != "profiles/018f4a6e-0000-7000-8000-000000000001/018f4a6e-0000-7000-8000-00000000000a.valise" {
		t.Error(got)
	}
	if got := CardName(profile, id); got != "profiles/018f4a6e-0000-7000-8000-000000000001/card-018f4a6e-0000-7000-8000-00000000000a" {
		t.Error(got)
	}
}

func TestOtherNamesAreNotOurs(t *testing.T) {
	const a = "018f4a6e-0000-7000-8000-00000000000a"
	for _, name := range []string{
		"", "vault.json", "profiles", "profiles/", "profiles/" + a, "profiles/" + a + "/lease", "profiles/" + a + "/" + a,
		"profiles/" + a + "/card-" + a + ".valise", "profiles/" + a + "/" + a + ".valise/x", "x/" + a + "/" + a + ".valise",
		"profiles/" + strings.ToUpper(a) + "/" + a + ".valise", "profiles/{" + a + "}/" + a + ".valise",
		"profiles/" + a + "/urn:uuid:" + a + ".valise", "profiles/" + a + "/card-" + strings.ReplaceAll(a, "-", ""),
	} {
		if _, _, _, ok := ParseName(name); ok {
			t.Errorf("%q is taken for one of ours", name)
		}
	}
}
