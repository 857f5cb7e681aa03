package snapshot

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

func TestADeltaIsReadThroughTheBlockItWasMadeWith(t *testing.T) {
	s := shelf{}
	id := NewID(uuid.Nil)
	var want []byte
	s[id], want = withDelta(t, id, uuid.Nil, nil)
	dir, _ := s.restore(t, id)
	hasContent(t, dir, "changed", want)
	hasContent(t, dir, "plain", newGenerator(3).text(3000))
}

func TestTheBlockThatADeltaWasMadeWithMayBeInAnOlderObject(t *testing.T) {
	s, _, id, want := deltaOnOlder(t)
	dir, _ := s.restore(t, id)
	hasContent(t, dir, "changed", want)

	// Whoever refers to a delta refers to its base as well.
	write(t, dir, map[string]string{"another": "file"})
	index, _ := s.save(t, dir, &Index{Meta: Meta{ID: id}}, Saving{})
	if needs := index.Needs(); len(needs) != 2 {
		t.Errorf("the child of a snapshot with a delta needs %v", needs)
	}
	again, _ := s.restore(t, index.Meta.ID)
	hasContent(t, again, "changed", want)

	// A copy needs neither.
	var b bytes.Buffer
	copied, err := Copy(t.Context(), &b, testKey, Meta{}, testKey, s.open, id)
	must(t, err)
	clear(s)
	s[copied.Meta.ID] = b.Bytes()
	again, _ = s.restore(t, copied.Meta.ID)
	hasContent(t, again, "changed", want)
}

func TestADeltaWithoutItsBaseIsLost(t *testing.T) {
	s, base, id, _ := deltaOnOlder(t)
	delete(s, base)
	_, _, err := Restore(t.Context(), testKey, s.open, id, t.TempDir(), Restoring{})
	if !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("restoring a delta without its base: %v", err)
	}
}

// A delta of a delta would make reading one block cost reading any number of others.
func TestADeltaOfADeltaIsRefused(t *testing.T) {
	s := shelf{}
	frames, m := forgery(t)
	m.Blocks.Deltas = []delta{{Block: 0, Object: 0, Base: 0, Stored: m.Blocks.Lengths[0]}}
	id := NewID(uuid.Nil)
	s[id] = forge(t, id, 0, frames, m)
	_, _, err := Restore(t.Context(), testKey, s.open, id, t.TempDir(), Restoring{})
	if !errors.Is(err, crypto.ErrDamaged) {
		t.Errorf("restoring a delta of a delta: %v", err)
	}
}

func deltaOnOlder(t *testing.T) (s shelf, base, id uuid.UUID, want []byte) {
	s = shelf{}
	content := newGenerator(4).text(3000)
	dir := t.TempDir()
	write(t, dir, map[string]string{"old": string(content)})
	older, _ := s.save(t, dir, nil, Saving{})
	id = NewID(older.Meta.ID)
	s[id], want = withDelta(t, id, older.Meta.ID, content)
	return s, older.Meta.ID, id, want
}

func hasContent(t testing.TB, dir, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s has %d bytes, not the %d that it should", path, len(got), len(want))
	}
}
