package live

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// Admit says whether somebody may see the room. req is the request with which they came, userdata what the page that embeds the room says of
// them: JSON, null where it says nothing. ctx ends when they have waited long enough.
type Admit func(ctx context.Context, req *http.Request, who Viewer, userdata json.RawMessage) bool

// Bounds of those who come.
const (
	mostArriving      = 20       // at a time
	mostUserdata      = 64 << 10 // bytes
	mostBeforehand    = 100      // messages before the one that is waited for
	introducePatience = 10 * time.Second
	admitPatience     = 10 * time.Second
)

// introduction is what a viewer's page says of them when it is asked.
type introduction struct {
	Type     string          `json:"type"` // "webhook_auth", as the contract calls it
	Userdata json.RawMessage `json:"userdata"`
	Pass     string          `json:"pass"` // that they got when they were let in before; "": none
}

// admitted lets a viewer in who may see the room, and tells others that they may not. Who was let in gets a pass: their connection may be lost,
// and what they came with may have been good for once.
func (r *Room) admitted(ctx context.Context, v *viewer, req *http.Request) bool {
	if r.o.Admit == nil {
		return true
	}
	if !r.arrive() {
		v.conn.Close(websocket.StatusTryAgainLater, "too many come at once")
		return false
	}
	defer r.arrived()
	said, ok := introduced(ctx, v)
	if !ok {
		return false
	}
	r.mu.Lock()
	known := r.passes[said.Pass]
	r.mu.Unlock()
	if known != "" {
		v.ID, v.pass = known, said.Pass
		return true
	}
	asking, cancel := context.WithTimeout(ctx, admitPatience)
	defer cancel()
	if !r.o.Admit(asking, req, v.Viewer, said.Userdata) {
		v.tell(ctx, outgoing{Type: "disconnect", Reason: "unauthorized"})
		v.conn.Close(websocket.StatusNormalClosure, "")
		return false
	}
	v.pass = rand.Text()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.passes) < mostGranted {
		r.passes[v.pass] = v.ID
	}
	return true
}

// introduced asks the viewer's page who they are.
func introduced(ctx context.Context, v *viewer) (said introduction, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, introducePatience)
	defer cancel()
	v.conn.SetReadLimit(mostUserdata)
	defer v.conn.SetReadLimit(mostMessage)
	if v.tell(ctx, outgoing{Type: "authorize"}) != nil {
		return said, false
	}
	for range mostBeforehand {
		kind, data, err := v.conn.Read(ctx)
		if err != nil {
			return said, false
		}
		said = introduction{}
		if kind != websocket.MessageText || json.Unmarshal(data, &said) != nil {
			break
		}
		if said.Type == "webhook_auth" {
			if len(said.Userdata) == 0 {
				said.Userdata = []byte("null")
			}
			return said, true
		}
	}
	v.conn.Close(websocket.StatusPolicyViolation, "this is no introduction")
	return said, false
}

// tell sends a message to a viewer who is not in the room yet.
func (v *viewer) tell(ctx context.Context, m outgoing) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, writePatience)
	defer cancel()
	return v.conn.Write(ctx, websocket.MessageText, text)
}

// arrive counts those who come, and says whether there is room for one more.
func (r *Room) arrive() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.arriving >= mostArriving {
		return false
	}
	r.arriving++
	return true
}

func (r *Room) arrived() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arriving--
}

// takePass has a viewer ask again before they come back, and says whether they could have come without. The lock is held.
func (r *Room) takePass(id string) (taken bool) {
	for pass, of := range r.passes {
		if of == id {
			delete(r.passes, pass)
			taken = true
		}
	}
	return taken
}
