package live

import (
	"context"

	"valise/problem"
)

// ErrBadSize is a page that is too large or too small to be shown.
var ErrBadSize = problem.New("the page cannot have this size", "Ask for 100 by 100 pixels at least, and for 1920 x 1080 of them at most.")

func checkSize(width, height int) error {
	if width < minSide || height < minSide || width > maxSide || height > maxSide || width*height > MaxArea {
		return ErrBadSize
	}
	return nil
}

// Size is that of the page, in CSS pixels.
func (r *Room) Size() (width, height int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.width, r.height
}

// Resize gives all tabs another size.
func (r *Room) Resize(width, height int) error {
	if err := checkSize(width, height); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if width == r.width && height == r.height {
		return nil
	}
	r.width, r.height = width, height
	clear(r.windows)
	for _, t := range r.tabs {
		r.fit(t)
	}
	if r.front != nil && r.front.casting { // the largest picture is asked for at the start
		r.stopCast(r.front)
		r.cast()
	}
	for _, v := range r.viewers {
		v.post(outgoing{Type: "resize", Width: width, Height: height})
	}
	return nil
}

// fit gives the window of a tab the size of the room, once: popups too, which are tabs here. The lock is held.
func (r *Room) fit(t *tab) {
	r.errand(func(ctx context.Context) {
		var window struct {
			WindowID int
			Bounds   struct{ WindowState string }
		}
		if r.line.Call(ctx, "", "Browser.getWindowForTarget", params{"targetId": t.target}, &window) != nil {
			return // it has gone
		}
		r.mu.Lock()
		fits := r.windows[window.WindowID]
		r.windows[window.WindowID] = true
		width, height := r.width, r.height
		r.mu.Unlock()
		if fits { // and is not to be asked again: with a tab that is not in front Chromium 156 gets it wrong
			return
		}
		if window.Bounds.WindowState != "normal" {
			r.line.Send("", "Browser.setWindowBounds", params{"windowId": window.WindowID, "bounds": params{"windowState": "normal"}}, nil)
		}
		err := r.line.Call(ctx, "", "Browser.setContentsSize", params{"windowId": window.WindowID, "width": width, "height": height}, nil)
		if err != nil {
			r.o.Log.Warn("giving a window its size", "error", err)
		}
	})
}
