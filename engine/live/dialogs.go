package live

import (
	"context"
	"encoding/json"
	"fmt"
)

// dialog is a question of a page that stops it until it is answered. Whoever answers first answers it.
type dialog struct {
	number                         int
	kind, message, suggestion, url string
}

// shownDialog is a dialog as viewers get it; without an id, that there is none.
type shownDialog struct {
	ID         string `json:"id,omitempty"`
	Kind       string `json:"kind,omitempty"` // "alert", "confirm", "prompt", "beforeunload"
	Message    string `json:"message,omitempty"`
	Suggestion string `json:"suggestion,omitempty"`
	URL        string `json:"url,omitempty"`
}

// dialogOpens gets a question. The lock is held.
func (r *Room) dialogOpens(t *tab, raw []byte) {
	var p struct{ URL, Message, Type, DefaultPrompt string }
	if json.Unmarshal(raw, &p) != nil {
		return
	}
	r.lastDialog++
	t.dialog = &dialog{r.lastDialog, p.Type, clip(p.Message, 10<<10), clip(p.DefaultPrompt, 2<<10), clip(p.URL, 2<<10)}
	r.showDialog()
	if p.Type == "beforeunload" && t != r.front {
		r.errand(func(context.Context) { r.bring(t) })
	}
}

// dialogCloses means that it is answered, or that its page has gone. The lock is held.
func (r *Room) dialogCloses(t *tab) {
	if t.dialog != nil {
		t.dialog = nil
		r.showDialog()
	}
}

// showDialog shows viewers the question of the tab in front, or that there is none. The lock is held.
func (r *Room) showDialog() {
	shown := shownDialog{}
	if r.front != nil && r.front.dialog != nil {
		d := r.front.dialog
		shown = shownDialog{fmt.Sprint(d.number), d.kind, d.message, d.suggestion, d.url}
	}
	for _, v := range r.viewers {
		v.state(outgoing{Type: "dialog", Dialog: &shown})
	}
}

// answerDialog answers the question of the tab in front. The lock is held.
func (r *Room) answerDialog(m incoming) {
	t := r.front
	if t == nil || t.dialog == nil || fmt.Sprint(t.dialog.number) != m.ID {
		return
	}
	p := params{"accept": m.Accept}
	if t.dialog.kind == "prompt" {
		p["promptText"] = clip(m.Text, 64<<10)
	}
	r.line.Send(t.session, "Page.handleJavaScriptDialog", p, nil)
}
