package engine

import (
	"bytes"
	"encoding/json"

	"valise/profiles"

	"github.com/google/uuid"
)

// profileChoice is the field `profile`: which profile a session loads, and which it saves to.
//
//	absent, false                nothing                       nowhere
//	true                         nothing                       a new profile, whose id is the session's
//	"<id>"                       <id>                          <id>
//	{load: "<id>"}, save false   <id>                          nowhere
//	{load: "<id>", save: true}   <id>                          a new profile, whose id is the session's
//	{load: "<a>", save: "<b>"}   <a>                           <b>, as its newest snapshot
//	{save: true}, {save: "<b>"}  nothing                       new, or <b>
type profileChoice struct {
	load uuid.UUID // zero: nothing
	save profiles.Save
	over uuid.UUID // with SaveOver
}

// UnmarshalJSON reads any of the forms.
func (c *profileChoice) UnmarshalJSON(data []byte) error {
	*c = profileChoice{}
	data = bytes.TrimSpace(data)
	switch data[0] {
	case 'n': // null, as if absent
		return nil
	case 't', 'f':
		if data[0] == 't' {
			c.save = profiles.SaveNew
		}
		return nil
	case '"':
		id, err := profileID("profile", data)
		c.load, c.save = id, profiles.SaveSame
		return err
	case '{':
		return c.readObject(data)
	}
	return invalid("profile must be true, false, a profile's id, or an object with load and save")
}

func (c *profileChoice) readObject(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for name := range fields {
		if name != "load" && name != "save" {
			return invalid("profile.%s is not known; profile has load and save", shorten(name))
		}
	}
	if load := fields["load"]; load != nil && !isOneOf(load, "null", "false") {
		id, err := profileID("profile.load", load)
		if err != nil {
			return err
		}
		c.load = id
	}
	switch save := fields["save"]; {
	case save == nil || isOneOf(save, "null", "false"):
	case isOneOf(save, "true"):
		c.save = profiles.SaveNew
	default:
		id, err := profileID("profile.save", save)
		if err != nil {
			return err
		}
		c.save, c.over = profiles.SaveOver, id
		if c.over == c.load {
			c.save, c.over = profiles.SaveSame, uuid.Nil
		}
	}
	return nil
}

// isOneOf says whether a value is literally one of these.
func isOneOf(value json.RawMessage, literals ...string) bool {
	for _, l := range literals {
		if string(bytes.TrimSpace(value)) == l {
			return true
		}
	}
	return false
}

func profileID(field string, value json.RawMessage) (uuid.UUID, error) {
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return uuid.Nil, invalid("%s must be a profile's id", field)
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != len(uuid.Nil.String()) || id == uuid.Nil {
		// What is no id cannot be one of a profile: callers that ask for one that is gone get the same answer for both.
		return uuid.Nil, &profiles.NotFoundError{What: "profile", Name: shorten(text)}
	}
	return id, nil
}
