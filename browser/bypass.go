package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// bypass lets commands of our own past the driver, over the same pipe. The driver attaches to a page only together with
// a dozen domains, Runtime among them, which a page can notice and which cost time; these commands touch nothing else.
type bypass struct {
	*chromedp.PipeConn

	mu      sync.Mutex
	last    int64
	waiting map[int64]chan *cdproto.Message
	ours    map[target.SessionID]func(*cdproto.Message) // the sessions whose events are not the driver's
	lines   map[target.SessionID]*Line                  // by each of their sessions
	lost    chan struct{}
	losing  sync.Once
}

// firstBypassed is the first number of our own messages: the driver, counting from 1, does not reach it.
const firstBypassed = 1 << 30

func newBypass(pipe *chromedp.PipeConn) *bypass {
	return &bypass{PipeConn: pipe, last: firstBypassed, waiting: map[int64]chan *cdproto.Message{},
		ours: map[target.SessionID]func(*cdproto.Message){}, lines: map[target.SessionID]*Line{}, lost: make(chan struct{})}
}

// hear has the events of a session given to listen, which must not wait for anything. nil ends that.
func (b *bypass) hear(session target.SessionID, listen func(*cdproto.Message)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if listen == nil {
		delete(b.ours, session)
	} else {
		b.ours[session] = listen
	}
}

// Read gives the driver what is not ours.
func (b *bypass) Read(ctx context.Context, m *cdproto.Message) error {
	for {
		if err := b.PipeConn.Read(ctx, m); err != nil {
			b.losing.Do(b.lose)
			return err
		}
		b.mu.Lock()
		if line := b.lines[m.SessionID]; line != nil {
			line.take(m)
			b.mu.Unlock()
			*m = cdproto.Message{}
			continue
		}
		asked := b.waiting[m.ID]
		delete(b.waiting, m.ID)
		listen := b.ours[m.SessionID]
		b.mu.Unlock()
		ours := *m
		switch {
		case asked != nil:
			asked <- &ours
		case listen != nil && m.ID == 0:
			listen(&ours)
		default:
			return nil
		}
		*m = cdproto.Message{}
	}
}

// lose tells those who wait that the browser is gone.
func (b *bypass) lose() {
	close(b.lost)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.lines {
		line.giveUp()
	}
}

// ask sends a command, to a session unless that is empty, and waits for its answer. result may be nil.
func (b *bypass) ask(ctx context.Context, session target.SessionID, method cdproto.MethodType, params, result any) error {
	text, err := json.Marshal(params)
	if err != nil {
		return err
	}
	answer := make(chan *cdproto.Message, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.waiting[id] = answer
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.waiting, id)
		b.mu.Unlock()
	}()
	// A browser that hangs does not empty the pipe: the write must not hold up the one who asks.
	go b.Write(ctx, &cdproto.Message{ID: id, SessionID: session, Method: method, Params: text})
	select {
	case m := <-answer:
		if m.Error != nil {
			return fmt.Errorf("%s: %w", method, m.Error)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Result, result)
	case <-b.lost:
		return fmt.Errorf("%s: the browser is gone", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}
