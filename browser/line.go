package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

// Line is a DevTools session of its own with the browser, for whoever keeps up a conversation with it: what is turned on over a
// line is turned off with it, whatever others do with the browser meanwhile. Commands of a line are sent in the order of the
// calls. It begins with a session with the browser as a whole, whose name is ""; Target.setAutoAttach and Target.attachToTarget
// add those with tabs.
type Line struct {
	pipe *bypass
	root target.SessionID
	out  chan *cdproto.Message
	lost chan struct{} // closed with the line

	mu       sync.Mutex
	closed   bool
	last     int64
	waiting  map[int64]pending
	sessions map[target.SessionID]bool
	queue    []Event
	news     chan struct{} // has room for one
	events   chan Event
}

// Event is something that the browser tells unasked.
type Event struct {
	Session string // "" is the browser as a whole
	Method  string // "Page.frameNavigated"
	Params  []byte // JSON
}

// pending is a command without its answer.
type pending struct {
	session target.SessionID
	method  string
	answer  chan<- answer
}

type answer struct {
	result []byte
	err    error
}

const (
	mostCommands = 512     // on their way to the browser
	mostEvents   = 1 << 14 // that nobody has read yet; then the line is given up
)

// ErrLineLost is what a call on a line gets whose browser has ended, or that was closed.
var ErrLineLost = errors.New("the line to the browser is gone")

// Line opens a line. It must be closed.
func (p *Process) Line(ctx context.Context) (*Line, error) {
	var attached target.AttachToBrowserTargetResult
	if err := p.pipe.ask(ctx, "", target.CommandAttachToBrowserTarget, struct{}{}, &attached); err != nil {
		return nil, fmt.Errorf("opening a line to the browser: %w", err)
	}
	l := &Line{
		pipe: p.pipe, root: attached.SessionID,
		out: make(chan *cdproto.Message, mostCommands), lost: make(chan struct{}),
		waiting: map[int64]pending{}, sessions: map[target.SessionID]bool{attached.SessionID: true},
		news: make(chan struct{}, 1), events: make(chan Event),
	}
	p.pipe.mu.Lock()
	p.pipe.lines[l.root] = l
	p.pipe.mu.Unlock()
	select {
	case <-p.pipe.lost: // perhaps before it knew of this line
		l.Close()
	default:
	}
	go l.write()
	go l.deliver()
	return l, nil
}

// Events are in the order in which the browser sent them; the channel is closed with the line.
func (l *Line) Events() <-chan Event { return l.events }

// Call sends a command to a session and waits for the answer. params may be nil, and so may result.
func (l *Line) Call(ctx context.Context, session, method string, params, result any) error {
	answers, err := l.send(session, method, params)
	if err != nil {
		return err
	}
	select {
	case a := <-answers:
		if a.err != nil || result == nil {
			return a.err
		}
		return json.Unmarshal(a.result, result)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Send sends a command and waits for nothing. Once it is answered, done, which may be nil, is called on a goroutine of its own with
// the error, if there is one.
func (l *Line) Send(session, method string, params any, done func(error)) {
	answers, err := l.send(session, method, params)
	if done == nil {
		return
	}
	go func() {
		if err == nil {
			err = (<-answers).err
		}
		done(err)
	}()
}

func (l *Line) send(session, method string, params any) (<-chan answer, error) {
	m := &cdproto.Message{SessionID: target.SessionID(session), Method: cdproto.MethodType(method)}
	if session == "" {
		m.SessionID = l.root
	}
	if params != nil {
		text, err := json.Marshal(params)
		if err != nil {
			return nil, err
		}
		m.Params = jsonv2.Value(text)
	}
	answers := make(chan answer, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !l.sessions[m.SessionID] {
		return nil, fmt.Errorf("%s: %w", method, ErrLineLost)
	}
	l.last++
	m.ID = l.last
	select {
	case l.out <- m:
	default: // the browser does not empty the pipe
		return nil, fmt.Errorf("%s: the browser does not answer", method)
	}
	l.waiting[m.ID] = pending{m.SessionID, method, answers}
	return answers, nil
}

// write takes the commands to the pipe, one after the other.
func (l *Line) write() {
	for {
		select {
		case m := <-l.out:
			l.pipe.Write(context.Background(), m) // an error means that the browser is gone, which is told by the reading
		case <-l.lost:
			return
		}
	}
}

// take gets what the browser sent to one of the line's sessions. It is called by the reader of the pipe, with the lock of the
// bypass held, and must not wait.
func (l *Line) take(m *cdproto.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Method == "" {
		asked, ok := l.waiting[m.ID]
		delete(l.waiting, m.ID)
		switch {
		case !ok:
		case m.Error != nil:
			asked.answer <- answer{err: fmt.Errorf("%s: %w", asked.method, m.Error)}
		default:
			asked.answer <- answer{result: m.Result}
		}
		return
	}
	switch m.Method {
	case cdproto.EventTargetAttachedToTarget:
		session := sessionOf(m.Params)
		l.sessions[session] = true
		l.pipe.lines[session] = l
	case cdproto.EventTargetDetachedFromTarget:
		session := sessionOf(m.Params)
		delete(l.sessions, session)
		delete(l.pipe.lines, session)
		for id, asked := range l.waiting {
			if asked.session == session {
				delete(l.waiting, id)
				asked.answer <- answer{err: fmt.Errorf("%s: %w", asked.method, ErrLineLost)}
			}
		}
	}
	e := Event{Session: string(m.SessionID), Method: string(m.Method), Params: m.Params}
	if m.SessionID == l.root {
		e.Session = ""
	}
	if len(l.queue) >= mostEvents {
		go l.Close()
		return
	}
	l.queue = append(l.queue, e)
	select {
	case l.news <- struct{}{}:
	default:
	}
}

func sessionOf(params []byte) target.SessionID {
	var p struct{ SessionID target.SessionID }
	json.Unmarshal(params, &p)
	return p.SessionID
}

// deliver hands the events over, so that whoever reads them slowly does not hold up the pipe.
func (l *Line) deliver() {
	defer close(l.events)
	for {
		l.mu.Lock()
		some := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, e := range some {
			select {
			case l.events <- e:
			case <-l.lost:
				return
			}
		}
		select {
		case <-l.news:
		case <-l.lost:
			return
		}
	}
}

// Close ends the line; the browser turns off what was turned on over it. It waits for nothing.
func (l *Line) Close() {
	l.pipe.mu.Lock()
	last := l.giveUp()
	l.pipe.mu.Unlock()
	if last {
		go l.pipe.Write(context.Background(), &cdproto.Message{ID: leavingID, Method: target.CommandDetachFromTarget,
			Params: jsonv2.Value(fmt.Sprintf(`{"sessionId":%q}`, l.root))})
	}
}

// leavingID is a message number that neither the driver nor the bypass reach, and whose answer nobody waits for.
const leavingID = 1<<31 - 2

// giveUp ends the line on this side, and says whether it was open. The lock of the bypass is held.
func (l *Line) giveUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.closed = true
	close(l.lost)
	for session := range l.sessions {
		delete(l.pipe.lines, session)
	}
	for id, asked := range l.waiting {
		delete(l.waiting, id)
		asked.answer <- answer{err: fmt.Errorf("%s: %w", asked.method, ErrLineLost)}
	}
	return true
}
