package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
)

// nowhere is an origin that has no cookies and cannot have any: ".invalid" is reserved (RFC 2606).
const nowhere = "http://nothing.invalid"

// Flush makes the browser write down the cookies that it has in memory only: by itself it does so every 30 seconds.
// There is no command for that, but deleting those of an origin that has none writes all others first: measured, they
// are on the disk within 10 to 40 ms. The cookies are those of the profile that the last used tab belongs to.
func (p *Process) Flush(ctx context.Context) error {
	page, err := p.page(ctx)
	if err != nil || page == "" {
		return err
	}
	session, detach, err := p.attach(ctx, page)
	if err != nil {
		return err
	}
	defer detach()
	err = p.pipe.ask(ctx, session, storage.CommandClearDataForOrigin, map[string]string{"origin": nowhere, "storageTypes": "cookies"}, nil)
	if err != nil {
		return fmt.Errorf("flushing the cookies: %w", err)
	}
	return nil
}

// attach opens a session with a tab, past the driver; the page does not notice.
func (p *Process) attach(ctx context.Context, tab target.ID) (session target.SessionID, detach func(), err error) {
	var attached struct {
		Session target.SessionID `json:"sessionId"`
	}
	err = p.pipe.ask(ctx, "", target.CommandAttachToTarget, map[string]any{"targetId": tab, "flatten": true}, &attached)
	if err != nil {
		return "", nil, err
	}
	return attached.Session, func() {
		p.pipe.ask(ctx, "", target.CommandDetachFromTarget, map[string]any{"sessionId": attached.Session}, nil)
	}, nil
}
