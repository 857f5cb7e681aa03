package vault

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/google/uuid"
)

// Checkpoints are copies of profiles while their browsers run. They lie in the local copy only, beside the profiles:
// nothing lists them with those, nothing sends them anywhere, and none is ever needed by a snapshot.
const checkpointsPrefix = "checkpoints/"

// CheckpointName is the name of a checkpoint's object: checkpoints/<profile>/<snapshot>.valise.
func CheckpointName(profile, snapshot uuid.UUID) string {
	return checkpointsPrefix + profile.String() + "/" + snapshot.String() + snapshotSuffix
}

// parseCheckpointName is the reverse of CheckpointName; ok is false for any other name.
func parseCheckpointName(name string) (profile, snapshot uuid.UUID, ok bool) {
	rest, ok := strings.CutPrefix(name, checkpointsPrefix)
	if !ok {
		return uuid.Nil, uuid.Nil, false
	}
	profile, kind, snapshot, ok := ParseName(profilesPrefix + rest)
	return profile, snapshot, ok && kind == KindSnapshot
}

// Checkpoint is one in a listing.
type Checkpoint struct {
	Profile, ID uuid.UUID
	Size        int64 // bytes
}

// Checkpoints yields those of a profile, the oldest first; of all profiles if it is zero.
func (v *Vault) Checkpoints(profile uuid.UUID) iter.Seq2[Checkpoint, error] {
	prefix := checkpointsPrefix
	if profile != uuid.Nil {
		prefix += profile.String() + "/"
	}
	return func(yield func(Checkpoint, error) bool) {
		for info, err := range v.local.List(context.Background(), prefix) {
			profile, id, ok := parseCheckpointName(info.Name)
			if err == nil && !ok {
				continue
			}
			if !yield(Checkpoint{profile, id, info.Size}, err) {
				return
			}
		}
	}
}

// OpenCheckpoint opens a checkpoint. ErrNotFound.
func (v *Vault) OpenCheckpoint(profile, snapshot uuid.UUID) (*File, error) {
	file, info, err := v.local.open(context.Background(), CheckpointName(profile, snapshot))
	if err != nil {
		return nil, err
	}
	return &File{file, info.Size()}, nil
}

// CheckpointWriter begins a checkpoint. One of Commit and Abort must follow; nothing waits for the remote place.
func (v *Vault) CheckpointWriter(profile, snapshot uuid.UUID) (*Writer, error) {
	p, err := v.local.newPartial()
	if err != nil {
		return nil, fmt.Errorf("write a checkpoint: %w", err)
	}
	return &Writer{CheckpointName(profile, snapshot), p}, nil
}

// RemoveCheckpoints removes checkpoints of a profile. One that is not there is no error.
func (v *Vault) RemoveCheckpoints(profile uuid.UUID, snapshots ...uuid.UUID) error {
	var failed error
	for _, id := range snapshots {
		failed = errors.Join(failed, v.local.Remove(context.Background(), CheckpointName(profile, id)))
	}
	if failed != nil {
		return fmt.Errorf("remove a checkpoint: %w", failed)
	}
	return nil
}
