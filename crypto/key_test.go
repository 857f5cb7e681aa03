package crypto

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestAKeyDoesNotShowItself(t *testing.T) {
	key := Key(bytes.Repeat([]byte{0xab}, 32))
	var log bytes.Buffer
	keyOnly := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key != "key" {
			return slog.Attr{} // the time could hold any digits
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&log, keyOnly)).Info("text", "key", key)
	slog.New(slog.NewJSONHandler(&log, keyOnly)).Info("json", "key", key)
	shown := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U"} {
		shown += fmt.Sprintf(verb, key) + fmt.Sprintf(verb, &key) + fmt.Sprintf(verb, struct{ Key Key }{key})
	}
	for _, trace := range []string{"ab", "AB", "171", "253", "10101011", "«", "00AB"} {
		if strings.Contains(shown, trace) {
			t.Errorf("%q is in %s", trace, shown)
		}
	}
	if text, err := json.Marshal(struct{ Key Key }{key}); err == nil {
		t.Errorf("it can be written: %s", text)
	}
}

func TestKeysDifferAndSoDoTheirIDs(t *testing.T) {
	one, other := NewKey(), NewKey()
	if one == other || one.ID() == other.ID() {
		t.Error("two keys are alike")
	}
}

func TestKeyIDIsHexadecimalInJSON(t *testing.T) {
	id := NewKey().ID()
	text, err := json.Marshal(id)
	if err != nil || string(text) != `"`+hex.EncodeToString(id[:])+`"` {
		t.Fatalf("%s, %v", text, err)
	}
	var back KeyID
	if err := json.Unmarshal(text, &back); err != nil || back != id {
		t.Errorf("%v came back as %v, %v", id, back, err)
	}
	for _, wrong := range []string{`""`, `"00"`, `"` + strings.Repeat("0", 34) + `"`, `"` + strings.Repeat("x", 32) + `"`} {
		if err := json.Unmarshal([]byte(wrong), &back); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v", wrong, err)
		}
	}
}
