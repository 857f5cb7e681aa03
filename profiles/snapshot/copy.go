package snapshot

import (
	"context"
	"fmt"
	"io"

	"valise/crypto"

	"github.com/google/uuid"
)

// Copy writes the snapshot id, whole and needing no other object, as the object that meta describes: a fork into
// another profile, or a file to share, which may have another key. Segments are opened and sealed again; only where
// some of a segment's blocks are of no use to this snapshot, the others are compressed anew and those stay behind.
func Copy(ctx context.Context, w io.Writer, to crypto.Key, meta Meta, from crypto.Key, src Source, id uuid.UUID, p Progress) (*Index, error) {
	l, err := openWhole(ctx, from, src, id)
	if err != nil {
		return nil, fmt.Errorf("copy: %w", err)
	}
	defer l.close()
	return derive(ctx, w, to, meta, l, l.leaveAll(), p)
}

// Again writes a snapshot with the tree and summary of the older one id, as the child of meta.Parent in the same profile
// (rolling back). It refers to the blocks where they are, as far as it may refer to their objects.
func Again(ctx context.Context, w io.Writer, key crypto.Key, meta Meta, src Source, id uuid.UUID) (*Index, error) {
	l, err := openWhole(ctx, key, src, id)
	if err != nil {
		return nil, fmt.Errorf("roll back: %w", err)
	}
	defer l.close()
	return derive(ctx, w, key, meta, l, l.leaves(), nil)
}

// openWhole opens a lineage of which every file can be had, as far as the indexes tell.
func openWhole(ctx context.Context, key crypto.Key, src Source, id uuid.UUID) (*lineage, error) {
	l, err := openLineage(ctx, key, src, id)
	if err != nil {
		return nil, err
	}
	for _, e := range l.index.tree {
		if err := l.check(e); err != nil {
			l.close()
			return nil, fmt.Errorf("snapshot %s: %s: %w", id, e.Path, err)
		}
	}
	return l, nil
}

// derive writes a snapshot with the tree and summary of another one.
func derive(ctx context.Context, w io.Writer, key crypto.Key, meta Meta, of *lineage, leaves []bool, p Progress) (*Index, error) {
	d := begin(ctx, w, key, meta, of, leaves)
	defer d.close()
	d.inheritTree()
	if err := d.carryOver(p); err != nil {
		return nil, fmt.Errorf("copy snapshot %s: %w", of.index.Meta.ID, err)
	}
	return d.end(of.index.Summary)
}
