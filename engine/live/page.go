package live

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
)

// What the browser draws outside of the page is in no picture: the shape of the pointer, the list of a <select>. And what is copied goes
// to a clipboard that DevTools does not show. A script tells us of these. It runs in a world of its own, in which pages neither see it nor
// the way on which it speaks to us.

//go:embed page.js
var pageScript string

const (
	worldName   = "valise"
	bindingName = "valiseSays"
)

// watchFrames has frames that run elsewhere come to us, and puts the script into those of a session that are there already. The lock is held.
func (r *Room) watchFrames(session string) {
	r.line.Send(session, "Target.setAutoAttach", params{"autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true,
		"filter": []params{{"type": "iframe"}}}, nil)
	r.errand(func(ctx context.Context) {
		type tree struct {
			Frame       struct{ ID string }
			ChildFrames []tree
		}
		var all struct{ FrameTree tree }
		if r.line.Call(ctx, session, "Page.getFrameTree", nil, &all) != nil {
			return
		}
		left := mostFrames
		var each func(tree)
		each = func(t tree) {
			if left--; left < 0 {
				return
			}
			r.watchFrame(ctx, session, t.Frame.ID)
			for _, child := range t.ChildFrames {
				each(child)
			}
		}
		each(all.FrameTree)
	})
}

// watchFrame puts the script into a frame. A binding by the name of the world would be simpler, and needs the whole domain Runtime, which a
// page can notice (measured with Chromium 156).
func (r *Room) watchFrame(ctx context.Context, session, frame string) {
	world, err := r.world(ctx, session, frame)
	if err != nil {
		return // it has gone
	}
	r.line.Send(session, "Runtime.addBinding", params{"name": bindingName, "executionContextId": world}, nil)
	r.line.Send(session, "Runtime.evaluate", params{"contextId": world, "expression": pageScript}, nil)
}

// world is ours in a frame.
func (r *Room) world(ctx context.Context, session, frame string) (int, error) {
	var w struct{ ExecutionContextID int }
	err := r.line.Call(ctx, session, "Page.createIsolatedWorld", params{"frameId": frame, "worldName": worldName}, &w)
	return w.ExecutionContextID, err
}

// navigated means that a frame shows another document. The lock is held.
func (r *Room) navigated(session string, raw []byte) {
	var p struct{ Frame struct{ ID string } }
	if json.Unmarshal(raw, &p) == nil {
		r.errand(func(ctx context.Context) { r.watchFrame(ctx, session, p.Frame.ID) })
	}
}

// mostFrames bounds the frames of a tab that are watched.
const mostFrames = 50

// framed gets a frame of a tab that runs elsewhere. The lock is held.
func (r *Room) framed(t *tab, raw []byte) {
	var p struct{ SessionID string }
	if json.Unmarshal(raw, &p) != nil || len(t.frames) >= mostFrames {
		return
	}
	t.frames = append(t.frames, p.SessionID)
	r.line.Send(p.SessionID, "Page.enable", nil, nil)
	r.watchFrames(p.SessionID)
	if t.attended {
		r.line.Send(p.SessionID, "Page.setInterceptFileChooserDialog", params{"enabled": true}, nil)
	}
}

// unframed forgets one. The lock is held.
func (r *Room) unframed(t *tab, raw []byte) {
	var p struct{ SessionID string }
	json.Unmarshal(raw, &p)
	for i, session := range t.frames {
		if session == p.SessionID {
			t.frames = append(t.frames[:i:i], t.frames[i+1:]...)
			return
		}
	}
}

// said is what the script tells.
type said struct {
	Cursor *string
	Copied *string
	Choice *shownChoice
	Title  *string
	Drawn  bool // at a size, or with a zoom, that may be another than before
}

// mostSaid bounds what the script tells at once; pages have a say in it.
const mostSaid = 1 << 20

// pageSays takes what the script tells. The lock is held.
func (r *Room) pageSays(t *tab, session string, raw []byte) {
	var p struct {
		Name, Payload      string
		ExecutionContextID int
	}
	if json.Unmarshal(raw, &p) != nil || p.Name != bindingName || len(p.Payload) > mostSaid {
		return
	}
	var s said
	if json.Unmarshal([]byte(p.Payload), &s) != nil {
		return
	}
	if s.Title != nil && session == t.session {
		r.entitled(t, *s.Title, t.url)
		return
	}
	if s.Drawn && session == t.session {
		r.learnZoom(t)
		return
	}
	v := r.screen.hands
	if v == nil || t != r.front || !r.may(v, control) {
		return
	}
	switch {
	case s.Cursor != nil:
		v.state(outgoing{Type: "cursor", Cursor: clip(*s.Cursor, 64)})
	case s.Copied != nil:
		v.state(outgoing{Type: "copied", Text: *s.Copied})
	case s.Choice != nil:
		r.lastChoice++
		r.choice = choice{r.lastChoice, session, p.ExecutionContextID}
		s.Choice.ID = fmt.Sprint(r.lastChoice)
		s.Choice.X, s.Choice.Y, s.Choice.Width, s.Choice.Height = s.Choice.X*t.zoom, s.Choice.Y*t.zoom, s.Choice.Width*t.zoom, s.Choice.Height*t.zoom
		if session != t.session || s.Choice.Framed {
			s.Choice.X, s.Choice.Y = v.x, v.y // its place is that in its frame
		}
		v.state(outgoing{Type: "choice", Choice: s.Choice})
	}
}

// shownChoice is the list of a <select>.
type shownChoice struct {
	ID      string         `json:"id"`
	X       float64        `json:"x"`
	Y       float64        `json:"y"`
	Width   float64        `json:"width"`
	Height  float64        `json:"height"`
	Framed  bool           `json:"framed,omitempty"`
	Options []chosenOption `json:"options"`
}

type chosenOption struct {
	Text     string `json:"text"`
	Group    string `json:"group,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	Selected bool   `json:"selected,omitempty"`
}

// choice is the list that is open.
type choice struct {
	number  int
	session string
	world   int
}

// chosen takes what was chosen from a list. The lock is held.
func (r *Room) chosen(m incoming) {
	if m.ID != fmt.Sprint(r.choice.number) || len(m.Index) != 1 {
		return
	}
	r.line.Send(r.choice.session, "Runtime.evaluate", params{"contextId": r.choice.world, "userGesture": true,
		"expression": fmt.Sprintf("valise.choose(%d)", m.Index[0])}, nil)
	r.choice = choice{}
}

// ask evaluates an expression in our world of a tab's page.
func (r *Room) ask(ctx context.Context, t *tab, expression string) (json.RawMessage, error) {
	world, err := r.world(ctx, t.session, t.target)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	err = r.line.Call(ctx, t.session, "Runtime.evaluate", params{"contextId": world, "expression": expression,
		"userGesture": true, "returnByValue": true}, &answer)
	if err == nil && answer.ExceptionDetails != nil {
		err = errors.New("a script in the page: " + answer.ExceptionDetails.Text)
	}
	return answer.Result.Value, err
}

// paste gives the page what a viewer has in their clipboard: as the browser's own paste does, it tells the page first, which may take it its
// own way, and else is written. The lock is held.
func (r *Room) paste(t *tab, text, html string) {
	content, _ := json.Marshal([]string{text, html})
	r.errand(func(ctx context.Context) {
		answer, err := r.ask(ctx, t, "valise.paste(..."+string(content)+")")
		if err == nil && string(answer) == "true" {
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.press(t, "Input.insertText", params{"text": text})
	})
}
