package profiles

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"valise/profiles/snapshot"

	"github.com/google/uuid"
)

// change is the card that a device makes of the ones that it knows.
func change(t *testing.T, known []dated, f func(*card)) dated {
	t.Helper()
	var last uuid.UUID
	for _, c := range known {
		last = c.id
	}
	before := merge(known)
	after := before.clone()
	f(&after)
	id := snapshot.NewID(last)
	if !after.stamp(before, id) {
		t.Fatal("nothing is different")
	}
	text, err := json.Marshal(after)
	if err != nil {
		t.Fatal(err)
	}
	var read card
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return dated{id, read}
}

func TestWhatTwoDevicesSayOfAProfileIsPutTogetherFieldByField(t *testing.T) {
	one, two := uuid.New(), uuid.New()
	first := change(t, nil, func(c *card) {
		c.Name, c.Tags = "Shop", []string{"qa"}
		c.Labels = map[uuid.UUID]string{one: "empty cart", two: "full cart"}
	})
	here := change(t, []dated{first}, func(c *card) {
		c.Name, c.Pinned = "Market", true
		delete(c.Labels, one)
	})
	there := change(t, []dated{first}, func(c *card) {
		c.Tags, c.Colour = []string{"support"}, "#112233"
		c.Labels[two] = "fuller cart"
		c.unknown = map[string]json.RawMessage{"weather": json.RawMessage(`{"sun":1}`)}
	})
	later := change(t, []dated{there}, func(c *card) { c.Name = "Bazaar" })

	for name, all := range map[string][]dated{
		"all":                      {first, here, there, later},
		"without what is replaced": {here, later},
		"in another order":         {later, first, here},
	} {
		c := merge(all)
		if c.Name != "Bazaar" || !c.Pinned || c.Colour != "#112233" || !reflect.DeepEqual(c.Tags, []string{"support"}) ||
			!reflect.DeepEqual(c.Labels, map[uuid.UUID]string{two: "fuller cart"}) || string(c.unknown["weather"]) != `{"sun":1}` {
			t.Errorf("%s: %+v", name, c)
		}
	}
	last := change(t, []dated{here, later}, func(c *card) { c.Trashed = time.Now() })
	if c := merge([]dated{last, here}); c.Name != "Bazaar" || c.Trashed.IsZero() || c.Labels[one] != "" {
		t.Errorf("put together once, it is %+v", c)
	}
}

func TestACardOfBeforeChangesWereNotedCountsWhole(t *testing.T) {
	older := dated{snapshot.NewID(uuid.Nil), card{Name: "Shop", Colour: "#112233"}}
	newer := dated{snapshot.NewID(older.id), card{Name: "Market"}}
	if c := merge([]dated{newer, older}); c.Name != "Market" {
		t.Errorf("it is called %q", c.Name)
	}
}

func TestAFieldThatCannotBeReadLosesNoOther(t *testing.T) {
	c := cardOf(map[string]json.RawMessage{"name": json.RawMessage(`"Shop"`), "tags": json.RawMessage(`7`), "pinned": json.RawMessage(`true`)})
	if c.Name != "Shop" || !c.Pinned || c.Tags != nil {
		t.Errorf("it is %+v", c)
	}
}
