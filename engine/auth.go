package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"

	"valise/engine/live"
)

// authChoice is the field auth of POST /v0/vm: how those are let in who have the address of a session. With the address alone, in which
// there is a token ({"type": "token"}, as without the field), or when a webhook allows it, too ({"type": "webhook", "value": {url, bearer}}).
type authChoice struct {
	webhook *webhook // nil: the address is enough
	useless bool     // the value says something that has no meaning
}

func (a *authChoice) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	var given struct {
		Type  string          `json:"type"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(data, &given); err != nil {
		return invalid("auth is {type, value}")
	}
	switch given.Type {
	case "token":
		a.useless = len(given.Value) > 0
		return nil
	case "webhook":
		if err := json.Unmarshal(given.Value, &a.webhook); err != nil || a.webhook == nil {
			return invalid("auth.value is {url, bearer}")
		}
		return a.webhook.check("auth.value")
	}
	return invalid("auth.type is token or webhook")
}

// mostVerdict bounds what a webhook answers, in bytes.
const mostVerdict = 64 << 10

// admit asks the webhook of a session whether somebody may see it: {"user_id", "userdata"}, answered {"authorized": true}, with their browser
// and their address in the headers. Whatever else it answers, and where it does not, they may not.
func (v *vm) admit(ctx context.Context, r *http.Request, who live.Viewer, userdata json.RawMessage) bool {
	err := v.want.Auth.webhook.allows(ctx, r, who.ID, userdata)
	if err != nil {
		v.engine.log.Info("a viewer was not let in", "session", v.id, "viewer", who.ID, "error", err)
	}
	return err == nil
}

func (h *webhook) allows(ctx context.Context, r *http.Request, viewer string, userdata json.RawMessage) error {
	body, err := json.Marshal(map[string]any{"user_id": viewer, "userdata": userdata})
	if err != nil {
		return err
	}
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	answer, err := h.post(ctx, body, http.Header{"Hb-User-Agent": {r.UserAgent()}, "Hb-Connection-Ip": {address}})
	if err != nil {
		return fmt.Errorf("asking the webhook: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook answered %s", answer.Status)
	}
	var verdict struct {
		Authorized bool `json:"authorized"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, mostVerdict)).Decode(&verdict); err != nil {
		return fmt.Errorf("what the webhook answered is not {authorized}: %w", err)
	}
	if !verdict.Authorized {
		return fmt.Errorf("the webhook does not allow it")
	}
	return nil
}
