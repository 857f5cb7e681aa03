package vault

import (
	"context"
	"io"
	"sync"
)

// Progress is how far a Sync is. The totals grow while it finds out what there is to do, and shrink when something
// cannot be moved.
type Progress struct {
	Done, Total           int   // objects
	DoneBytes, TotalBytes int64 // of their bodies; an upload that has to be sent again counts back
}

// meter adds up what several transfers have moved, and reports it from one of them at a time.
type meter struct {
	mu     sync.Mutex
	now    Progress
	report func(Progress) // may be nil
}

func (m *meter) add(d Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.Done += d.Done
	m.now.Total += d.Total
	m.now.DoneBytes += d.DoneBytes
	m.now.TotalBytes += d.TotalBytes
	if m.report != nil {
		m.report(m.now)
	}
}

type movedKey struct{}

// withMoved has the bytes of bodies that a store moves under the returned context counted by moved; nil: not at all.
func withMoved(ctx context.Context, moved func(bytes int64)) context.Context {
	return context.WithValue(ctx, movedKey{}, moved)
}

func reportMoved(ctx context.Context, bytes int64) {
	if moved, _ := ctx.Value(movedKey{}).(func(int64)); moved != nil && bytes != 0 {
		moved(bytes)
	}
}

// meteredReader is the body of a transfer: it counts what is moved, and ends when the context does.
type meteredReader struct {
	ctx context.Context
	r   io.Reader
}

func (m *meteredReader) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	reportMoved(m.ctx, int64(n))
	return n, err
}
