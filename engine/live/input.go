package live

import (
	"encoding/json"
	"maps"
	"unicode/utf8"
)

// hand is what is going on with the input of a tab. Its fields are guarded by the room's lock.
type hand struct {
	busy     int    // commands without an answer
	moving   bool   // a movement is without an answer
	move     params // the newest one that waits for it; nil: none
	wheeling bool
	wheel    params
	drag     json.RawMessage // what is being dragged; nil: nothing
	touchy   bool            // the page believes in fingers
}

// mostBusy bounds what waits for a page that does not answer: more input is of no use to it.
const mostBusy = 100

const (
	mostText    = 200 << 10 // typed or pasted at once
	mostKeys    = 64        // down at once
	mostTouches = 10
)

// handled takes input for the page. The lock is held.
func (r *Room) handled(v *viewer, m incoming) {
	t := r.front
	if t == nil {
		return
	}
	r.active(v)
	m.X, m.Y = within(m.X), within(m.Y)
	m.Mods &= 15
	switch m.Type {
	case "mouse":
		r.mouse(t, v, m)
	case "wheel":
		r.wheel(t, m)
	case "key":
		r.key(t, v, m)
	case "text":
		r.press(t, "Input.insertText", params{"text": clip(m.Text, mostText)})
	case "compose":
		text := clip(m.Text, 4096)
		length := utf8.RuneCountInString(text) * 2
		r.press(t, "Input.imeSetComposition", params{"text": text,
			"selectionStart": min(max(m.Start, 0), length), "selectionEnd": min(max(m.End, 0), length)})
	case "touch":
		r.touch(t, m)
	case "release":
		r.letGo(v)
	case "paste":
		r.paste(t, clip(m.Text, mostText), clip(m.HTML, mostText))
	}
}

var buttonNames = []string{"left", "middle", "right", "back", "forward"}

// buttonBits are those of MouseEvent.buttons, by MouseEvent.button.
var buttonBits = []int{1, 4, 2, 8, 16}

func (r *Room) mouse(t *tab, v *viewer, m incoming) {
	v.x, v.y = m.X, m.Y
	p := params{"x": m.X, "y": m.Y, "modifiers": m.Mods, "pointerType": "mouse"}
	switch m.Kind {
	case "move":
		p["type"], p["buttons"] = "mouseMoved", v.buttons
		p["button"] = heldButton(v.buttons)
		r.move(t, p)
		r.showPointer(v)
		return
	case "down", "up":
		if m.Button < 0 || m.Button >= len(buttonNames) {
			return
		}
	default:
		return
	}
	bit := buttonBits[m.Button]
	p["button"], p["clickCount"] = buttonNames[m.Button], min(max(m.Count, 1), 3)
	if m.Kind == "down" {
		v.buttons |= bit
		p["type"], p["buttons"] = "mousePressed", v.buttons
	} else {
		if v.buttons&bit == 0 {
			return // it was pressed elsewhere
		}
		v.buttons &^= bit
		p["type"], p["buttons"] = "mouseReleased", v.buttons
		if t.hand.drag != nil {
			r.drop(t, m.X, m.Y, m.Mods)
		}
	}
	r.press(t, "Input.dispatchMouseEvent", p)
}

func heldButton(buttons int) string {
	for i, bit := range buttonBits {
		if buttons&bit != 0 {
			return buttonNames[i]
		}
	}
	return "none"
}

func (r *Room) wheel(t *tab, m incoming) {
	r.roll(t, params{"type": "mouseWheel", "x": m.X, "y": m.Y, "modifiers": m.Mods, "pointerType": "mouse",
		"deltaX": min(max(m.DX, -maxSide), maxSide), "deltaY": min(max(m.DY, -maxSide), maxSide)})
}

func (r *Room) key(t *tab, v *viewer, m incoming) {
	if len(m.Key) > 64 || len(m.Code) > 64 || len(m.Text) > 64 {
		return
	}
	switch m.Kind {
	case "down":
		if len(v.keys) < mostKeys {
			v.keys[m.Code] = m
		}
	case "up":
		delete(v.keys, m.Code)
	default:
		return
	}
	r.press(t, "Input.dispatchKeyEvent", keyEvent(m))
}

// keyEvent is a key as DevTools wants it. Only a key with a text writes.
func keyEvent(m incoming) params {
	p := params{"type": "keyUp", "key": m.Key, "code": m.Code, "modifiers": m.Mods, "location": m.Location & 3,
		"windowsVirtualKeyCode": m.KeyCode & 0xFFFF}
	if m.Kind == "down" {
		p["type"] = "rawKeyDown"
		p["autoRepeat"] = m.Repeat
		if m.Text != "" {
			p["type"], p["text"], p["unmodifiedText"] = "keyDown", m.Text, m.Text
		}
		if command := editing(m); command != "" {
			p["commands"] = []string{command}
		}
	}
	if m.Location == 3 {
		p["isKeypad"] = true
	}
	return p
}

func (r *Room) touch(t *tab, m incoming) {
	kind := map[string]string{"start": "touchStart", "move": "touchMove", "end": "touchEnd", "cancel": "touchCancel"}[m.Kind]
	if kind == "" || len(m.Touches) > mostTouches {
		return
	}
	if !t.hand.touchy {
		t.hand.touchy = true
		r.line.Send(t.session, "Emulation.setTouchEmulationEnabled", params{"enabled": true, "maxTouchPoints": 5}, nil)
	}
	points := []params{}
	if kind != "touchCancel" {
		for _, p := range m.Touches {
			points = append(points, params{"x": within(p.X), "y": within(p.Y), "id": p.ID & 0xFF})
		}
	}
	event := params{"type": kind, "touchPoints": points, "modifiers": m.Mods}
	if kind == "touchMove" {
		r.move(t, event)
	} else {
		r.press(t, "Input.dispatchTouchEvent", event)
	}
}

// letGo releases what a viewer holds down. The lock is held.
func (r *Room) letGo(v *viewer) {
	t := r.front
	if t == nil {
		return
	}
	for _, m := range v.keys {
		m.Kind, m.Mods = "up", 0
		r.press(t, "Input.dispatchKeyEvent", keyEvent(m))
	}
	clear(v.keys)
	for i := range buttonBits {
		if v.buttons&buttonBits[i] != 0 {
			r.mouse(t, v, incoming{Kind: "up", X: v.x, Y: v.y, Button: i, Count: 1})
		}
	}
}

// press sends input that must not be lost, after the movement that led to it. The lock is held.
func (r *Room) press(t *tab, method string, p params) {
	if t.hand.busy >= mostBusy {
		return
	}
	if waiting := t.hand.move; waiting != nil {
		t.hand.move = nil
		r.put(t, moveMethod(waiting), waiting, nil)
	}
	if waiting := t.hand.wheel; waiting != nil {
		t.hand.wheel = nil
		r.put(t, "Input.dispatchMouseEvent", waiting, nil)
	}
	r.put(t, method, p, nil)
}

// move sends a movement, or keeps it, in the place of one that waits, until the page has seen the last. The lock is held.
func (r *Room) move(t *tab, p params) {
	if t.hand.drag != nil {
		r.dragOver(t, p)
		return
	}
	if t.hand.moving {
		t.hand.move = p
		return
	}
	t.hand.moving = true
	r.put(t, moveMethod(p), p, func() {
		t.hand.moving = false
		if next := t.hand.move; next != nil {
			t.hand.move = nil
			r.move(t, next)
		}
	})
}

func moveMethod(p params) string {
	if p["type"] == "touchMove" {
		return "Input.dispatchTouchEvent"
	}
	return "Input.dispatchMouseEvent"
}

// roll turns the wheel; turns add up until the page has seen the last. The lock is held.
func (r *Room) roll(t *tab, p params) {
	if t.hand.wheeling {
		if waiting := t.hand.wheel; waiting != nil {
			p["deltaX"] = p["deltaX"].(float64) + waiting["deltaX"].(float64)
			p["deltaY"] = p["deltaY"].(float64) + waiting["deltaY"].(float64)
		}
		t.hand.wheel = p
		return
	}
	t.hand.wheeling = true
	r.put(t, "Input.dispatchMouseEvent", p, func() {
		t.hand.wheeling = false
		if next := t.hand.wheel; next != nil {
			t.hand.wheel = nil
			r.roll(t, next)
		}
	})
}

// put sends input; then is called with the lock held. The lock is held.
func (r *Room) put(t *tab, method string, p params, then func()) {
	t.hand.busy++
	r.line.Send(t.session, method, t.inPage(p), func(error) { // an error means that the tab has gone
		r.mu.Lock()
		defer r.mu.Unlock()
		t.hand.busy--
		if then != nil && r.ended == "" {
			then()
		}
	})
}

// inPage has the places of input, which are those of the picture, count as the page does. How far a wheel turns counts as in the picture.
func (t *tab) inPage(p params) params {
	if t.zoom == 1 {
		return p
	}
	p = maps.Clone(p)
	for _, name := range []string{"x", "y"} {
		if at, is := p[name].(float64); is {
			p[name] = at / t.zoom
		}
	}
	if points, is := p["touchPoints"].([]params); is {
		inside := make([]params, len(points))
		for i, point := range points {
			inside[i] = t.inPage(point)
		}
		p["touchPoints"] = inside
	}
	return p
}

// showPointer shows the others where a viewer points. The lock is held.
func (r *Room) showPointer(v *viewer) {
	if len(r.viewers) < 2 || !r.may(v, cursorData) {
		return
	}
	for _, other := range r.viewers {
		if other != v {
			other.state(outgoing{Type: "pointer", UserID: v.ID, X: v.x, Y: v.y})
		}
	}
}
