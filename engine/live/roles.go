package live

import (
	"slices"

	"valise/problem"
)

// What a viewer may do.
const (
	control    = "control"     // send input
	cursorData = "cursor_data" // have their pointer shown to the others
	chat       = "chat"        // known to the contract, and without a meaning here
)

var allRoles = []string{control, cursorData, chat}

// Problems with what is asked of a room.
var (
	ErrNoViewer = problem.New("this viewer is not here", "Ask again with the id of somebody who is connected.")
	ErrNoRole   = problem.New("there is no such role", `The roles are "control", "cursor_data" and "chat".`)
)

// Roles are those of viewers who come: the given ones, or where they are nil all there are; without that to control, where it is
// taken.
func Roles(given []string, withoutControl bool) ([]string, error) {
	if given == nil {
		given = allRoles
	}
	roles := []string{}
	for _, role := range given {
		if !slices.Contains(allRoles, role) {
			return nil, ErrNoRole
		}
		if role != control || !withoutControl {
			roles = append(roles, role)
		}
	}
	return roles, nil
}

// SetRoles gives roles to viewers, or takes them. exclusive: everybody else loses them first. Somebody who has not come yet has them when
// they come.
func (r *Room) SetRoles(add bool, viewers, roles []string, exclusive bool) error {
	for _, role := range roles {
		if !slices.Contains(allRoles, role) {
			return ErrNoRole
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if add && exclusive {
		for _, v := range r.viewers {
			r.grant(v.ID, false, roles)
		}
		for id := range r.granted {
			r.grant(id, false, roles)
		}
		r.o.Roles = slices.DeleteFunc(slices.Clone(r.o.Roles), func(role string) bool { return slices.Contains(roles, role) })
	}
	for _, id := range viewers {
		if _, known := r.granted[id]; !known && len(r.granted) >= mostGranted {
			return ErrNoViewer
		}
		r.grant(id, add, roles)
	}
	for _, v := range r.viewers {
		v.state(outgoing{Type: "roles", Roles: r.rolesOf(v.ID)})
		if !r.may(v, control) {
			r.letGo(v)
		}
	}
	return nil
}

// mostGranted bounds the viewers whose roles are remembered.
const mostGranted = 1000

// grant changes the roles of one viewer. The lock is held.
func (r *Room) grant(id string, add bool, roles []string) {
	has := slices.DeleteFunc(slices.Clone(r.rolesOf(id)), func(role string) bool { return slices.Contains(roles, role) })
	if add {
		has = append(has, roles...)
	}
	r.granted[id] = has
}

// rolesOf are the roles of a viewer. The lock is held.
func (r *Room) rolesOf(id string) []string {
	if roles, ok := r.granted[id]; ok {
		return roles
	}
	return r.o.Roles
}

func (r *Room) may(v *viewer, role string) bool { return slices.Contains(r.rolesOf(v.ID), role) }

// Kick ends the connections of a viewer. Where somebody says who may come, they are asked of them again.
func (r *Room) Kick(id string) error {
	r.mu.Lock()
	away := r.takePass(id)
	var kicked []*viewer
	for _, v := range r.viewers {
		if v.ID == id {
			kicked = append(kicked, v)
		}
	}
	r.mu.Unlock()
	if len(kicked) == 0 && !away {
		return ErrNoViewer
	}
	for _, v := range kicked {
		v.dismiss("kicked")
	}
	return nil
}
