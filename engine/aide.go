package engine

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"valise/browser"
	"valise/profiles"
)

// DevTools has no commands for bookmarks and for the zoom of a tab, and the pages that have them for people are closed to sessions. An
// extension of the engine's own, the aide, is lent to each instead: nothing but a page, which is opened where nobody sees it when there is
// something to do.

//go:embed aide
var aide embed.FS

// aidePage is the page. Its id follows from the key in the manifest (components/crx_file/id_util.cc).
const aidePage = "chrome-extension://gchopelfhplpckadokefbglalgbnockd/page.html"

// aidePatience is for the page, and all that it does.
const aidePatience = time.Minute

// lendAide writes the extension into a new folder.
func (e *Engine) lendAide() (dir string, err error) {
	files, err := fs.Sub(aide, "aide")
	if err != nil {
		return "", err
	}
	if dir, err = e.lent.make("extension"); err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, files)
}

// askAide calls an asynchronous function of JavaScript in the aide of a session, and takes what it returns over into result, which may be nil.
func askAide(ctx context.Context, session *profiles.Session, function string, argument, result any) error {
	given, err := json.Marshal(argument)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, aidePatience)
	defer cancel()
	line, err := session.Browser().Line(ctx)
	if err != nil {
		return err
	}
	defer line.Close()
	go func() {
		for range line.Events() { // which nobody needs
		}
	}()
	type object = map[string]any
	var page struct{ TargetID string }
	if err := line.Call(ctx, "", "Target.createTarget", object{"url": aidePage, "hidden": true}, &page); err != nil {
		return err
	}
	defer line.Call(context.WithoutCancel(ctx), "", "Target.closeTarget", object{"targetId": page.TargetID}, nil)
	var at struct{ SessionID string }
	if err := line.Call(ctx, "", "Target.attachToTarget", object{"targetId": page.TargetID, "flatten": true}, &at); err != nil {
		return err
	}
	evaluate := func(expression string) (value json.RawMessage, err error) {
		var answer struct {
			Result           struct{ Value json.RawMessage }
			ExceptionDetails *struct{ Text string }
		}
		err = line.Call(ctx, at.SessionID, "Runtime.evaluate", object{"expression": expression, "awaitPromise": true, "returnByValue": true}, &answer)
		if err == nil && answer.ExceptionDetails != nil {
			err = errors.New("the browser refused it")
		}
		return answer.Result.Value, err
	}
	for {
		there, err := evaluate(`Boolean(globalThis.chrome?.bookmarks) && document.readyState === "complete"`)
		if err != nil && ctx.Err() != nil || errors.Is(err, browser.ErrLineLost) {
			return err
		}
		if string(there) == "true" {
			break
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	value, err := evaluate(fmt.Sprintf("(%s)(%s)", function, given))
	if err != nil || result == nil {
		return err
	}
	return json.Unmarshal(value, result)
}
