package engine

import (
	"encoding/json"
	"io"
	"net/http"

	"valise/engine/live"
	"valise/profiles"

	"github.com/google/uuid"
)

// roleChange is the body of /addRoles and /removeRoles: [[user ids], [roles], exclusive?].
type roleChange struct {
	users, roles []string
	exclusive    bool
}

func (c *roleChange) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil || len(parts) < 2 || len(parts) > 3 {
		return invalid("the body is [[user ids], [roles], exclusive]")
	}
	for i, into := range []any{&c.users, &c.roles, &c.exclusive}[:len(parts)] {
		if err := json.Unmarshal(parts[i], into); err != nil {
			return invalid("the body is [[user ids], [roles], exclusive]")
		}
	}
	return nil
}

// nothing is the answer of calls that only do something.
type nothing struct{}

func (e *Engine) sessionCalls() []operation {
	atWork := func(do func(*call, *work) (any, error)) func(*call) (any, error) {
		return func(c *call) (any, error) {
			w, err := c.vm.atWork(c.Context())
			if err != nil {
				return nil, err
			}
			return do(c, w)
		}
	}
	usual := []string{codeInvalid, codeNoSession, codeSessionEnded}
	return []operation{
		{method: "GET", path: "/vm/{id}", who: viewer, what: "Show the session: a page, or the module for embedding (no_cbor=1)", do: e.embed},
		{method: "OPTIONS", path: "/vm/{id}", who: anybody, what: "Allow the module to be fetched by pages of other origins", do: e.allowEmbedding},
		{method: "GET", path: "/vm/{id}/ws", who: viewer, what: "The viewer's WebSocket", do: atWork(join), errors: usual},
		{method: "GET", path: "/vm/{id}/files/{file}", who: viewer, what: "A file that the session has downloaded, for a viewer", do: atWork(join), errors: usual},
		{method: "GET", path: "/vm/{id}/devtools/browser/{token}", who: anybody, what: "DevTools of the session as a WebSocket, where cdp was asked for", do: e.devtools, errors: usual},
		{method: "DELETE", path: "/vm/{id}", who: admin, what: "End the session, and save it", gives: vmEnded{}, do: e.endHere, errors: usual},
		{method: "POST", path: "/vm/{id}/timeout", who: admin, what: "Change the timeouts", takes: timeoutRequest{}, gives: nothing{}, do: atWork(setTimeouts), errors: usual},
		{method: "POST", path: "/vm/{id}/addRoles", who: admin, what: "Give viewers roles", takes: roleChange{}, gives: nothing{}, do: atWork(setRoles(true)), errors: usual},
		{method: "POST", path: "/vm/{id}/removeRoles", who: admin, what: "Take roles from viewers", takes: roleChange{}, gives: nothing{}, do: atWork(setRoles(false)), errors: usual},
		{method: "POST", path: "/vm/{id}/bookmarks", who: admin, what: "Add bookmarks: HTML as browsers export it", gives: nothing{}, mostBody: mostBookmarkHTML, do: atWork(takeBookmarks), errors: append(usual, codeTooLarge)},
		{method: "DELETE", path: "/vm/{id}/users/{user}", who: admin, what: "Send a viewer away", gives: nothing{}, do: atWork(kick), errors: append(usual, codeNotFound)},
		{method: "POST", path: "/vm/{id}/{method}", who: admin, what: "A method of chrome.tabs, as in tabs.query; the body is the array of its arguments", do: atWork(tabs), errors: append(usual, codeNotFound)},
		{method: "POST", path: "/v0/vm/{id}/save", who: keyHolder, what: "Checkpoint a running session", gives: profiles.Receipt{}, do: e.checkpoint, errors: append(usual, codeConflict)},
	}
}

// embed shows the session: the module for pages that embed it, and a page for people, which says so when it has ended.
func (e *Engine) embed(c *call) (any, error) {
	c.w.Header().Set("Access-Control-Allow-Origin", "*") // the address itself is the right to it; there are no cookies
	if !c.URL.Query().Has("no_cbor") {
		live.ServePage(c.w, c.Request)
		return nil, errAnswered
	}
	if !c.vm.running() {
		return nil, errEnded
	}
	live.ServeModule(c.w, c.Request)
	return nil, errAnswered
}

func (e *Engine) allowEmbedding(c *call) (any, error) {
	h := c.w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET")
	h.Set("Access-Control-Max-Age", "86400")
	c.w.WriteHeader(http.StatusNoContent)
	return nil, errAnswered
}

// join lets a viewer in, and serves them until they leave.
func join(c *call, w *work) (any, error) {
	w.room.ServeHTTP(c.w, c.Request, live.Viewer{ID: uuid.NewString()})
	return nil, errAnswered
}

func (e *Engine) endHere(c *call) (any, error) {
	if err := c.vm.end(c.Context(), endRequested); err != nil {
		return nil, err
	}
	return vmEnded{c.vm.id}, nil
}

func setTimeouts(c *call, _ *work) (any, error) {
	var t timeoutRequest
	if _, err := decode(c.Body, &t); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	c.vm.clock.change(t)
	return nothing{}, nil
}

func setRoles(add bool) func(*call, *work) (any, error) {
	return func(c *call, w *work) (any, error) {
		var change roleChange
		if err := decodeArray(c.Body, &change); err != nil {
			return nil, err
		}
		if err := w.room.SetRoles(add, change.users, change.roles, change.exclusive); err != nil {
			return nil, invalid("%v", err)
		}
		return nothing{}, nil
	}
}

func kick(c *call, w *work) (any, error) {
	if err := w.room.Kick(c.PathValue("user")); err != nil {
		return nil, refuse(http.StatusNotFound, codeNotFound, "%v", err)
	}
	return nothing{}, nil
}

// tabs calls a method of chrome.tabs.
func tabs(c *call, w *work) (any, error) {
	var args []json.RawMessage
	if err := decodeArray(c.Body, &args); err != nil {
		return nil, err
	}
	result, err := w.room.Call(c.Context(), c.PathValue("method"), args)
	if err != nil && !c.vm.running() {
		return nil, errEnded
	}
	if err != nil {
		return nil, invalid("%v", err)
	}
	return result, nil
}

func (e *Engine) checkpoint(c *call) (any, error) {
	v, err := e.find(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	w, err := v.atWork(c.Context())
	if err != nil {
		return nil, err
	}
	receipt, err := w.session.SaveNow(c.Context())
	if err != nil {
		return nil, refuse(http.StatusConflict, codeConflict, "%v", err)
	}
	return receipt, nil
}

// decodeArray reads a body that is a JSON array; none is an empty one.
func decodeArray(body io.Reader, into any) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return badBody(err, "the body cannot be read")
	}
	if len(data) == 0 {
		data = []byte("[]")
	}
	if err := json.Unmarshal(data, into); err != nil {
		return badJSON(err)
	}
	return nil
}
