package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

// aside is a session with one tab, past the driver, in which nothing is turned on that a page can notice.
type aside struct {
	process *Process
	session target.SessionID
}

// aside attaches to a tab. It must be left.
func (p *Process) aside(ctx context.Context, tab target.ID) (aside, error) {
	attached, err := cdp.Call(ctx, p.driver, target.AttachToTarget, target.AttachToTargetParams{TargetID: tab, Flatten: new(true)})
	if err != nil {
		return aside{}, fmt.Errorf("attaching to a tab: %w", err)
	}
	return aside{p, attached.SessionID}, nil
}

// leave detaches from the tab. It waits for nothing: the browser may be about to end.
func (a aside) leave() {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), hurriedPatience)
		defer cancel()
		cdp.Call(ctx, a.process.driver, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: a.session})
	}()
}

// Call implements cdp.Session.
func (a aside) Call(ctx context.Context, method string, params, result any) error {
	return a.process.pipe.ask(ctx, a.session, cdproto.MethodType(method), params, result)
}

// Subscribe implements cdp.Session; events are for bypass.hear.
func (a aside) Subscribe(string) (<-chan jsonv2.Value, func()) {
	none := make(chan jsonv2.Value)
	close(none)
	return none, func() {}
}
