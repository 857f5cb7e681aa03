package live

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"valise/problem"
)

// ErrBadZoom is a zoom that no page follows. Chromium 156 takes any, and draws at the nearest of these.
var ErrBadZoom = problem.New("no page can have this zoom", "Give a factor from 0.25 to 5, or 0 for what is usual.")

const leastZoom, mostZoom = 0.25, 5

// setZoom takes [tabId?, zoomFactor].
func (r *Room) setZoom(ctx context.Context, args []json.RawMessage) (any, error) {
	if len(args) == 1 {
		args = append([]json.RawMessage{[]byte("null")}, args...) // a single number is the factor
	}
	t, args, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	var factor *float64
	if err := argument(args, 0, &factor); err != nil {
		return nil, err
	}
	switch {
	case factor == nil:
		return nil, ErrBadCall
	case *factor != 0 && (*factor < leastZoom || *factor > mostZoom):
		return nil, ErrBadZoom
	}
	_, err = r.zoom(ctx, t, factor)
	return nil, err
}

// getZoom takes [tabId?].
func (r *Room) getZoom(ctx context.Context, args []json.RawMessage) (any, error) {
	t, args, err := r.tabArgument(args)
	if err != nil {
		return nil, err
	}
	if len(args) > 0 {
		return nil, ErrBadCall
	}
	return r.zoom(ctx, t, nil)
}

// zoomTries is how often a tab is asked for its address that goes to another page meanwhile.
const zoomTries = 5

func (r *Room) zoom(ctx context.Context, t *tab, factor *float64) (now float64, err error) {
	if r.o.Zoom == nil {
		return 0, ErrNoMethod
	}
	for range zoomTries {
		var is struct{ TargetInfo target }
		if r.line.Call(ctx, "", "Target.getTargetInfo", params{"targetId": t.target}, &is) != nil {
			return 0, ErrNoTab
		}
		if now, err = r.o.Zoom(ctx, is.TargetInfo.URL, factor); !errors.Is(err, ErrNoTab) {
			break
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return now, err
}

// learnZoom asks how a tab is drawn. The lock is held.
func (r *Room) learnZoom(t *tab) {
	r.errand(func(ctx context.Context) {
		var drawn struct{ CSSVisualViewport struct{ Zoom float64 } }
		if r.line.Call(ctx, t.session, "Page.getLayoutMetrics", nil, &drawn) != nil || drawn.CSSVisualViewport.Zoom <= 0 {
			return // it has gone
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		t.zoom = drawn.CSSVisualViewport.Zoom
	})
}
