package engine

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"valise/profiles"

	"github.com/google/uuid"
)

// vmAnswer is what POST /v0/vm gives.
type vmAnswer struct {
	SessionID  uuid.UUID `json:"session_id"`
	EmbedURL   string    `json:"embed_url"`
	AdminToken string    `json:"admin_token"`
	CDPURL     string    `json:"cdp_url,omitempty"` // beyond the contract, where it was asked for
}

// vmStanding is what GET /v0/vm/{id} gives.
type vmStanding struct {
	vmAnswer
	CreationDate    time.Time  `json:"creation_date"`
	TerminationDate *time.Time `json:"termination_date"` // null while it runs
	// Receipt says what was saved (beyond the contract), once it has ended.
	Receipt *profiles.Receipt `json:"receipt,omitempty"`
}

type vmList struct {
	Results []vmListed `json:"results"`
	Next    *uuid.UUID `json:"next"` // for after_id; null on the last page
}

type vmListed struct {
	ID           uuid.UUID `json:"id"`
	CreationDate time.Time `json:"creation_date"`
}

type vmEnded struct {
	SessionID uuid.UUID `json:"session_id"`
}

// knownFields are those of the contract that the engine knows.
var knownFields = func() (names []string) {
	for f := range reflect.TypeFor[createRequest]().Fields() {
		names = append(names, f.Tag.Get("json"))
	}
	return names
}()

// pageSize is how many sessions a page of the list has.
const pageSize = 100

func (e *Engine) dispatch() []operation {
	return []operation{
		{method: "POST", path: "/v0/vm", who: keyHolder, what: "Start a session", takes: createRequest{}, gives: vmAnswer{},
			mostBody: mostJSON + mostExtension + 16<<10, do: e.create,
			errors: []string{codeInvalid, codeNoProfile, codeInUse, codeTooLarge, codeFull, codeNoBrowser, codeNoStorage}},
		{method: "GET", path: "/v0/vm", who: keyHolder, what: "List the running sessions", gives: vmList{}, do: e.list, errors: []string{codeInvalid}},
		{method: "GET", path: "/v0/vm/{id}", who: keyHolder, what: "Say how a session stands; it may have ended", gives: vmStanding{}, do: e.show,
			errors: []string{codeNoSession}},
		{method: "DELETE", path: "/v0/vm/{id}", who: keyHolder, what: "End a session, and save it", gives: vmEnded{}, do: e.remove,
			errors: []string{codeNoSession, codeNoStorage}},
	}
}

func (e *Engine) create(c *call) (any, error) {
	want, mentioned, err := readCreate(c.Request)
	if err != nil {
		return nil, err
	}
	if err := want.check(); err != nil {
		return nil, err
	}
	for _, field := range mentioned {
		if slices.Contains(withoutMeaning, field) {
			e.log.Info("a field of a request has no meaning here", "field", field)
		} else if !slices.Contains(knownFields, field) {
			e.log.Info("a field of a request is not known", "field", shorten(field))
		}
	}
	if want.Auth.useless {
		e.log.Info("a field of a request has no meaning here", "field", "auth.value")
	}
	v, err := e.launch(c.Context(), want)
	if err != nil {
		return nil, err
	}
	return v.answer(c.Request), nil
}

func (e *Engine) list(c *call) (any, error) {
	running := e.running()
	if after := c.URL.Query().Get("after_id"); after != "" {
		v, err := e.find(after)
		if err != nil {
			return nil, invalid("after_id is no session of this engine")
		}
		from := slices.IndexFunc(running, func(r *vm) bool { return comesAfter(r, v) })
		if from < 0 {
			from = len(running)
		}
		running = running[from:]
	}
	page := vmList{Results: []vmListed{}}
	for _, v := range running[:min(len(running), pageSize)] {
		page.Results = append(page.Results, vmListed{v.id, v.created})
	}
	if len(running) > pageSize {
		page.Next = &page.Results[pageSize-1].ID
	}
	return page, nil
}

func (e *Engine) show(c *call) (any, error) {
	v, err := e.find(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return v.tell(c.Request), nil
}

func (e *Engine) remove(c *call) (any, error) {
	v, err := e.find(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c.vm = v
	return e.endHere(c)
}

func (v *vm) answer(r *http.Request) vmAnswer {
	base := v.engine.base(r).JoinPath("vm", v.id.String())
	a := vmAnswer{SessionID: v.id, EmbedURL: with(base, v.view), AdminToken: string(v.admin)}
	if v.devtool != "" {
		socket := base.JoinPath("devtools", "browser", string(v.devtool)) // the form that tools know Chromium's own by
		socket.Scheme = "ws" + strings.TrimPrefix(socket.Scheme, "http")
		a.CDPURL = socket.String()
	}
	return a
}

func (v *vm) tell(r *http.Request) vmStanding {
	s := vmStanding{vmAnswer: v.answer(r), CreationDate: v.created}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.over.IsZero() {
		s.TerminationDate, s.Receipt = &v.over, &v.receipt
	}
	return s
}

func with(u *url.URL, t token) string {
	shown := *u
	shown.RawQuery = url.Values{"token": {string(t)}}.Encode()
	return shown.String()
}

// base is the address under which a caller reached the engine, or should.
func (e *Engine) base(r *http.Request) *url.URL {
	if e.options.Public != nil {
		return e.options.Public
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: r.Host, Path: "/"}
}

// comesAfter is the order of the list.
func comesAfter(v, than *vm) bool {
	if !v.created.Equal(than.created) {
		return v.created.After(than.created)
	}
	return bytes.Compare(v.id[:], than.id[:]) > 0
}
