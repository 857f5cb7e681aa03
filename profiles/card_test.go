package profiles

import (
	"encoding/json"
	"testing"
)

func TestACardKeepsWhatItDoesNotKnow(t *testing.T) {
	var c card
	if err := json.Unmarshal([]byte(`{"name": "Shop", "mood": "2030-01-01T00:00:00Z", "weather": {"sun": 1}}`), &c); err != nil {
		t.Fatal(err)
	}
	c.Name = "Market"
	written, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(written, &fields); err != nil {
		t.Fatal(err)
	}
	if fields["name"] != "Market" || fields["mood"] != "2030-01-01T00:00:00Z" || fields["weather"] == nil {
		t.Errorf("written, the card is %s", written)
	}
}
