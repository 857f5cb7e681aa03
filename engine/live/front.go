package live

import (
	"context"
	"encoding/json"
	"time"
)

// sight is how much of a tab is to be seen.
type sight int

const (
	hidden sight = iota
	visible
	focused
)

// seen asks a tab where it stands; one that does not answer is hidden.
func (r *Room) seen(ctx context.Context, t *tab) sight {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	answer, err := r.ask(ctx, t, `document.hasFocus() ? 2 : document.visibilityState == "visible" ? 1 : 0`)
	var s sight
	if err != nil || json.Unmarshal(answer, &s) != nil {
		return hidden
	}
	return s
}

// findFront finds the tab that the browser has in front, and shows it: at the beginning, and when the one that was has gone.
func (r *Room) findFront(ctx context.Context) {
	r.mu.Lock()
	tabs := append([]*tab(nil), r.tabs...)
	r.mu.Unlock()
	type answer struct {
		t *tab
		s sight
	}
	answers := make(chan answer, len(tabs))
	for _, t := range tabs {
		go func() { answers <- answer{t, r.seen(ctx, t)} }()
	}
	var best answer
	for range tabs {
		if a := <-answers; best.t == nil || a.s > best.s || a.s == best.s && a.t.id > best.t.id {
			best = a
		}
	}
	if best.t != nil {
		r.bring(best.t)
	}
}

// bring shows a tab to the viewers, in front in the browser too.
func (r *Room) bring(t *tab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tabByID(t.id) != t || r.front == t {
		return
	}
	if r.front != nil {
		r.stopCast(r.front)
	}
	r.front = t
	r.line.Send("", "Target.activateTarget", params{"targetId": t.target}, nil)
	r.cast()
	r.emit("tabs.onActivated", params{"tabId": t.id, "windowId": theWindow})
	r.showTabs()
	r.showDialog()
}
