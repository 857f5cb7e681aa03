package engine

import (
	"cmp"
	"net/http"

	"valise/profiles"

	"github.com/google/uuid"
)

// What Hyperbeam has no calls for, so that its callers keep lists of their own: which profiles there are, and what was
// saved of each. The answers are those of the command's --json.

type profileList struct {
	Results []profiles.Profile `json:"results"`
}

type history struct {
	Results []profiles.Snapshot `json:"results"`
}

type profileChange struct {
	Name *string   `json:"name"`
	Tags *[]string `json:"tags"`
}

type labelRequest struct {
	Snapshot string `json:"snapshot"` // its id or label
	Label    string `json:"label"`    // empty: none any more
}

type snapshotRequest struct {
	Snapshot string `json:"snapshot"` // its id or label
}

type forkRequest struct {
	Name     string `json:"name"`
	Snapshot string `json:"snapshot"` // empty: the newest
}

func (e *Engine) profileCalls() []operation {
	usual := []string{codeInvalid, codeNoProfile, codeNoSnapshot}
	changing := append(usual, codeInUse, codeConflict, codeNoStorage)
	of := func(do func(*call, profiles.Profile) (any, error)) func(*call) (any, error) {
		return func(c *call) (any, error) {
			p, err := e.lib.Find(c.Context(), c.PathValue("id"))
			if err != nil {
				return nil, err
			}
			return do(c, p)
		}
	}
	const one = "/v0/profiles/{id}"
	return []operation{
		{method: "GET", path: "/v0/profiles", who: keyHolder, what: "List the profiles", gives: profileList{}, do: e.listProfiles},
		{method: "GET", path: one, who: keyHolder, what: "Say how a profile stands", gives: profiles.Profile{}, errors: usual,
			do: of(func(_ *call, p profiles.Profile) (any, error) { return p, nil })},
		{method: "PATCH", path: one, who: keyHolder, what: "Rename or tag a profile", takes: profileChange{}, gives: profiles.Profile{}, do: of(e.changeProfile), errors: changing},
		{method: "DELETE", path: one, who: keyHolder, what: "Move a profile to the trash", gives: nothing{}, do: of(e.trashProfile), errors: changing},
		{method: "POST", path: one + "/restore", who: keyHolder, what: "Take a profile out of the trash", gives: nothing{}, do: of(e.untrashProfile), errors: changing},
		{method: "GET", path: one + "/history", who: keyHolder, what: "List a profile's snapshots, newest first", gives: history{}, do: of(e.history), errors: usual},
		{method: "POST", path: one + "/label", who: keyHolder, what: "Put a label on a snapshot", takes: labelRequest{}, gives: nothing{}, do: of(e.label), errors: changing},
		{method: "POST", path: one + "/rollback", who: keyHolder, what: "Make an earlier snapshot the newest again", takes: snapshotRequest{}, gives: profiles.Receipt{}, do: of(e.rollback), errors: changing},
		{method: "POST", path: one + "/fork", who: keyHolder, what: "Make a new profile of a snapshot", takes: forkRequest{}, gives: profiles.Receipt{}, do: of(e.fork), errors: changing},
		{method: "POST", path: one + "/export", who: keyHolder, what: "Answer with a file of the profile, sealed with a passphrase", takes: exportRequest{}, givesFile: true,
			do: of(e.export), errors: append(usual, codeConflict)},
		{method: "POST", path: "/v0/profiles/import", who: keyHolder, what: "Make a new profile of a file that was exported", takes: importRequest{}, form: true,
			gives: profiles.Receipt{}, mostBody: cmp.Or(e.options.MaxImport, defaultImport) + mostJSON + 16<<10,
			do: e.importProfile, errors: []string{codeInvalid, codePassphrase, codeBadFile, codeConflict, codeTooLarge, codeNoStorage}},
	}
}

func (e *Engine) listProfiles(c *call) (any, error) {
	all, err := e.lib.Profiles(c.Context())
	if err != nil {
		return nil, err
	}
	return profileList{append([]profiles.Profile{}, all...)}, nil
}

func (e *Engine) changeProfile(c *call, p profiles.Profile) (any, error) {
	var change profileChange
	if _, err := decode(c.Body, &change); err != nil {
		return nil, err
	}
	if change.Name != nil && *change.Name != p.Name {
		if err := e.lib.Rename(c.Context(), p.ID, *change.Name); err != nil {
			return nil, advised(err)
		}
	}
	if change.Tags != nil {
		if err := e.lib.SetTags(c.Context(), p.ID, *change.Tags); err != nil {
			return nil, advised(err)
		}
	}
	return e.lib.Find(c.Context(), p.ID.String())
}

func (e *Engine) trashProfile(c *call, p profiles.Profile) (any, error) {
	return nothing{}, e.lib.Trash(c.Context(), p.ID)
}

func (e *Engine) untrashProfile(c *call, p profiles.Profile) (any, error) {
	return nothing{}, advised(e.lib.Untrash(c.Context(), p.ID))
}

func (e *Engine) history(c *call, p profiles.Profile) (any, error) {
	snapshots, err := e.lib.History(c.Context(), p.ID)
	if err != nil {
		return nil, err
	}
	return history{append([]profiles.Snapshot{}, snapshots...)}, nil
}

func (e *Engine) label(c *call, p profiles.Profile) (any, error) {
	var l labelRequest
	if _, err := decode(c.Body, &l); err != nil {
		return nil, err
	}
	s, err := e.snapshot(c, p, l.Snapshot)
	if err != nil {
		return nil, err
	}
	return nothing{}, advised(e.lib.Label(c.Context(), p.ID, s, l.Label))
}

func (e *Engine) rollback(c *call, p profiles.Profile) (any, error) {
	var r snapshotRequest
	if _, err := decode(c.Body, &r); err != nil {
		return nil, err
	}
	s, err := e.snapshot(c, p, r.Snapshot)
	if err != nil {
		return nil, err
	}
	return e.lib.Rollback(c.Context(), p.ID, s)
}

func (e *Engine) fork(c *call, p profiles.Profile) (any, error) {
	var f forkRequest
	if _, err := decode(c.Body, &f); err != nil {
		return nil, err
	}
	var at uuid.UUID
	if f.Snapshot != "" {
		var err error
		if at, err = e.snapshot(c, p, f.Snapshot); err != nil {
			return nil, err
		}
	}
	receipt, err := e.lib.Fork(c.Context(), p.ID, at, f.Name)
	return receipt, advised(err)
}

// snapshot finds one of a profile by its id or label.
func (e *Engine) snapshot(c *call, p profiles.Profile, named string) (uuid.UUID, error) {
	if named == "" {
		return uuid.Nil, invalid("snapshot is missing: the id or the label of one")
	}
	s, err := e.lib.FindSnapshot(c.Context(), p.ID, named)
	return s.ID, err
}

// advised takes what the library says of a name or a label that cannot be for the caller's fault.
func advised(err error) error {
	if err == nil {
		return nil
	}
	if r := refusalFor(err); r.Code != codeInternal {
		return r
	}
	return refuse(http.StatusBadRequest, codeInvalid, "%v", err)
}
