package ui

import (
	"context"
	"net/url"

	"valise/ui/tray"

	"github.com/rymdport/portal/filechooser"
)

// systemChooser is the desktop's own dialog, through the portal. It waits for the person. An error: there is none; no
// path: they chose nothing.
func systemChooser(_ context.Context, title string, folder bool) ([]string, error) {
	if !tray.HasBus() {
		return nil, tray.ErrNoBus
	}
	uris, err := filechooser.OpenFile("", title, &filechooser.OpenFileOptions{Directory: folder})
	var paths []string
	for _, uri := range uris {
		if u, err := url.Parse(uri); err == nil && u.Scheme == "file" {
			paths = append(paths, u.Path)
		}
	}
	return paths, err
}
