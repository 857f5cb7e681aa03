package client

import (
	"context"
	"os"
	"path/filepath"

	"valise/browser"
	"valise/profiles"
)

// Window is a window of the local browser that shows a session of an engine. It is a browser of its own, with a profile
// that is gone with it.
type Window struct {
	dir     string
	process *browser.Process
}

// Show opens a window on a session. The address goes to the browser over DevTools: arguments of processes can be read by others.
func Show(ctx context.Context, lib *profiles.Library, s Session) (*Window, error) {
	found, err := lib.Browser(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "valise-view-")
	if err != nil {
		return nil, err
	}
	w := &Window{dir: dir}
	w.process, err = browser.Start(ctx, found, browser.Options{Dir: filepath.Join(dir, "view"), Args: []string{"--app=data:text/html,<title>Valise</title>"}})
	if err == nil {
		err = w.process.Navigate(ctx, s.EmbedURL)
	}
	if err != nil {
		w.Close(ctx)
		return nil, err
	}
	return w, nil
}

// Done is closed when the person has closed the window.
func (w *Window) Done() <-chan struct{} { return w.process.Done() }

// Raise brings the window to the front.
func (w *Window) Raise(ctx context.Context) error { return w.process.Show(ctx) }

// Close closes the window, and removes what it left.
func (w *Window) Close(ctx context.Context) {
	if w.process != nil {
		w.process.Close(ctx)
	}
	os.RemoveAll(w.dir)
}
