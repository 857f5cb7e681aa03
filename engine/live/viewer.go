package live

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// Viewer is somebody who watches. Whoever lets them in has seen their token.
type Viewer struct {
	ID    string
	Admin bool // may call Call's methods
}

// Bounds of a connection.
const (
	mostMessage = 320 << 10 // bytes
	mostRate    = 1000      // messages a second, in the long run
	mostBurst   = 3000
	mostQueued  = 512 // messages on their way to a viewer who does not read

	writePatience = 20 * time.Second // for one message; a picture may be large and the way narrow
	pingInterval  = 20 * time.Second
	byePatience   = 2 * time.Second
)

// viewer is a connection. Its fields are guarded by the room's lock, but for those of its reader.
type viewer struct {
	Viewer
	room *Room
	conn *websocket.Conn
	pass string        // "": anybody may come
	wake chan struct{} // has room for one
	gone chan struct{} // closed when it is over

	queue   []outgoing
	over    string // the reason of a disconnect message that is to be the last; "": none
	sent    uint32 // the last picture
	sentAt  time.Time
	waiting bool // for its acknowledgement
	paused  bool // wants no pictures

	buttons   int // pressed
	keys      map[string]incoming
	x, y      float64 // of the pointer
	listeners map[string][]json.RawMessage
	upload    *upload

	tokens float64 // of the reader: how many more messages it may send
	filled time.Time
}

// outgoing is a message to a viewer.
type outgoing struct {
	Type    string          `json:"type"`
	Message json.RawMessage `json:"message,omitempty"`

	Width    int            `json:"width,omitempty"`
	Height   int            `json:"height,omitempty"`
	MaxArea  int            `json:"max_area,omitempty"`
	UserID   string         `json:"user_id,omitempty"`
	Pass     string         `json:"pass,omitempty"` // with which they come back
	Kiosk    bool           `json:"kiosk,omitempty"`
	NoCursor bool           `json:"no_cursor,omitempty"`
	Roles    []string       `json:"roles,omitempty"`
	Mac      bool           `json:"mac,omitempty"` // the browser's keyboard has a Command key
	Reason   string         `json:"reason,omitempty"`
	Back     bool           `json:"back,omitempty"`
	Forward  bool           `json:"forward,omitempty"`
	Tabs     []shownTab     `json:"tabs,omitempty"`
	Cursor   string         `json:"cursor,omitempty"`
	Text     string         `json:"text,omitempty"`
	Dialog   *shownDialog   `json:"dialog,omitempty"`
	Wish     *shownWish     `json:"wish,omitempty"`
	Choice   *shownChoice   `json:"choice,omitempty"`
	Download *shownDownload `json:"download,omitempty"`
	Received int64          `json:"received,omitempty"`
	Sent     float64        `json:"sent,omitempty"` // of a ping, by the viewer's clock
	X        float64        `json:"x,omitempty"`
	Y        float64        `json:"y,omitempty"`

	I json.RawMessage `json:"i,omitempty"` // of a call
	R any             `json:"r,omitempty"`
	E string          `json:"e,omitempty"`
}

// Join makes a request into a connection of a viewer, and serves it to its end.
func (r *Room) Join(w http.ResponseWriter, req *http.Request, who Viewer) {
	r.mu.Lock()
	ended, full := r.ended != "", len(r.viewers) >= r.o.MostViewers
	r.mu.Unlock()
	switch {
	case ended:
		http.Error(w, "the session has ended", http.StatusGone)
		return
	case full:
		http.Error(w, "too many viewers", http.StatusTooManyRequests)
		return
	}
	// The token has let them in; a page that embeds the viewer may come from anywhere.
	conn, err := websocket.Accept(w, req, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // it has been answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(mostMessage)
	ctx, cancel := context.WithCancel(r.life)
	defer cancel()
	v := &viewer{
		Viewer: who, room: r, conn: conn, wake: make(chan struct{}, 1), gone: make(chan struct{}),
		sentAt: time.Now(), keys: map[string]incoming{}, listeners: map[string][]json.RawMessage{}, tokens: mostBurst, filled: time.Now(),
	}
	defer close(v.gone)
	if !r.admitted(ctx, v, req) {
		return
	}
	if !r.enter(v) {
		conn.Close(websocket.StatusTryAgainLater, "")
		return
	}
	r.o.Changed()
	go func() {
		defer cancel()
		v.write(ctx)
	}()
	go v.ping(ctx, cancel)
	v.read(ctx)
	r.leave(v)
	r.o.Changed()
}

// enter lets a viewer in and shows them how things are.
func (r *Room) enter(v *viewer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended != "" || len(r.viewers) >= r.o.MostViewers {
		return false
	}
	r.viewers = append(r.viewers, v)
	v.post(outgoing{Type: "connection", Width: r.width, Height: r.height, MaxArea: MaxArea, UserID: v.ID, Pass: v.pass, Kiosk: r.o.Kiosk, NoCursor: r.o.HideCursor,
		Roles: r.rolesOf(v.ID), Mac: onMac})
	v.showTabs()
	r.showDialog()
	for _, d := range r.downloads {
		v.showDownload(d)
	}
	r.occupy()
	v.stir()
	return true
}

// leave forgets a viewer. What they held down is let go.
func (r *Room) leave(v *viewer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.letGo(v)
	v.dropUpload()
	r.viewers = slices.DeleteFunc(r.viewers, func(other *viewer) bool { return other == v })
	r.lastLeft = time.Now()
	if !r.present() {
		r.occupy()
	}
	r.pace()
}

// stir has the writer look for something to send. The lock is held, or need not be.
func (v *viewer) stir() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// post sends a message after those that wait. The lock is held.
func (v *viewer) post(m outgoing) {
	if len(v.queue) >= mostQueued {
		v.conn.CloseNow() // it has not read for long; its reader ends, and with it all else
		return
	}
	v.queue = append(v.queue, m)
	v.stir()
}

// state sends a message in the place of one of its type that still waits. The lock is held.
func (v *viewer) state(m outgoing) {
	v.queue = slices.DeleteFunc(v.queue, func(waiting outgoing) bool { return waiting.Type == m.Type })
	v.post(m)
}

// write sends what there is to send: messages first, then the newest picture.
func (v *viewer) write(ctx context.Context) {
	for {
		select {
		case <-v.wake:
		case <-ctx.Done():
			return
		}
		for {
			kind, message, last := v.next()
			if message == nil {
				break
			}
			ctx, cancel := context.WithTimeout(ctx, writePatience)
			err := v.conn.Write(ctx, kind, message)
			cancel()
			if err != nil {
				return
			}
			if last {
				v.conn.Close(websocket.StatusNormalClosure, "")
				return
			}
		}
	}
}

// next is what is to be sent next; nil: nothing.
func (v *viewer) next() (kind websocket.MessageType, message []byte, last bool) {
	r := v.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(v.queue) > 0 {
		m := v.queue[0]
		v.queue = v.queue[1:]
		if text, err := json.Marshal(m); err == nil {
			return websocket.MessageText, text, false
		}
	}
	if v.over != "" {
		text, _ := json.Marshal(outgoing{Type: "disconnect", Reason: v.over})
		return websocket.MessageText, text, true
	}
	newest := r.screen.newest
	if newest == nil || v.waiting || v.paused || v.sent == newest.number {
		return 0, nil, false
	}
	v.sent, v.sentAt, v.waiting = newest.number, time.Now(), true
	r.pace()
	return websocket.MessageBinary, newest.message, false
}

// dismiss tells a viewer that it is over for them, and returns when they are gone.
func (v *viewer) dismiss(reason string) {
	v.room.mu.Lock()
	v.over = reason
	v.stir()
	v.room.mu.Unlock()
	select {
	case <-v.gone:
	case <-time.After(byePatience):
		v.conn.CloseNow()
		<-v.gone
	}
}

// ping finds out that a viewer is gone whose network did not say so.
func (v *viewer) ping(ctx context.Context, over context.CancelFunc) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pingInterval):
		}
		ctx, cancel := context.WithTimeout(ctx, pingInterval)
		err := v.conn.Ping(ctx)
		cancel()
		if err != nil {
			over()
			return
		}
	}
}

// read takes what the viewer sends until the connection ends.
func (v *viewer) read(ctx context.Context) {
	for {
		kind, data, err := v.conn.Read(ctx)
		if err != nil {
			return
		}
		if !v.mayGoOn() {
			v.conn.Close(websocket.StatusPolicyViolation, "too many messages")
			return
		}
		if kind == websocket.MessageBinary {
			if err := v.takeBytes(data); err != nil {
				v.conn.Close(websocket.StatusPolicyViolation, "these bytes were not asked for")
				return
			}
			continue
		}
		var m incoming
		if err := json.Unmarshal(data, &m); err != nil {
			v.conn.Close(websocket.StatusInvalidFramePayloadData, "this is no message")
			return
		}
		v.room.obey(v, m)
	}
}

// mayGoOn says whether the viewer keeps to a rate that a person can reach.
func (v *viewer) mayGoOn() bool {
	now := time.Now()
	v.tokens = min(mostBurst, v.tokens+now.Sub(v.filled).Seconds()*mostRate)
	v.filled = now
	v.tokens--
	return v.tokens >= 0
}
