package engine

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestACallMayTakeLongerThanItsBody(t *testing.T) {
	defer func(before time.Duration) { bodyPatience = before }(bodyPatience)
	bodyPatience = 200 * time.Millisecond
	e := &Engine{}
	long := operation{who: anybody, do: func(c *call) (any, error) {
		if _, err := io.ReadAll(c.Body); err != nil {
			return nil, err
		}
		select {
		case <-c.Context().Done():
			return nil, context.Cause(c.Context())
		case <-time.After(3 * bodyPatience):
			return nil, nil
		}
	}}
	failed := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := e.perform(long, w, r)
		failed <- err
	}))
	defer server.Close()
	for _, body := range []string{"", `{"some": "body"}`} {
		response, err := http.Post(server.URL, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if err := <-failed; err != nil {
			t.Errorf("with a body of %d bytes the call was given up: %v", len(body), err)
		}
	}

	slow, lazy := io.Pipe()
	go func() {
		lazy.Write([]byte("{"))
		time.Sleep(3 * bodyPatience)
		lazy.Close()
	}()
	if response, err := http.Post(server.URL, "application/json", slow); err == nil {
		response.Body.Close()
	}
	if err := <-failed; err == nil {
		t.Error("a body that does not come was waited for")
	}
}
