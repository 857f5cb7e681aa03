package engine

import (
	"io"
	"net/http"
	"time"
)

// bodyPatience is how long a caller may take to send a body.
var bodyPatience = 30 * time.Second

// timedBody is a body that has to come in time.
type timedBody struct {
	io.ReadCloser
	w http.ResponseWriter
}

func inTime(w http.ResponseWriter, body io.ReadCloser) timedBody {
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)) // not all writers have one, and those are tests'
	return timedBody{body, w}
}

// Read takes the deadline back with the end of the body. net/http reads on from then, to notice a caller who leaves, and takes a
// deadline for one: the call would be given up.
func (b timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		http.NewResponseController(b.w).SetReadDeadline(time.Time{})
	}
	return n, err
}
