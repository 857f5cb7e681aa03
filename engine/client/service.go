package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"valise/problem"
	"valise/profiles"

	"github.com/google/uuid"
)

// A service speaks the contract and nothing else, and has profiles of its own: what is in the vault does not get there, and what is
// done there does not come into the vault. All that ties the two is that Valise remembers which profile of the service
// belongs to one of the vault: the first session has the service make it, those after that load it and save to it.

// DefaultService is the public service that the contract is from.
const DefaultService = "https://engine.hyperbeam.com"

var errServiceSaves = problem.New("a service saves to its own profile only", "Open it there without --save-over, or with --throwaway.")

// openService opens the service's profile that belongs to a profile of the library's.
func (e *Engine) openService(ctx context.Context, lib *profiles.Library, how profiles.How) (Session, error) {
	loaded, err := lib.Find(ctx, how.Load.String())
	if err != nil {
		return Session{}, err
	}
	known, err := lib.FindEngine(e.Name)
	if err != nil {
		return Session{}, err
	}
	id := known.Profiles[loaded.ID]
	receipt := profiles.Receipt{Profile: loaded.ID, Name: loaded.Name, Outcome: profiles.KeptThere, Carried: []string{
		fmt.Sprintf("%s has a profile of its own for %q: nothing of this vault's goes there, and nothing comes back.", e.Name, loaded.Name)}}
	r := Request{}
	if len(how.URLs) > 0 {
		r.StartURL = how.URLs[0]
	}
	switch how.Save {
	case profiles.SaveSame:
	case profiles.SaveNowhere:
		receipt.Outcome = profiles.Discarded
	default:
		return Session{}, errServiceSaves
	}
	r.Profile = e.wanted(how.Save, id)
	s, err := e.Start(ctx, r)
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.Status == http.StatusNotFound && id != "" {
		// It deletes profiles that were not opened for three months.
		receipt.Warnings = append(receipt.Warnings, fmt.Sprintf("%s has deleted the profile that it had for %q: this one began anew.", e.Name, loaded.Name))
		if err := lib.RememberProfile(e.Name, loaded.ID, ""); err != nil {
			return s, err
		}
		id = ""
		r.Profile = e.wanted(how.Save, id)
		s, err = e.Start(ctx, r)
	}
	if err != nil {
		return s, err
	}
	receipt.Session = s.ID
	e.mu.Lock()
	e.bound[s.ID] = receipt
	e.mu.Unlock()
	if how.Save == profiles.SaveSame && id == "" {
		if err := lib.RememberProfile(e.Name, loaded.ID, s.ID.String()); err != nil {
			return s, errors.Join(err, e.End(ctx, s.ID))
		}
	}
	return s, nil
}

// wanted is what the contract calls profile; id is the service's, empty while it has none.
func (e *Engine) wanted(save profiles.Save, id string) any {
	switch {
	case save == profiles.SaveSame && id == "":
		return true
	case save == profiles.SaveSame:
		return id
	case id == "":
		return nil
	}
	return map[string]any{"load": id}
}

// closeService ends a session of a service, unless it has ended, and says what became of it.
func (e *Engine) closeService(ctx context.Context, id uuid.UUID) (profiles.Receipt, error) {
	e.mu.Lock()
	receipt := e.bound[id]
	delete(e.bound, id)
	e.mu.Unlock()
	err := e.End(ctx, id)
	if refusal, ok := errors.AsType[*Refusal](err); ok && refusal.Status == http.StatusNotFound {
		err = nil
	}
	return receipt, err
}
