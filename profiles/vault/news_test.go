package vault

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// watched is a store that notes what it is asked to list, and whose clock can be set.
type watched struct {
	Store
	mu     sync.Mutex
	listed []string
	ahead  time.Duration
}

func (w *watched) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listed = append(w.listed, prefix)
	return w.Store.List(ctx, prefix)
}

func (w *watched) Clock(ctx context.Context) (time.Time, error) {
	now, err := w.Store.Clock(ctx)
	return now.Add(w.ahead), err
}

// wholes is how often the whole place was listed since the last call.
func (w *watched) wholes() int {
	n := 0
	for _, prefix := range w.listed {
		if prefix == profilesPrefix {
			n++
		}
	}
	w.listed = nil
	return n
}

func syncNews(t *testing.T, v *Vault) Moved {
	t.Helper()
	moved, err := v.SyncNews(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func TestWhatOthersAnnounceIsFetchedWithoutAListing(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		one, two := newVault(t), newVault(t)
		w := &watched{Store: s}
		connect(t, one, s)
		connect(t, two, w)
		addSnapshot(t, one, 1000)
		syncNews(t, one)
		if moved := syncNews(t, two); moved.Fetched != 1 || w.wholes() != 1 {
			t.Errorf("the first time it moved %+v", moved)
		}
		for round := range 3 {
			added := []string{addSnapshot(t, one, 1000), addCard(t, one)}
			if moved := syncNews(t, one); moved.Sent != 2 {
				t.Errorf("it sent %+v", moved)
			}
			ours := addSnapshot(t, two, 1000)
			if moved := syncNews(t, two); moved.Fetched != 2 || moved.Sent != 1 || w.wholes() != 0 {
				t.Errorf("round %d: it moved %+v", round, moved)
			}
			if moved := syncNews(t, two); moved.Fetched+moved.Sent != 0 {
				t.Errorf("round %d: with nothing new it moved %+v", round, moved)
			}
			syncNews(t, one)
			for _, name := range append(added, ours) {
				if !slices.Contains(here(t, one), name) || !slices.Contains(here(t, two), name) {
					t.Errorf("%s has not come", name)
				}
			}
		}
		w.wholes()
		w.ahead = 25 * time.Hour
		syncNews(t, two)
		if n := w.wholes(); n != 1 {
			t.Errorf("after a day the place was listed as a whole %d times", n)
		}
		w.ahead = 5 * 24 * time.Hour
		mustSync(t, two)
		if left := names(t, s, newsPrefix); len(left) > 0 {
			t.Errorf("news are left that nobody needs: %q", left)
		}
	})
}

func TestWhatIsAnnouncedAndNotThereYetIsLookedForAgain(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		one, two := newVault(t), newVault(t)
		connect(t, one, s)
		connect(t, two, s)
		mustSync(t, one)
		mustSync(t, two)
		name := addSnapshot(t, one, 1000)
		size := int64(len(get(t, one.local, name, 0, -1)))
		put(t, s, newsPrefix+uuid.NewString(), fmt.Sprintf("%d %s\nnonsense\n7 profiles/odd\n", size, name))
		for range 2 {
			if moved := syncNews(t, two); moved.Fetched != 0 {
				t.Errorf("it moved %+v", moved)
			}
		}
		put(t, s, name, get(t, one.local, name, 0, -1)) // as a crash between the two does it
		if moved := syncNews(t, two); moved.Fetched != 1 {
			t.Errorf("it moved %+v", moved)
		}
	})
}

func TestWhatAnotherHasRemovedIsSentAgainWhereItIsNeeded(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		v := newVault(t)
		connect(t, v, s)
		name := addSnapshot(t, v, 1000)
		mustSync(t, v)
		if err := s.Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		put(t, s, newsPrefix+uuid.NewString(), "- "+name+"\n")
		if moved := syncNews(t, v); moved.Sent != 1 || !strings.Contains(strings.Join(names(t, s, profilesPrefix), " "), name) {
			t.Errorf("it moved %+v", moved)
		}
	})
}

// butNews are the files that are no news.
func butNews(files []string) []string {
	return slices.DeleteFunc(files, func(path string) bool { return strings.Contains(filepath.ToSlash(path), "/"+newsPrefix) })
}
