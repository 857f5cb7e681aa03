package browser

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Tab is an open tab.
type Tab struct {
	URL, Title string
	Favicon    []byte // PNG, at most 32x32; nil when the browser has none that small
	Window     int    // counted from 1; tabs are in the order of windows and of places in them
}

// openTabs are the tabs that a start would bring back, whether the browser was asked to close or the person closed its last
// window: Chromium records neither as the closing of tabs. Empty tabs are left out.
func openTabs(ctx context.Context, profileDir string) []Tab {
	open := lastSession(filepath.Join(profileDir, "Sessions"))
	slices.SortFunc(open, func(a, b *sessionTab) int {
		return cmp.Or(cmp.Compare(a.window, b.window), cmp.Compare(a.place, b.place), cmp.Compare(a.id, b.id))
	})
	var tabs []Tab
	window, windows := int32(0), 0
	for _, t := range open {
		page, ok := t.shown()
		if !ok || t.window == 0 || isEmptyPage(page.url) {
			continue
		}
		if t.window != window {
			window = t.window
			windows++
		}
		tabs = append(tabs, Tab{URL: page.url, Title: page.title, Window: windows})
	}
	addTitles(ctx, profileDir, tabs)
	addFavicons(ctx, profileDir, tabs)
	return tabs
}

// isEmptyPage: nobody misses these.
func isEmptyPage(url string) bool {
	return url == "" || url == "about:blank" || strings.HasPrefix(url, "chrome://newtab") || strings.HasPrefix(url, "chrome://new-tab-page")
}

// lastSession reads the record of the last session: the newest that is whole. The names end in a time, in digits of one length.
func lastSession(dir string) []*sessionTab {
	entries, _ := os.ReadDir(dir) // sorted by name
	for _, e := range slices.Backward(entries) {
		if !strings.HasPrefix(e.Name(), "Session_") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if tabs, err := parseSessionFile(raw); err == nil {
			return tabs
		}
	}
	return nil
}

// addTitles takes from the history the titles that the record of the session lacks: it gets them only when the tab goes on to
// another page.
func addTitles(ctx context.Context, profileDir string, tabs []Tab) {
	db, err := openDatabase(filepath.Join(profileDir, "History"))
	if err != nil {
		return
	}
	defer db.Close()
	for i, t := range tabs {
		if t.Title == "" {
			db.QueryRowContext(ctx, "select title from urls where url = ?", t.URL).Scan(&tabs[i].Title)
		}
	}
}

// addFavicons gives tabs the icons of their pages: the largest that is small enough, best between 16 and 32 points.
func addFavicons(ctx context.Context, profileDir string, tabs []Tab) {
	db, err := openDatabase(filepath.Join(profileDir, "Favicons"))
	if err != nil {
		return
	}
	defer db.Close()
	for i, t := range tabs {
		var icon []byte
		row := db.QueryRowContext(ctx, `select image_data from icon_mapping join favicon_bitmaps using (icon_id)
			where page_url = ? and width between 1 and 32 order by width desc limit 1`, t.URL)
		if row.Scan(&icon) == nil && bytes.HasPrefix(icon, []byte("\x89PNG")) {
			tabs[i].Favicon = icon
		}
	}
}
