package vault

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"
)

// A checkpoint stays on this computer: it is in no listing of the vault's objects, never waits and is never sent.
func TestCheckpointsStayHere(t *testing.T) {
	v := newVault(t)
	place, err := NewFolder(filepath.Join(t.TempDir(), "place"))
	if err != nil {
		t.Fatal(err)
	}
	connect(t, v, place)
	mustSync(t, v)
	first, second := newID(), newID()
	checkpoint(t, v, first)
	checkpoint(t, v, second)
	waits(t, v)
	if moved := mustSync(t, v); moved.Sent != 0 || moved.Fetched != 0 {
		t.Errorf("syncing moved %+v", moved)
	}
	for info, err := range place.List(t.Context(), "") {
		if err != nil || info.Name != descriptionName {
			t.Errorf("the place has %s, %v", info.Name, err)
		}
	}
	for info := range v.List("") {
		t.Errorf("the vault lists %s", info.Name)
	}

	if got := listCheckpoints(t, v, testProfile); !slices.Equal(got, []uuid.UUID{first, second}) {
		t.Errorf("the checkpoints are %v", got)
	}
	if err := v.RemoveCheckpoints(testProfile, first, first); err != nil {
		t.Fatal(err)
	}
	if got := listCheckpoints(t, v, uuid.Nil); !slices.Equal(got, []uuid.UUID{second}) {
		t.Errorf("the checkpoints are %v", got)
	}
	if _, err := v.OpenCheckpoint(testProfile, first); !errors.Is(err, ErrNotFound) {
		t.Errorf("what was removed: %v", err)
	}
	f, err := v.OpenCheckpoint(testProfile, second)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if got := listCheckpoints(t, v, newID()); len(got) != 0 {
		t.Errorf("another profile has %v", got)
	}
}

func checkpoint(t *testing.T, v *Vault, id uuid.UUID) {
	t.Helper()
	w, err := v.CheckpointWriter(testProfile, id)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if _, err := w.Write(snapshotOf(id, 100)); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

func listCheckpoints(t *testing.T, v *Vault, profile uuid.UUID) []uuid.UUID {
	t.Helper()
	var ids []uuid.UUID
	for c, err := range v.Checkpoints(profile) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	return ids
}
