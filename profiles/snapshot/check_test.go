package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"valise/crypto"

	"github.com/google/uuid"
)

func check(t testing.TB, s shelf, id uuid.UUID) []Damage {
	t.Helper()
	found, err := Check(t.Context(), testKey, s.open, id, nil)
	must(t, err)
	return found
}

func TestAnUndamagedSnapshotPassesTheCheck(t *testing.T) {
	s, _, second, _ := twoSnapshots(t)
	var last, total int64
	found, err := Check(t.Context(), testKey, s.open, second, func(done, of int64) { last, total = done, of })
	must(t, err)
	if len(found) > 0 || last != total || total == 0 {
		t.Errorf("found %v, at %d of %d", found, last, total)
	}
}

func TestAFlippedBitIsFoundWhereverItIs(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	_, own := open(t, s, second)
	end := func(id uuid.UUID, back int) int { return len(s[id]) - back }
	old := []string{"old/1", "old/2", "partly old"}
	for what, try := range map[string]struct {
		object uuid.UUID
		at     int
		costs  []string // nil: no file in particular
	}{
		"header":                  {second, 50, nil},
		"segment":                 {second, int(own.table.offsets[0]) + 10, []string{"new/1"}},
		"last segment":            {second, int(own.table.offsets[len(own.table.Segments)]) - 1, []string{"partly old"}},
		"index":                   {second, end(second, trailerSize+5), nil},
		"header in the trailer":   {second, end(second, trailerSize-50), nil},
		"place of the index":      {second, end(second, placeSize), nil},
		"length of the index":     {second, end(second, 9), nil},
		"number of segments":      {second, end(second, 1), nil},
		"older header":            {first, 50, nil},
		"older index":             {first, end(first, trailerSize+5), old},
		"older trailer":           {first, end(first, 1), old},
		"older segment":           {first, crypto.HeaderSize + 10, []string{"old/1"}},
		"middle of older segment": {first, crypto.HeaderSize + 3<<20, []string{"partly old"}},
	} {
		t.Run(what, func(t *testing.T) {
			s := s.clone()
			s[try.object][try.at] ^= 4
			found := check(t, s, second)
			var costs []string
			for _, d := range found {
				if !errors.Is(d.Err, crypto.ErrDamaged) {
					t.Errorf("%s: %v", d.Path, d.Err)
				}
				if d.Path != "" {
					costs = append(costs, d.Path)
				}
			}
			if len(found) == 0 || !slices.Equal(costs, try.costs) {
				t.Errorf("found %v, which should cost %v", found, try.costs)
			}
		})
	}
}

func TestACheckTellsWhatIsMissing(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	delete(s, first)
	if found := check(t, s, second); len(found) != 3 || !errors.Is(found[0].Err, errMissing) {
		t.Errorf("found %v", found)
	}
	if found := check(t, s, first); len(found) != 1 || found[0].Path != "" || !errors.Is(found[0].Err, errMissing) {
		t.Errorf("found %v", found)
	}
}

// watched counts the bytes of segments that are read of an object.
type watched struct {
	Object
	segments [2]int64 // where they begin and end
	read     *atomic.Int64
}

func (w watched) ReadAt(b []byte, at int64) (int, error) {
	if at >= w.segments[0] && at+int64(len(b)) <= w.segments[1] {
		w.read.Add(int64(len(b)))
	}
	return w.Object.ReadAt(b, at)
}

func TestEveryObjectIsReadOnceHoweverManySnapshotsReferToIt(t *testing.T) {
	g, dir, s := newGenerator(7), t.TempDir(), shelf{}
	for i := range 20 {
		g.put(t, dir, fmt.Sprintf("stays/%d", i), g.noise(80<<10))
	}
	var index *Index
	var ids []uuid.UUID
	var total int64
	for i := range 40 {
		g.put(t, dir, "changes", g.noise(40<<10+i))
		index, _ = s.save(t, dir, index, Saving{})
		ids = append(ids, index.Meta.ID)
		total += int64(len(s[index.Meta.ID]))
	}
	var read atomic.Int64
	var stored int64
	segments := map[uuid.UUID][2]int64{}
	for _, id := range ids {
		_, o := open(t, s, id)
		segments[id] = [2]int64{crypto.HeaderSize, o.table.offsets[len(o.table.Segments)]}
		stored += segments[id][1] - segments[id][0]
	}
	src := func(ctx context.Context, id uuid.UUID) (Object, error) {
		o, err := s.open(ctx, id)
		return watched{o, segments[id], &read}, err
	}
	var last, of int64
	found, err := CheckAll(t.Context(), testKey, src, ids, Checking{Progress: func(done, total int64) { last, of = done, total }})
	must(t, err)
	if len(found) > 0 || read.Load() != stored {
		t.Errorf("found %v; read %d bytes of segments, which are %d", found, read.Load(), stored)
	}
	if last != total || of != total {
		t.Errorf("the progress ended at %d of %d, with objects of %d bytes", last, of, total)
	}

	// Damage is told for each of the snapshots that it costs something.
	first := s.clone()
	first[ids[0]][crypto.HeaderSize+100] ^= 1
	found, err = CheckAll(t.Context(), testKey, first.open, ids, Checking{})
	must(t, err)
	costs := map[uuid.UUID]int{}
	for _, d := range found {
		costs[d.Snapshot]++
		if d.Object != ids[0] || d.Costs != CostsFile {
			t.Errorf("found %+v", d)
		}
	}
	if len(costs) < 2 {
		t.Errorf("it costs only files of %v", costs)
	}
}

func TestAnObjectThatIsOnlyNeededByOthersCostsTheirFiles(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	s[first][crypto.HeaderSize+10] ^= 4
	needed := Checking{Needed: func(id uuid.UUID) bool { return id == first }}
	found, err := CheckAll(t.Context(), testKey, s.open, []uuid.UUID{first, second}, needed)
	must(t, err)
	if len(found) != 1 || found[0].Snapshot != second || found[0].Path != "old/1" || found[0].Object != first {
		t.Errorf("found %+v", found)
	}
}

func TestAnObjectOfAnotherProfileIsFound(t *testing.T) {
	s, first, second, _ := twoSnapshots(t)
	found, err := CheckAll(t.Context(), testKey, s.open, []uuid.UUID{first, second}, Checking{Profile: uuid.New()})
	must(t, err)
	if len(found) != 2 || found[0].Costs != CostsSnapshot || found[1].Costs != CostsSnapshot {
		t.Errorf("found %+v", found)
	}
}

func TestABlockThatIsNotWhatTheIndexSaysIsFound(t *testing.T) {
	frames, m := forgery(t)
	m.Blocks.Hashes[3] ^= 1
	s := shelf{}
	id := NewID(uuid.Nil)
	s[id] = forge(t, id, 0, frames, m)
	if found := check(t, s, id); len(found) != 1 || found[0].Path != "dir/file" {
		t.Errorf("found %v", found)
	}
}

func TestACheckThatCannotBeMadeIsAnError(t *testing.T) {
	s, _, second, _ := twoSnapshots(t)
	if _, err := Check(t.Context(), crypto.NewKey(), s.open, second, nil); !errors.Is(err, crypto.ErrWrongKey) {
		t.Errorf("under another key: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, testKey, s.open, second, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
