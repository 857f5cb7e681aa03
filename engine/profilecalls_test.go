package engine_test

import (
	"slices"
	"testing"

	"valise/engine"
	"valise/internal/testenv"
	"valise/profiles"
)

// A profile is named, labelled, rolled back, forked, thrown away and taken out again, and sites see what that means.
func TestProfilesAreLookedAfterOverHTTP(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	id := s.logIn("true", site, "ada").ID
	here := "/v0/profiles/" + id

	p := call[profiles.Profile](s, "PATCH", here, `{"name": "Shop", "tags": ["qa", "shops"]}`)
	if p.Name != "Shop" || !slices.Equal(p.Tags, []string{"qa", "shops"}) {
		t.Errorf("renamed and tagged it is %+v", p)
	}
	if p = call[profiles.Profile](s, "GET", here, nil); p.Name != "Shop" || p.Snapshots != 1 {
		t.Errorf("asked for it is %+v", p)
	}
	s.refused("PATCH", here, `{"name": ""}`, 400, "err_invalid_request")

	first := s.history(id)[0].ID.String()
	call[any](s, "POST", here+"/label", `{"snapshot": `+quoted(first)+`, "label": "as ada"}`)
	s.refused("POST", here+"/label", `{"snapshot": "nowhere", "label": "x"}`, 404, "err_snapshot_not_found")
	s.logIn(quoted(id), site, "bob")
	call[profiles.Receipt](s, "POST", here+"/rollback", `{"snapshot": "as ada"}`)
	if person := s.loggedIn(`{"load": `+quoted(id)+`}`, site); person != "ada" {
		t.Errorf("rolled back, the site takes the visitor for %q", person)
	}
	bobs := s.history(id)[1].ID.String()
	fork := call[profiles.Receipt](s, "POST", here+"/fork", `{"snapshot": `+quoted(bobs)+`, "name": "Bob's"}`)
	if person := s.loggedIn(`{"load": `+quoted(fork.Profile.String())+`}`, site); person != "bob" {
		t.Errorf("in the fork the site takes the visitor for %q", person)
	}

	v, _ := s.start(quoted(id))
	s.refused("DELETE", here, nil, 409, "err_profile_in_use")
	s.end(v)
	call[any](s, "DELETE", here, nil)
	if state := s.profiles()[id].State; state != profiles.StateTrashed {
		t.Errorf("thrown away it is %q", state)
	}
	for _, profile := range []string{quoted(id), `{"load": ` + quoted(id) + `}`, `{"save": ` + quoted(id) + `}`} {
		s.refused("POST", "/v0/vm", `{"profile": `+profile+`}`, 404, "err_profile_not_found")
	}
	call[any](s, "POST", here+"/restore", nil)
	if person := s.loggedIn(`{"load": `+quoted(id)+`}`, site); person != "ada" {
		t.Errorf("taken out again, the site takes the visitor for %q", person)
	}
	s.refused("GET", "/v0/profiles/nobody", nil, 404, "err_profile_not_found")
}
