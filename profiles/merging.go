package profiles

import (
	"bytes"
	"encoding/json"
	"maps"
	"strings"

	"github.com/google/uuid"
)

// dated is a card with its id, which says how old it is: ids of cards grow, whatever the clocks of devices say.
type dated struct {
	id uuid.UUID
	card
}

// labelField is the name of the field that a snapshot's label is.
const labelField = "labels/"

// fields are the fields of a card as they are written, by their names, but for those that say how it is to be merged.
func (c card) fields() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	labels := c.Labels
	c.Labels, c.Changed, c.Replaces = nil, nil, nil
	if text, err := json.Marshal(c); err != nil || json.Unmarshal(text, &all) != nil {
		panic("profiles: a card cannot be written") // it consists of texts, numbers, times, and what was read as JSON
	}
	delete(all, "profile")
	for id, label := range labels {
		all[labelField+id.String()], _ = json.Marshal(label)
	}
	return all
}

// cardOf is the reverse of fields. A value that is not of its field's kind counts as missing.
func cardOf(fields map[string]json.RawMessage) card {
	labels, plain := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for name, value := range fields {
		if id, ok := strings.CutPrefix(name, labelField); ok {
			labels[id] = value
		} else {
			plain[name] = value
		}
	}
	if len(labels) > 0 {
		plain["labels"], _ = json.Marshal(labels)
	}
	if c, ok := parseCard(plain); ok {
		return c
	}
	var c card
	readable := map[string]json.RawMessage{}
	for name, value := range plain {
		readable[name] = value
		if with, ok := parseCard(readable); ok {
			c = with
		} else {
			delete(readable, name)
		}
	}
	return c
}

func parseCard(fields map[string]json.RawMessage) (c card, ok bool) {
	text, err := json.Marshal(fields)
	return c, err == nil && json.Unmarshal(text, &c) == nil
}

// merge puts cards of a profile together: each field has the value that it was given last. A field that a card has and says
// nothing of in Changed was given in that card.
func merge(all []dated) card {
	if len(all) == 1 {
		return all[0].card
	}
	values, changed := map[string]json.RawMessage{}, map[string]uuid.UUID{}
	var profile uuid.UUID
	for _, c := range all {
		profile = c.Profile
		fields := c.fields()
		for name := range fields {
			if _, ok := c.Changed[name]; !ok {
				c.Changed = maps.Clone(c.Changed)
				if c.Changed == nil {
					c.Changed = map[string]uuid.UUID{}
				}
				c.Changed[name] = c.id
			}
		}
		for name, when := range c.Changed {
			if was, ok := changed[name]; ok && bytes.Compare(when[:], was[:]) <= 0 {
				continue
			}
			changed[name] = when
			if value, ok := fields[name]; ok {
				values[name] = value
			} else {
				delete(values, name)
			}
		}
	}
	c := cardOf(values)
	c.Profile, c.Changed = profile, changed
	return c
}

func (c card) clone() card {
	c.Labels, c.Changed, c.unknown = maps.Clone(c.Labels), maps.Clone(c.Changed), maps.Clone(c.unknown)
	return c
}

// stamp notes the fields that are not what they were before as changed in the card id; false: there is none.
func (c *card) stamp(before card, id uuid.UUID) bool {
	was, is := before.fields(), c.fields()
	if c.Changed == nil {
		c.Changed = map[string]uuid.UUID{}
	}
	different := false
	for _, names := range []map[string]json.RawMessage{was, is} {
		for name := range names {
			if !bytes.Equal(was[name], is[name]) {
				c.Changed[name], different = id, true
			}
		}
	}
	return different
}
