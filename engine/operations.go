package engine

import (
	"cmp"
	"errors"
	"net/http"
)

// access is what a request must show.
type access int

const (
	anybody   access = iota // nothing
	keyHolder               // an API key
	admin                   // the session's admin token, or an API key
	viewer                  // the token of embed_url
)

// operation is one call of the API. The document that describes the API is made from these (openapi.json), and so is what
// the engine answers: what is not here is not there.
type operation struct {
	method, path string
	who          access
	what         string // for the document
	takes        any    // a value of the body's type; nil: it has none
	gives        any    // a value of the answer's type; nil: the operation writes by itself
	form         bool   // the body is a form: takes is its part "body", beside a part "file"
	givesFile    bool   // the answer is a file
	mostBody     int64  // bytes; 0: mostJSON
	errors       []string
	do           func(*call) (any, error)
}

// call is a request that has shown its right.
type call struct {
	*http.Request
	w  http.ResponseWriter
	vm *vm // where the path names one
}

// errAnswered is the answer of an operation that has answered by itself.
var errAnswered = errors.New("answered")

func (e *Engine) operations() []operation {
	return append(append(e.dispatch(), e.sessionCalls()...), append(e.profileCalls(), e.upkeep()...)...)
}

func (e *Engine) routes() http.Handler {
	mux := http.NewServeMux()
	for _, op := range e.operations() {
		mux.HandleFunc(op.method+" "+op.path, func(w http.ResponseWriter, r *http.Request) { e.serve(op, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		answerError(w, r, e.log, refuse(http.StatusNotFound, codeNotFound, "there is no call %s %s", shorten(r.Method), shorten(r.URL.Path)))
	})
	return mux
}

func (e *Engine) serve(op operation, w http.ResponseWriter, r *http.Request) {
	result, err := e.perform(op, w, r)
	switch {
	case errors.Is(err, errAnswered):
		if op.givesFile {
			e.counted(op, http.StatusOK)
		}
	case err != nil:
		e.counted(op, answerError(w, r, e.log, err))
	default:
		answer(w, http.StatusOK, result)
		e.counted(op, http.StatusOK)
	}
}

// perform does an operation for a caller who may.
func (e *Engine) perform(op operation, w http.ResponseWriter, r *http.Request) (any, error) {
	c := &call{Request: r, w: w}
	if err := e.allow(op, c); err != nil {
		return nil, err
	}
	if r.Body != nil && r.ContentLength != 0 {
		// In a copy of the request: where net/http does not find its own body any more, it waits for the rest of a large one.
		c.Request = r.WithContext(r.Context())
		c.Body = inTime(w, http.MaxBytesReader(w, r.Body, cmp.Or(op.mostBody, mostJSON)))
	}
	return op.do(c)
}

// allow finds the session that a path names, and checks the caller's right. Whoever shows none learns nothing of what there is.
func (e *Engine) allow(op operation, c *call) error {
	if op.who == anybody {
		return nil
	}
	id := c.PathValue("id")
	if op.who == viewer {
		v, err := e.find(id)
		if err != nil || !v.view.is(c.URL.Query().Get("token")) {
			return refuse(http.StatusUnauthorized, codeUnauthorized, "the address of this session is wrong, or the session is long gone")
		}
		c.vm = v
		return nil
	}
	if c.Header.Get("Origin") != "" {
		return refuse(http.StatusForbidden, codeForbidden, "this call is for servers: pages of browsers may not make it")
	}
	shown := bearer(c.Request)
	if op.who == admin {
		if v, err := e.find(id); err == nil && v.admin.is(shown) {
			c.vm = v
			return nil
		}
	}
	known, err := e.keys.Knows(shown)
	switch {
	case err != nil:
		return err
	case !known:
		e.rates.wrong(c.Request)
		return refuse(http.StatusUnauthorized, codeUnauthorized, "an API key of this engine is needed (Authorization: Bearer ...)")
	}
	if op.who == admin {
		c.vm, err = e.find(id)
	}
	return err
}
