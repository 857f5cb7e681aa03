package engine

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// drivers are the DevTools clients of a session: Playwright and the like.
type drivers struct {
	mu  sync.Mutex
	now activity
}

func (d *drivers) standing() activity {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *drivers) change(f func(*activity)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(&d.now)
}

// mostMessage bounds a DevTools message, in bytes: a screenshot of a long page is some ten million.
const mostMessage = 128 << 20

// devtools connects a client with the session's DevTools. The client has the browser in its hands, but for what would reach
// past it, into this computer (mayDrive).
func (e *Engine) devtools(c *call) (any, error) {
	v, err := e.find(c.PathValue("id"))
	if err != nil || !v.devtool.is(c.PathValue("token")) {
		return nil, refuse(http.StatusUnauthorized, codeUnauthorized, "the address of this session is wrong, the session is long gone, or it was started without cdp")
	}
	if c.Header.Get("Origin") != "" {
		return nil, refuse(http.StatusForbidden, codeForbidden, "DevTools are for programs: pages of browsers may not drive a session")
	}
	w, err := v.atWork(c.Context())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	browser, _, err := websocket.Dial(ctx, w.session.Info().DevTools, nil)
	if err != nil {
		return nil, errEnded
	}
	defer browser.CloseNow()
	client, err := websocket.Accept(c.w, c.Request, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil, errAnswered // Accept has answered
	}
	defer client.CloseNow()
	browser.SetReadLimit(mostMessage)
	client.SetReadLimit(mostMessage)
	v.drivers.change(func(a *activity) { a.Viewers++; a.LastInput = time.Now() })
	defer func() {
		v.drivers.change(func(a *activity) { a.Viewers--; a.LastLeft = time.Now() })
		v.clock.look()
	}()
	v.clock.look()

	go func() {
		defer cancel()
		for {
			kind, message, err := browser.Read(ctx)
			if err != nil || client.Write(ctx, kind, message) != nil {
				return
			}
		}
	}()
	for {
		kind, message, err := client.Read(ctx)
		if err != nil {
			break
		}
		v.drivers.change(func(a *activity) { a.LastInput = time.Now() })
		toBrowser, toClient := mayDrive(message)
		if toClient != nil {
			err = client.Write(ctx, kind, toClient)
		} else {
			err = browser.Write(ctx, kind, toBrowser)
		}
		if err != nil {
			break
		}
	}
	client.Close(websocket.StatusGoingAway, "the session has ended")
	return nil, errAnswered
}

// forbidden are DevTools commands that reach past the browser: into the files of this computer, its processes, or around
// mayDrive itself.
var forbidden = map[string]bool{
	"Browser.getBrowserCommandLine": true,
	"Browser.executeBrowserCommand": true,
	"DOM.setFileInputFiles":         true,
	"DOM.getFileInfo":               true,
	"Extensions.loadUnpacked":       true,
	"Extensions.uninstall":          true,
	"PWA.install":                   true,
	"PWA.launch":                    true,
	"PWA.launchFilesInApp":          true,
	"SystemInfo.getProcessInfo":     true,
	"Target.exposeDevToolsProtocol": true, // a page would drive the browser, past this
	"Target.sendMessageToTarget":    true, // a command within a string, which only the old way of attaching needs
	"Tethering.bind":                true, // opens ports
	"Tracing.start":                 true,
}

// ineffective are commands that name folders of the client's computer, which is not this one: they are answered as done.
var ineffective = map[string]bool{"Browser.setDownloadBehavior": true, "Page.setDownloadBehavior": true}

// command is a DevTools command as a client sent it, taken apart. What goes to the browser is put together from this, so
// that the two cannot read it differently: a field that stands there twice, or in capitals, is one of the two here as there.
type command struct {
	fields, params fields
	id             json.RawMessage
	session        string
}

type fields map[string]json.RawMessage

func (f fields) text(name string) (text string, is bool) {
	value, is := f[name]
	return text, is && json.Unmarshal(value, &text) == nil
}

// with puts a field that was taken apart back.
func (f fields) with(name string, value fields) error {
	data, err := json.Marshal(value)
	if err == nil {
		f[name] = data
	}
	return err
}

// mayDrive looks at a command of a client. It returns either what goes to the browser, or the answer for the client.
func mayDrive(message []byte) (toBrowser, toClient []byte) {
	c := command{}
	if err := json.Unmarshal(message, &c.fields); err != nil || c.fields == nil {
		return nil, c.refuse("this is no DevTools command")
	}
	c.id = c.fields["id"]
	c.session, _ = c.fields.text("sessionId")
	if params, is := c.fields["params"]; is {
		if err := json.Unmarshal(params, &c.params); err != nil {
			return nil, c.refuse("params is no object")
		}
	}
	method, is := c.fields.text("method")
	switch {
	case !is:
		return nil, c.refuse("there is no method")
	case forbidden[method]:
		return nil, c.refuse(method + " is closed to remote sessions")
	case ineffective[method]:
		return nil, c.reply("result", struct{}{})
	}
	if why := c.reachesPast(method); why != "" {
		return nil, c.refuse(why)
	}
	if c.params != nil {
		if err := c.fields.with("params", c.params); err != nil {
			return nil, c.refuse("params is no object")
		}
	}
	toBrowser, err := json.Marshal(c.fields)
	if err != nil {
		return nil, c.refuse("this is no DevTools command")
	}
	return toBrowser, nil
}

// reachesPast says what of a command's parameters would reach past the browser; empty: nothing.
func (c *command) reachesPast(method string) string {
	switch method {
	case "Target.attachToTarget", "Target.setAutoAttach":
		// Without it, commands come within strings.
		if string(c.params["flatten"]) != "true" {
			return method + " needs flatten"
		}
	case "Page.navigate", "Target.createTarget":
		address, is := c.params.text("url")
		if _, given := c.params["url"]; given && !is {
			return "the address is no text"
		}
		if address != "" {
			if err := mayShow(address); err != nil {
				return err.Error()
			}
		}
	case "Input.dispatchDragEvent":
		var data fields
		if err := json.Unmarshal(c.params["data"], &data); err != nil || len(data["files"]) > 0 && string(data["files"]) != "[]" {
			return "files of the engine's computer are closed to remote sessions"
		}
		if err := c.params.with("data", data); err != nil {
			return "data is no object"
		}
	}
	return ""
}

func (c *command) refuse(why string) []byte {
	return c.reply("error", map[string]any{"code": -32000, "message": "Valise: " + why})
}

func (c *command) reply(kind string, value any) []byte {
	answer := map[string]any{kind: value}
	if c.id != nil {
		answer["id"] = c.id
	}
	if c.session != "" {
		answer["sessionId"] = c.session
	}
	data, _ := json.Marshal(answer)
	return data
}
