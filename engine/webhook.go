package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// A webhook is tried a few times, and then given up: the session has ended in any case.
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
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if h.Bearer != "" {
		r.Header.Set("Authorization", "Bearer "+h.Bearer)
	}
	response, err := webhooks.Do(r)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("the webhook answered %s", response.Status)
	}
	return nil
}
