package snapshot

import (
	"path"
	"testing"

	"github.com/google/uuid"
)

func TestWhatDiffersIsToldByGroupsWithoutReading(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	index := func(id uuid.UUID) *Index {
		x, _ := open(t, s, id)
		return x
	}
	alone := func(path string) string { return path }
	for _, try := range []struct {
		what    string
		a, b    uuid.UUID
		group   func(string) string
		differs map[string]bool
	}{
		{"the snapshots", first, second, alone, map[string]bool{"partly old": true, "new/1": true, "new/empty": true}},
		{"the other way round", second, first, alone, map[string]bool{"partly old": true, "new/1": true, "new/empty": true}},
		{"a snapshot and itself", second, second, alone, nil},
		{"by directory", first, second, path.Dir, map[string]bool{"partly old": true, "new/1": true, "new/empty": true}},
		{"all in one", first, second, func(string) string { return "" },
			map[string]bool{"old/1": true, "old/2": true, "partly old": true, "new/1": true, "new/empty": true}},
	} {
		differs := Differing(index(try.a), index(try.b), try.group)
		for _, path := range []string{"old/1", "old/2", "partly old", "new/1", "new/empty"} {
			if got := differs(path); got != try.differs[path] {
				t.Errorf("%s: that %s differs is %v", try.what, path, got)
			}
		}
	}
}
