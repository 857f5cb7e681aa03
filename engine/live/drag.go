package live

import "encoding/json"

// dragBegins means that the page has begun to drag something. From here on it is DevTools that drags, since the system's own dragging
// would wait for a mouse that is not there. The lock is held.
func (r *Room) dragBegins(t *tab, raw []byte) {
	var p struct{ Data json.RawMessage }
	if json.Unmarshal(raw, &p) != nil || len(p.Data) == 0 {
		return
	}
	t.hand.drag = p.Data
	if v := r.screen.hands; v != nil {
		r.dragEvent(t, "dragEnter", v.x, v.y, 0)
		if v.buttons == 0 { // it was let go before the page noticed that it was dragging
			r.drop(t, v.x, v.y, 0)
		}
	}
}

func (r *Room) dragOver(t *tab, p params) {
	x, _ := p["x"].(float64)
	y, _ := p["y"].(float64)
	mods, _ := p["modifiers"].(int)
	r.dragEvent(t, "dragOver", x, y, mods)
}

func (r *Room) drop(t *tab, x, y float64, mods int) {
	r.dragEvent(t, "dragOver", x, y, mods)
	r.dragEvent(t, "drop", x, y, mods)
	t.hand.drag = nil
}

func (r *Room) dragEvent(t *tab, kind string, x, y float64, mods int) {
	if t.hand.busy < mostBusy {
		r.put(t, "Input.dispatchDragEvent", params{"type": kind, "x": x, "y": y, "data": t.hand.drag, "modifiers": mods}, nil)
	}
}
