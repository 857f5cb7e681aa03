package browser

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestSeedingKeepsWhatItDoesNotKnow(t *testing.T) {
	before := `{"big":13439889841060400123,"html":"<a & b>","session":{"startup_urls":["http://a/"],"x":1.10},` +
		`"profile":{"exit_type":"Crashed","name":"Ä"},"new":{"deep":[1e400,null,{"a":false}]}}`
	after, err := seed([]byte(before))
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{
		`"big":13439889841060400123`, `"html":"<a & b>"`, `"startup_urls":["http://a/"]`, `"x":1.10`, `"name":"Ä"`,
		`"new":{"deep":[1e400,null,{"a":false}]}`,
		`"exit_type":"Normal"`, `"exited_cleanly":true`,
	} {
		if !strings.Contains(string(after), kept) {
			t.Errorf("%s is not in %s", kept, after)
		}
	}
	again, err := seed(after)
	if err != nil || string(again) != string(after) {
		t.Errorf("seeded twice: %s, %v", again, err)
	}
}

func TestSeedingMakesPreferencesForANewProfile(t *testing.T) {
	text, err := seed(nil)
	if err != nil || !json.Valid(text) || !strings.Contains(string(text), `"exit_type":"Normal"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestDamagedPreferencesAreLeftToTheBrowser(t *testing.T) {
	for _, text := range []string{`{"profile":`, `[]`, `{"profile":7}`} {
		if after, err := seed([]byte(text)); err == nil {
			t.Errorf("%s became %s", text, after)
		}
	}
}
