package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
)

// webhook is an address of the caller's that the engine turns to: when a timeout has ended a session, or when somebody comes to see one.
type webhook struct {
	URL    string `json:"url"`
	Bearer string `json:"bearer"` // by which it knows the engine; "": it does not ask
}

// check says what is wrong with the webhook in a field of a request.
func (h *webhook) check(field string) error {
	if u, err := url.Parse(h.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return invalid("%s.url must be an http or https address", field)
	}
	return nil
}

// That a timeout has ended a session is told a few times, and then given up: it has ended in any case.
const (
	webhookTries    = 4
	webhookPatience = 10 * time.Second
)

// webhooks follows no redirects: what a caller named is what is told, with its secret.
var webhooks = &http.Client{
	Timeout:       webhookPatience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// call tells the hook that a timeout has ended a session.
func (h *webhook) call(ctx context.Context, session uuid.UUID, why ending) error {
	body, err := json.Marshal(map[string]any{"session_id": session, "type": why})
	if err != nil {
		return err
	}
	for try := range webhookTries {
		if err = h.once(ctx, body); err == nil {
			return nil
		}
		select {
		case <-time.After(time.Second << try):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (h *webhook) once(ctx context.Context, body []byte) error {
	response, err := h.post(ctx, body, nil)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("the webhook answered %s", response.Status)
	}
	return nil
}

// post sends JSON. Its errors are fit for the log: the address, in which there may be a secret, is not in them.
func (h *webhook) post(ctx context.Context, body []byte, header http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err == nil {
		r.Header = header.Clone()
		if r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set("Content-Type", "application/json")
		if h.Bearer != "" {
			r.Header.Set("Authorization", "Bearer "+h.Bearer)
		}
		var response *http.Response
		if response, err = webhooks.Do(r); err == nil {
			return response, nil
		}
	}
	if about, is := errors.AsType[*url.Error](err); is {
		err = about.Err
	}
	return nil, err
}
