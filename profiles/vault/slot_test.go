package vault

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valise/internal/testenv"
)

const slotName = "leases/x"

func TestASlotIsReplacedByWhoKnowsItsVersion(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		_, err := s.ReadSlot(t.Context(), slotName)
		wants(t, err, ErrNotFound)
		_, err = s.WriteSlot(t.Context(), slotName, []byte("never"), "0123456789abcdef0123456789abcdef")
		wants(t, err, ErrOvertaken)

		first := writeSlot(t, s, "first", "")
		_, err = s.WriteSlot(t.Context(), slotName, []byte("again"), "")
		wants(t, err, ErrOvertaken)
		second := writeSlot(t, s, "second", first)
		_, err = s.WriteSlot(t.Context(), slotName, []byte("late"), first)
		wants(t, err, ErrOvertaken)

		slot, err := s.ReadSlot(t.Context(), slotName)
		if err != nil || string(slot.Content) != "second" || slot.Version != second || slot.Age < 0 || slot.Age > time.Minute {
			t.Errorf("it is %+v, %v", slot, err)
		}
		if left := filesBelow(t, files); len(left) != 1 {
			t.Errorf("there are %q", left)
		}
	})
}

func TestASlotTellsItsAge(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, files string) {
		writeSlot(t, s, "content", "")
		hourAgo := time.Now().Add(-time.Hour)
		if err := os.Chtimes(filepath.Join(files, slotName), hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
		slot, err := s.ReadSlot(t.Context(), slotName)
		if err != nil || slot.Age < time.Hour-2*time.Second || slot.Age > time.Hour+time.Minute {
			t.Errorf("it is %v old, %v", slot.Age, err)
		}
	})
}

func TestRacingWritersOfASlotLoseNoChange(t *testing.T) {
	everyStore(t, func(t *testing.T, s Store, _ string) {
		var writers sync.WaitGroup
		for range 8 {
			writers.Go(func() {
				for range 5 {
					for !increment(t, s) {
					}
				}
			})
		}
		writers.Wait()
		if slot, err := s.ReadSlot(t.Context(), slotName); err != nil || string(slot.Content) != "40" {
			t.Errorf("it counts %s, %v", slot.Content, err)
		}
	})
}

// increment adds one to the number in the slot, unless another is faster.
func increment(t *testing.T, s Store) bool {
	slot, err := s.ReadSlot(t.Context(), slotName)
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Error(err)
		return true
	}
	n, _ := strconv.Atoi(string(slot.Content))
	_, err = s.WriteSlot(t.Context(), slotName, fmt.Append(nil, n+1), slot.Version)
	if err != nil && !errors.Is(err, ErrOvertaken) {
		t.Error(err)
	}
	return err == nil || !errors.Is(err, ErrOvertaken)
}

func TestTheAnswerToAWrittenSlotMayBeLost(t *testing.T) {
	server := testenv.S3(t)
	var lost atomic.Bool
	s := newBucket(t, server, rewritingProxy(t, server, nil, func(r *http.Response) error {
		if r.Request.Method == http.MethodPut && lost.CompareAndSwap(false, true) {
			return errors.New("lost") // after the server has done what was asked: its retry finds another version
		}
		return nil
	}))
	version := writeSlot(t, s, "content", "")
	slot, err := s.ReadSlot(t.Context(), slotName)
	if err != nil || !lost.Load() || slot.Version != version || string(slot.Content) != "content" {
		t.Errorf("it is %+v, %v; it was written as %s", slot, err, version)
	}
}

func TestWithoutConditionsASlotIsLookedAtFirst(t *testing.T) {
	for name, place := range map[string]func(t *testing.T, server *testenv.S3Server) string{
		"a server that ignores them": func(t *testing.T, server *testenv.S3Server) string {
			careless := httptest.NewServer(&carelessServer{objects: map[string][]byte{}})
			t.Cleanup(careless.Close)
			return careless.URL
		},
		"a server that refuses them": func(t *testing.T, server *testenv.S3Server) string {
			return answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("If-Match")+r.Header.Get("If-None-Match") == "" {
					return false
				}
				w.WriteHeader(http.StatusNotImplemented)
				fmt.Fprint(w, "<Error><Code>NotImplemented</Code></Error>")
				return true
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := testenv.S3(t)
			s := newBucket(t, server, place(t, server))
			first := writeSlot(t, s, "first", "")
			writeSlot(t, s, "second", first)
			_, err := s.WriteSlot(t.Context(), slotName, []byte("late"), first)
			wants(t, err, ErrOvertaken)
			if slot, err := s.ReadSlot(t.Context(), slotName); err != nil || string(slot.Content) != "second" {
				t.Errorf("it is %s, %v", slot.Content, err)
			}
		})
	}
}

func TestASlotThatACrashLeftHeldIsFreed(t *testing.T) {
	s := newFolder(t)
	version := writeSlot(t, s, "first", "")
	held := filepath.Join(s.dir, filepath.Dir(slotName), ".lease")
	if err := os.WriteFile(held, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Minute)
	if err := os.Chtimes(held, long, long); err != nil {
		t.Fatal(err)
	}
	writeSlot(t, s, "second", version)
}

func writeSlot(t *testing.T, s Store, content, version string) string {
	t.Helper()
	written, err := s.WriteSlot(t.Context(), slotName, []byte(content), version)
	if err != nil {
		t.Fatal(err)
	}
	return written
}
