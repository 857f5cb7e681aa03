package carry

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strings"

	"valise/browser"
)

// page is a page of ours in a place: nothing that it asks for reaches a network.
type page struct {
	place   *Place
	target  string
	session string
	title   string
	status  int
	want    string // the origin that it is to be at; guarded by the mutex of the place
	world   int64  // in which page.js runs
}

//go:embed page.js
var script string

// empty is what every site answers to us. Chromium puts no page with the status 404 into the history.
const (
	empty      = "<!doctype html><meta charset=utf-8><title>%s</title>"
	unrecorded = 404
)

// open opens a page of ours, which nobody sees where the browser can do that.
func (p *Place) open(ctx context.Context) (*page, error) {
	var made struct{ TargetID string }
	err := p.link.Call(ctx, "", "Target.createTarget", p.in(map[string]any{"url": "about:blank", "hidden": true}), &made)
	if err != nil {
		err = p.link.Call(ctx, "", "Target.createTarget", p.in(map[string]any{"url": "about:blank", "background": true}), &made)
	}
	if err != nil {
		return nil, fmt.Errorf("opening an empty page: %w", err)
	}
	p.mu.Lock()
	p.ours[made.TargetID] = true
	p.close(made.TargetID) // it may have been taken for one of the person's
	p.mu.Unlock()
	return p.take(ctx, made.TargetID)
}

// take makes a page of ours out of a tab.
func (p *Place) take(ctx context.Context, target string) (*page, error) {
	session, err := p.attach(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("attaching to a page: %w", err)
	}
	g := &page{place: p, target: target, session: session, status: unrecorded}
	p.hear(session, g.answer)
	for _, command := range []struct {
		method string
		params any
	}{
		{"Network.enable", nil},
		{"Network.setBypassServiceWorker", map[string]any{"bypass": true}}, // they are scripts of the site
		{"Fetch.enable", map[string]any{"patterns": []any{map[string]any{"urlPattern": "*"}}}},
		{"Page.enable", nil},
	} {
		if err := g.call(ctx, command.method, command.params, nil); err != nil {
			g.leave(ctx)
			return nil, fmt.Errorf("preparing an empty page: %w", err)
		}
	}
	return g, nil
}

func (g *page) call(ctx context.Context, method string, params, result any) error {
	return g.place.link.Call(ctx, g.session, method, params, result)
}

// leave lets go of the page, which stays as it is.
func (g *page) leave(ctx context.Context) {
	g.place.hear(g.session, nil)
	g.place.link.Call(ctx, "", "Target.detachFromTarget", map[string]any{"sessionId": g.session}, nil)
}

func (g *page) close(ctx context.Context) {
	g.place.hear(g.session, nil)
	g.place.link.Call(ctx, "", "Target.closeTarget", map[string]any{"targetId": g.target}, nil)
}

// answer answers in the place of the site. An address of another origin is one that the browser has made of it, with https in
// the place of http: that fails, and it takes the one it was given.
func (g *page) answer(e browser.Event) {
	var paused struct {
		RequestID string
		Request   struct{ URL string }
	}
	if e.Method != "Fetch.requestPaused" || json.Unmarshal(e.Params, &paused) != nil {
		return
	}
	g.place.mu.Lock()
	want := g.want
	g.place.mu.Unlock()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if originOf(paused.Request.URL) != want {
			g.call(ctx, "Fetch.failRequest", map[string]any{"requestId": paused.RequestID, "errorReason": "ConnectionRefused"}, nil)
			return
		}
		g.call(ctx, "Fetch.fulfillRequest", map[string]any{
			"requestId": paused.RequestID, "responseCode": g.status,
			"responseHeaders": []any{
				map[string]any{"name": "Content-Type", "value": "text/html"}, map[string]any{"name": "Cache-Control", "value": "no-store"},
			},
			"body": base64.StdEncoding.EncodeToString(fmt.Appendf(nil, empty, html.EscapeString(g.title))),
		}, nil)
	}()
}

// goTo goes to an address, and gets page.js ready there.
func (g *page) goTo(ctx context.Context, address string) error {
	want := originOf(address)
	g.place.mu.Lock()
	g.want = want
	g.place.mu.Unlock()
	var loaded struct{ FrameID, ErrorText string }
	if err := g.call(ctx, "Page.navigate", map[string]any{"url": address}, &loaded); err != nil {
		return err
	}
	if loaded.ErrorText != "" {
		return errors.New(loaded.ErrorText)
	}
	if err := g.enter(ctx, loaded.FrameID); err != nil {
		return err
	}
	var at string
	if err := g.evaluate(ctx, "location.origin", &at); err != nil {
		return err
	}
	if at != want {
		return fmt.Errorf("the browser went to %s", at)
	}
	return nil
}

// enter gets page.js ready in a frame as it is, in a world of its own.
func (g *page) enter(ctx context.Context, frame string) error {
	var world struct{ ExecutionContextID int64 }
	err := g.call(ctx, "Page.createIsolatedWorld", map[string]any{"frameId": frame, "worldName": "carry"}, &world)
	if err != nil {
		return err
	}
	g.world = world.ExecutionContextID
	return g.evaluate(ctx, script, nil)
}

// evaluate runs a script in the page's world, and waits for what it promises.
func (g *page) evaluate(ctx context.Context, expression string, result any) error {
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := g.call(ctx, "Runtime.evaluate", map[string]any{
		"expression": expression, "contextId": g.world, "awaitPromise": true, "returnByValue": true}, &got)
	switch {
	case err != nil:
		return err
	case got.ExceptionDetails != nil:
		first, _, _ := strings.Cut(got.ExceptionDetails.Exception.Description, "\n")
		return fmt.Errorf("%s %s", got.ExceptionDetails.Text, first)
	case result == nil || len(got.Result.Value) == 0:
		return nil
	}
	return json.Unmarshal(got.Result.Value, result)
}

// slice is how much goes in one message, in characters: browsers refuse messages of 100 MiB.
const slice = 8 << 20

// fetch has page.js put out a value, and takes it over in slices.
func (g *page) fetch(ctx context.Context, expression string, result any) error {
	var length int
	if err := g.evaluate(ctx, expression, &length); err != nil {
		return err
	}
	var all strings.Builder
	for from := 0; from < length; from += slice {
		var part string
		if err := g.evaluate(ctx, fmt.Sprintf("carry.slice(%d, %d)", from, from+slice), &part); err != nil {
			return err
		}
		all.WriteString(part)
	}
	return json.Unmarshal([]byte(all.String()), result)
}

// change has page.js make changes, and returns what could not be made, in words.
func (g *page) change(ctx context.Context, c changes) ([]string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	for rest := string(text); rest != ""; {
		n := min(slice, len(rest))
		for n < len(rest) && rest[n]&0xC0 == 0x80 { // not within a character
			n--
		}
		literal, err := json.Marshal(rest[:n])
		if err != nil {
			return nil, err
		}
		if err := g.evaluate(ctx, "carry.add("+string(literal)+")", nil); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	var done struct{ Lost []string }
	err = g.fetch(ctx, "carry.change()", &done)
	return done.Lost, err
}
