package live

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

// incoming is a message of a viewer. What it means depends on its type; nothing in it is to be believed.
type incoming struct {
	Type string `json:"type"`

	Number uint32  `json:"number"` // of a picture
	Sent   float64 `json:"sent"`   // of a ping, by the viewer's clock
	On     bool    `json:"on"`

	Kind    string  `json:"kind"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	DX      float64 `json:"dx"`
	DY      float64 `json:"dy"`
	Button  int     `json:"button"`  // as in MouseEvent
	Count   int     `json:"count"`   // of clicks
	Mods    int     `json:"mods"`    // 1 Alt, 2 Control, 4 Meta, 8 Shift
	Touches []touch `json:"touches"` // as in TouchEvent.touches

	Key      string `json:"key"`
	Code     string `json:"code"`
	KeyCode  int    `json:"keyCode"`
	Location int    `json:"location"`
	Repeat   bool   `json:"repeat"`
	Text     string `json:"text"`
	HTML     string `json:"html"`
	Start    int    `json:"start"`
	End      int    `json:"end"`

	Tab    int        `json:"tab"`
	URL    string     `json:"url"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
	ID     string     `json:"id"`
	Accept bool       `json:"accept"`
	Index  []int      `json:"index"`
	Files  []sentFile `json:"files"`

	M string            `json:"m"` // a call: method, arguments, number, admin token
	A []json.RawMessage `json:"a"`
	I json.RawMessage   `json:"i"`
	T string            `json:"t"`
}

type touch struct {
	ID int     `json:"id"`
	X  float64 `json:"x"`
	Y  float64 `json:"y"`
}

// obey does what a viewer asks, as far as they may. What it does not know it leaves alone.
func (r *Room) obey(v *viewer, m incoming) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch m.Type { // of everybody
	case "taken":
		if m.Number == v.sent {
			v.waiting = false
			v.stir()
		}
	case "paused":
		v.paused = m.On
		v.waiting = false
		v.stir()
		r.pace()
	case "ping":
		v.state(outgoing{Type: "pong", Sent: m.Sent})
	case "admin_token":
		v.Admin = r.o.Admin(m.Text)
	case "call":
		r.called(v, m)
	}
	if !r.may(v, control) {
		return
	}
	switch m.Type {
	case "mouse", "wheel", "key", "text", "compose", "touch", "release", "paste":
		r.handled(v, m)
	case "choose":
		r.chosen(m)
	case "tab", "close", "open", "go", "back", "forward", "reload", "stop":
		r.steered(v, m)
	case "resize":
		width, height := m.Width, m.Height
		go r.Resize(width, height) // a size that cannot be is not worth a word
	case "dialog":
		r.answerDialog(m)
	case "upload", "cancel":
		r.uploads(v, m)
	}
}

// steered takes what a viewer does with the bar above the page. The lock is held.
func (r *Room) steered(v *viewer, m incoming) {
	if r.o.Kiosk && (m.Type == "go" || m.Type == "open") {
		return
	}
	t := r.front
	if m.Tab != 0 {
		t = r.tabByID(m.Tab)
	}
	if t == nil && m.Type != "open" {
		return
	}
	r.active(v)
	r.errand(func(ctx context.Context) {
		var err error
		switch m.Type {
		case "tab":
			r.bring(t)
		case "close":
			err = r.closeTab(ctx, t)
		case "open":
			_, err = r.openTab(ctx, m.URL, true)
		case "go":
			err = r.goTo(ctx, t, m.URL)
		case "back":
			err = r.step(ctx, t, -1)
		case "forward":
			err = r.step(ctx, t, +1)
		case "reload":
			err = r.line.Call(ctx, t.session, "Page.reload", params{"ignoreCache": m.On}, nil)
		case "stop":
			err = r.line.Call(ctx, t.session, "Page.stopLoading", nil, nil)
		}
		if err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			v.state(outgoing{Type: "notice", Text: err.Error()})
		}
	})
}

// active notes that somebody did something. The lock is held.
func (r *Room) active(v *viewer) {
	now := time.Now()
	r.lastInput = now
	r.screen.hands = v
	if now.Sub(r.toldAt) >= time.Second {
		r.toldAt = now
		go r.o.Changed()
	}
}

// within bounds a coordinate.
func within(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(max(x, -1), 2*maxSide)
}
