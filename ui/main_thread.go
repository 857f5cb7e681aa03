package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"fyne.io/fyne/v2"
)

// mainThread is the only way from other goroutines to the screen. After the end of the program it leads nowhere: the
// screen is gone then.
type mainThread struct {
	ctx     context.Context // done at the end of the program
	end     context.CancelFunc
	closed  atomic.Bool
	sending sync.RWMutex // held, shared, while something is handed to Fyne
}

func newMainThread() *mainThread {
	ctx, end := context.WithCancel(context.Background())
	return &mainThread{ctx: ctx, end: end}
}

// close shuts the way, and cancels what runs on it.
func (m *mainThread) close() {
	m.closed.Store(true)
	m.end()
}

// settle waits, once the way is shut, for what was on it already: Fyne's queue panics at what comes after its end.
func (m *mainThread) settle() {
	m.sending.Lock()
	defer m.sending.Unlock()
}

// do runs f on the main goroutine, soon.
func (m *mainThread) do(f func()) {
	m.sending.RLock()
	defer m.sending.RUnlock()
	if m.closed.Load() {
		return
	}
	fyne.Do(func() {
		if !m.closed.Load() {
			f()
		}
	})
}

// after runs f on the main goroutine when some time has passed.
func (m *mainThread) after(d time.Duration, f func()) { time.AfterFunc(d, func() { m.do(f) }) }

// later runs work on a goroutine of its own, and then, with what came of it, then on the main goroutine.
func later[T any](m *mainThread, work func(context.Context) (T, error), then func(T, error)) {
	go func() {
		result, err := work(m.ctx)
		m.do(func() { then(result, err) })
	}()
}

// laterDo is later for work that has no result but its error.
func laterDo(m *mainThread, work func(context.Context) error, then func(error)) {
	later(m, func(ctx context.Context) (struct{}, error) { return struct{}{}, work(ctx) },
		func(_ struct{}, err error) { then(err) })
}
